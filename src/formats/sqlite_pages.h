/* Every byte of a SQLite database's pages (file format, 1.5 and 1.6), which its library does not
 * show. Private to formats/sqlite*.c. */
#ifndef DIFFOCI_FORMATS_SQLITE_PAGES_H
#define DIFFOCI_FORMATS_SQLITE_PAGES_H

#include "formats/format.h"

/* A text, of the parts, that two databases share if all their b-trees, in the order of the schema,
 * hold the same records as they are written, with the same rowids, the schema was changed as often
 * (schema cookie), but for what RPM notes of each installation, and all bytes that no record uses
 * are zero, the same at the same places, or a few numbers of the form of those that SQLite leaves
 * behind. What else they hold is where records lie, and counters of the header. Whether records are
 * in order, so that they are found, is for the library to say.
 * "": it is not known, since a page is free, used twice, not as described, or behind the last one;
 * or the budget is exhausted. parts->bytes: SQLITE_HEADER at least. */
struct str sqlite_pages(struct format_parts *parts);

#endif
