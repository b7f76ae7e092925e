/* The extra fields of a zip's members (APPNOTE.TXT 6.3.10, 4.5 and 4.6), and what counts of a
 * member beyond the fields of an entry, as records. Private to formats/zip*.c. */
#ifndef DIFFOCI_FORMATS_ZIP_EXTRA_H
#define DIFFOCI_FORMATS_ZIP_EXTRA_H

#include "formats/format.h"
#include "formats/zip_record.h"

enum {
  ZIP_EXTRA_ZIP64 = 0x0001,
  ZIP_EXTRA_NTFS = 0x000a,
  ZIP_EXTRA_TIME = 0x5455,
  ZIP_RECORDS_MAX = 64, /* of one member */
};

/* What a member has beyond the fields of an entry; each key stands once. */
struct zip_records {
  struct tar_record items[ZIP_RECORDS_MAX];
  size_t n;
};

extern const struct format_rule zip_rule_sums; /* checksums and places */

/* Adds a record; key and value have to live as long as the parts. An error if there is one of that
 * key, or ZIP_RECORDS_MAX are there. */
MUST_CHECK int zip_add_record(struct zip_records *records, const char *key, struct str value,
                              struct error *err);
/* The same for a number, as 0x…; 0 adds nothing. */
MUST_CHECK int zip_add_number(struct zip_records *records, struct arena *arena, const char *key,
                              uint32_t number, struct error *err);

/* Gives the records, sorted by key, to the entry; the arena owns them. */
void zip_keep_records(struct zip_records *records, struct arena *arena, struct tar_entry *entry);

/* Accounts for the extra field of the directory's record or of the local header (is_local), and
 * makes records of what counts of it: all but times (0x5455, 0x000a), which are meaningless by rule
 * zip-6, and zip64 sizes, which have been read and in a local header have to repeat the
 * directory's. An error if a field does not fit, or says other things than the directory. */
MUST_CHECK int zip_add_extra(struct format_parts *parts, const struct zip_record *record,
                             struct str extra, bool is_local, struct zip_records *records,
                             struct error *err);

#endif
