/* Records that come in any order and are read in one: sorted in memory as long as the budget has
 * some to spare, else in runs that go to a temporary file without a name and are merged. Whichever
 * it is, the same records come out in the same order. */
#ifndef DIFFOCI_BASE_SORTER_H
#define DIFFOCI_BASE_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/str.h"

/* Not for several threads at once. */
struct sorter;

/* As strcmp, of two records, which lie at any address. It may not change its mind: what is compared
 * early is not compared again later. */
typedef int sorter_compare(struct str a, struct str b, const void *user);

#define SORTER_RECORD_MAX ((size_t)UINT32_MAX - 64)

/* memory: what is taken for it; NULL: no limit, and no file. memory and user are borrowed and live
 * longer. */
struct sorter *sorter_new(struct budget *memory, sorter_compare *compare, const void *user);
void sorter_free(struct sorter *sorter); /* NULL allowed */

/* Copies a record of at most SORTER_RECORD_MAX bytes. What fails is told by sorter_begin. */
void sorter_add(struct sorter *sorter, struct str record);
uint64_t sorter_count(const struct sorter *sorter); /* how many were added */

/* After the last sorter_add: goes before the first record, as often as wanted. ERROR_IO with the
 * temporary file's directory; ERROR_LIMIT where the budget has no more for a single record. Once it
 * failed it fails again. */
MUST_CHECK int sorter_begin(struct sorter *sorter, struct error *err);
/* 1 and the next record, those that compare as equal in the order in which they were added; it is
 * valid until the next call. 0 after the last one; -1 with *err. */
MUST_CHECK int sorter_next(struct sorter *sorter, struct str *record, struct error *err);

#endif
