/* Members whose contents are text that a reader wrote about what it found: for formats that show
 * what differs, and whose parts have no bytes of their own that anybody could read. */
#ifndef DIFFOCI_FORMATS_DESCRIBED_H
#define DIFFOCI_FORMATS_DESCRIBED_H

#include "base/buf.h"
#include "formats/format.h"

/* Text that holds no more than the budget gives. */
struct buf described_begin(const struct format_parts *parts);
/* A member with the text, which is taken over. name lives as long as the parts. 0/-1. */
MUST_CHECK int described_add(struct format_parts *parts, struct str name, struct buf *text,
                             struct error *err);
/* "NAME: SHA-256", for what nobody shows. */
void described_digest(struct buf *text, const char *name, struct str bytes);
/* A value in single quotes on one line: quotes are doubled, what is no printable character is
 * written as \n, \\ or \xHH, so that two values are never written alike. */
void described_quote(struct buf *text, struct str value);

/* Gives members the record of those that are described (formats/format.h), but what stands beside
 * these. */
void described_mark(struct format_parts *parts);

#endif
