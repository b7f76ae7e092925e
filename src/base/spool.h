/* Bytes that are appended, and read again at the place where they were put: in memory as long as
 * the budget has some, then in a temporary file without a name. */
#ifndef DIFFOCI_BASE_SPOOL_H
#define DIFFOCI_BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"

/* Not for several threads at once. */
struct spool;

/* memory: what is taken for it; NULL: no limit. Borrowed, lives longer. */
struct spool *spool_new(struct budget *memory);
void spool_free(struct spool *spool); /* NULL allowed */

/* How many bytes it holds: where the next ones go. */
uint64_t spool_size(const struct spool *spool);
/* Appends. ERROR_IO, with the directory's name, where a file would be needed and cannot be written
 * (base/tempfile.h). */
MUST_CHECK int spool_add(struct spool *spool, const void *bytes, size_t len, struct error *err);
/* Copies bytes that were appended before, or puts others in their place. */
MUST_CHECK int spool_read(struct spool *spool, uint64_t at, void *out, size_t len,
                          struct error *err);
MUST_CHECK int spool_write(struct spool *spool, uint64_t at, const void *bytes, size_t len,
                           struct error *err);

#endif
