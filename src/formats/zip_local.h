/* What a zip says twice of a member: its local header (APPNOTE.TXT 6.3.10, 4.3.7) and its data
 * descriptor (4.3.9) have to repeat the directory's record, since some programs read the one and
 * some the other. Private to formats/zip*.c. */
#ifndef DIFFOCI_FORMATS_ZIP_LOCAL_H
#define DIFFOCI_FORMATS_ZIP_LOCAL_H

#include "formats/zip_extra.h"

extern const struct format_rule zip_rule_version; /* versions, method and flags of compression */
extern const struct format_rule zip_rule_local;   /* what repeats the directory's record */

/* Checks and accounts for the local header, and adds records for what counts of its extra field.
 * *data is where the content begins, which is inside the file; the content's end is not checked. An
 * error if the header is not where the record says, or says other things. */
MUST_CHECK int zip_check_local(struct format_parts *parts, const struct zip_record *record,
                               struct zip_records *records, uint64_t *data, struct error *err);

/* Checks and accounts for the data descriptor at `at`, which is inside the file: with or without
 * its signature, with sizes of 4 or 8 bytes. Adds a record where these are not the 4 bytes that
 * every program takes them for. The local header has been checked. */
MUST_CHECK int zip_check_descriptor(struct format_parts *parts, const struct zip_record *record,
                                    uint64_t at, struct zip_records *records, struct error *err);

#endif
