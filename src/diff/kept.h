/* Contents of files that differ, kept while layers are compared: whoever wants them later
 * (diff/later.h) then needs no second pass over the layers. Those of files that are equal cost
 * nothing. What is not kept (too large, read in holes, of entries that did not meet, more than the
 * budget has to spare) is read a second time. */
#ifndef DIFFOCI_DIFF_KEPT_H
#define DIFFOCI_DIFF_KEPT_H

#include "base/budget.h"
#include "diff/later.h"
#include "pair/content.h"

/* Filled by any thread; read by one when no other fills it. */
struct kept;

/* min: contents are kept only if one of the two has more bytes than that. A quarter of the budget
 * at most, which is borrowed and may be NULL, and which takes them back (its reclaim) where memory
 * runs out before the first kept_find: then nothing is kept any more. NULL if there can be no file
 * in memory. */
struct kept *kept_new(struct budget *memory, uint64_t min);
void kept_free(struct kept *kept); /* NULL allowed */

/* The contents of two places, if they are kept, and are those that are wanted; they live as long as
 * kept does. NULL: nothing is. */
bool kept_find(struct kept *kept, const struct later_place places[2],
               struct later_content contents[2]);

/* Keeps contents of two layers that are compared, for one thread. */
struct kept_keeper {
  struct content_keeper base; /* first */
  struct kept *kept;
  const struct descriptor *layers[2];
  /* The pair that is being read. */
  uint64_t positions[2], offsets[2], sizes[2], written[2];
  bool failed;
};

void kept_keeper_init(struct kept_keeper *keeper, struct kept *kept,
                      const struct descriptor *const layers[2]);

#endif
