/* What a format makes of a file, as text: for unit tests and fuzz targets of readers. */
#ifndef DIFFOCI_TESTS_FORMAT_DUMP_H
#define DIFFOCI_TESTS_FORMAT_DUMP_H

#include "base/buf.h"
#include "formats/format.h"

/* One line per member: TYPE "NAME" MODE UID:GID UNAME:GNAME SIZE MTIME -> LINK {RECORDS} CONTENT,
 * and one per field: NAME=VALUE; of contents of more than 1 KiB the SHA-256; or "ERROR: MESSAGE".
 * Times and order are there; how it is written is not. */
void format_dump(struct buf *out, const struct format *format, struct str bytes, struct str name);

/* Changes each byte of the file that no rule calls meaningless: its bits one by one, then as a
 * whole to 0, ' ' and 0xff. What comes out has to be different, or an error. repair: called on each
 * changed file, to put checksums right; NULL: nothing. Returns how many bytes are meaningless;
 * prints each fault, and counts them in *faults. */
size_t format_flip(const struct format *format, struct str bytes, struct str name,
                   void (*repair)(unsigned char *bytes, size_t len), size_t *faults);

#endif
