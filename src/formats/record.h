/* Records of members that their reader, or who holds them against others, adds. */
#ifndef DIFFOCI_FORMATS_RECORD_H
#define DIFFOCI_FORMATS_RECORD_H

#include "formats/format.h"

/* Adds a record to a member of the parts, in its place by key; the member has none of this key. The
 * key (TAR_RECORD_OF_MEMBER with a name behind it) is a constant, the value lives as long as the
 * parts. */
void format_add_record(struct format_parts *parts, struct format_member *member, const char *key,
                       struct str value);

#endif
