/* Records of members that their reader, or who holds them against others, adds. */
#ifndef DIFFOCI_FORMATS_RECORD_H
#define DIFFOCI_FORMATS_RECORD_H

#include "formats/format.h"

/* Adds a record to a member of the parts, in its place by key; the member has none of this key. The
 * key (TAR_RECORD_OF_MEMBER with a name behind it) is a constant, the value lives as long as the
 * parts. */
void format_add_record(struct format_parts *parts, struct format_member *member, const char *key,
                       struct str value);

/* Gives each member that has a "/" before its name, or before that of the file that it is a hard
 * link to, a record "absolute" that tells it: where "x" and "/x" are one name to who takes all of
 * the archive for a file system (has_loose_names), GNU cpio and Python's tarfile unpack them to two
 * places. */
void format_mark_absolute(struct format_parts *parts);

#endif
