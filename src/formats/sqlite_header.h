/* The header of a SQLite database (file format, 1.3). Private to formats/sqlite*.c. */
#ifndef DIFFOCI_FORMATS_SQLITE_HEADER_H
#define DIFFOCI_FORMATS_SQLITE_HEADER_H

#include "formats/format.h"

enum { SQLITE_HEADER = 100 };

/* Adds what the header says that a program can ask for, or that changes how the library goes about
 * with the file, as fields. Left out are counters of changes (the schema cookie, which VACUUM
 * raises, too: sqlite_pages has it), versions of the library, and numbers of pages. parts->bytes:
 * SQLITE_HEADER at least. 0/-1. */
MUST_CHECK int sqlite_add_header(struct format_parts *parts, struct error *err);

/* Whether the file ends where its pages do, none of which is free, keeps space for extensions, or
 * tells of others (auto-vacuum). */
bool sqlite_pages_are_all(struct str bytes);

/* Bytes of a page, as the header says: 512 to 65536, or else 0. */
size_t sqlite_page_size(struct str bytes);

#endif
