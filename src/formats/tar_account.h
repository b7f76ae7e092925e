/* What the bytes of a tar archive are good for that are no content: the reader gives what they say,
 * this looks for what they say beyond that. Only for formats/tar.c. */
#ifndef DIFFOCI_FORMATS_TAR_ACCOUNT_H
#define DIFFOCI_FORMATS_TAR_ACCOUNT_H

#include "formats/format.h"

/* Accounts for the headers of one entry: all blocks from byte `from` up to `to`, of which the last
 * is the entry's own and those before it extended headers with their bodies. entry: what the reader
 * made of them. Bytes that no reader would see (behind a NUL, in doubled records, in fields without
 * use) are accounted for only if they are zero; -1 where headers are put together in a way that
 * hides some of what they say. */
MUST_CHECK int tar_account_headers(struct format_parts *parts, uint64_t from, uint64_t to,
                                   const struct tar_entry *entry, struct error *err);
/* Accounts for bytes that should be zero, as far as they are: behind contents, and the archive's
 * end. */
void tar_account_zeros(struct format_parts *parts, uint64_t from, uint64_t to);

#endif
