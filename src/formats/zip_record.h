/* The records of a zip archive (APPNOTE.TXT 6.3.10, section 4.3). Only for formats/zip*.c. */
#ifndef DIFFOCI_FORMATS_ZIP_RECORD_H
#define DIFFOCI_FORMATS_ZIP_RECORD_H

#include "formats/format.h"

enum {
  ZIP_LOCAL = 30, /* bytes before the name */
  ZIP_CENTRAL = 46,
  ZIP_END = 22,
  ZIP64_END = 56,
  ZIP64_LOCATOR = 20,
  ZIP_FLAG_ENCRYPTED = 1,
  ZIP_FLAG_DESCRIPTOR = 8,
  ZIP_FLAG_UTF8 = 0x800,
  ZIP_VERSION_KNOWN = 46, /* 4.4.3.2; Info-ZIP's unzip 6.0 leaves out what needs a later one */
  ZIP_STORED = 0,
  ZIP_DEFLATED = 8,
};

/* What the directory's record of a member says. */
struct zip_record {
  uint64_t at, len; /* where the record lies in the file */
  uint16_t made_by, needed, flags, method, time, date, internal;
  uint32_t crc, external;
  uint64_t stored, size; /* bytes in the file, and of the content */
  uint64_t local;        /* where the local header lies */
  struct str name, extra, comment;
  bool zip64; /* the sizes or the place stand in the extra field */
};

struct zip_directory {
  uint64_t at, len; /* of the records */
  uint64_t n;
  uint64_t end; /* where what ends the archive begins */
};

/* Finds the directory, accounts for what ends the archive, and adds its comment as a field. */
MUST_CHECK int zip_find_directory(struct format_parts *parts, struct zip_directory *out,
                                  struct error *err);
/* Reads the record at `at`, which may not reach beyond `end`. */
MUST_CHECK int zip_read_record(const struct format_parts *parts, uint64_t at, uint64_t end,
                               struct zip_record *out, struct error *err);

/* One field of an extra field: 1 and the field; 0 at the end; -1 if it does not fit. *rest is what
 * is left to read. */
int zip_next_extra(struct str *rest, uint16_t *id, struct str *data);

#endif
