/* Memory for what grows with an image and lies about in it, trees and tables: from the heap as long
 * as the budget has some to spare, then in a temporary file without a name that is mapped
 * (mmap(2), MAP_SHARED). What the file holds is where a pointer finds it, like all memory, but the
 * kernel writes it out and reads it in again as it needs room. So it does not count as taken.
 *
 * Nothing here fails: where no file can be had, the heap is used beyond the budget, and paged_check
 * says so. Who adds something asks that first. */
#ifndef DIFFOCI_BASE_PAGED_H
#define DIFFOCI_BASE_PAGED_H

#include <stddef.h>

#include "base/budget.h"

/* Not for several threads at once. */
struct paged;

/* memory: NULL: no limit, and no file. Borrowed, lives longer. */
struct paged *paged_new(struct budget *memory);
/* Before, all that was given has to be dropped that is not in the file. NULL allowed. */
void paged_free(struct paged *paged);

/* So many bytes, zeroed, aligned for any type. Never NULL; for 0 bytes as for one. */
void *paged_give(struct paged *paged, size_t bytes);
/* Takes back what paged_give gave for so many bytes; NULL allowed. */
void paged_drop(struct paged *paged, void *memory, size_t bytes);

/* 0 as long as all had its place. ERROR_IO with the temporary file's directory where it cannot be
 * made or has no room. */
MUST_CHECK int paged_check(const struct paged *paged, struct error *err);

/* To be called for each thing that is added or looked at, of which each touches some pages of the
 * file: every so many times this process lets go of the pages that it has seen, so that what it
 * holds at once stays small. They stay with the kernel. */
void paged_step(struct paged *paged);

#endif
