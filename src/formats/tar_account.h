/* What the bytes of a tar archive are good for that are no content: the reader gives what they say,
 * this looks for what they say beyond that. Only for formats/tar.c. */
#ifndef DIFFOCI_FORMATS_TAR_ACCOUNT_H
#define DIFFOCI_FORMATS_TAR_ACCOUNT_H

#include "formats/tar_holes.h"

/* Accounts for the headers of one entry: the blocks from byte *from on, of which the last is the
 * entry's own and those before it extended headers with their bodies; the content begins at byte
 * `to`. *from becomes where the own header ends, which is `to` but for sparse files with a map in
 * between. entry: what the reader made of them. holes: what kind of sparse file it is; of those
 * with maps in records, which. Bytes that no reader would see (behind a NUL, in doubled records, in
 * fields without use) are accounted for only if they are zero; -1 where headers are put together in
 * a way that hides some of what they say. */
MUST_CHECK int tar_account_headers(struct format_parts *parts, uint64_t *from, uint64_t to,
                                   const struct tar_entry *entry, enum tar_holes *holes,
                                   struct error *err);

#endif
