/* Partners that differ, kept until both layers have been read: only then is it known whether their
 * name stands as often on both sides. Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_HELD_H
#define DIFFOCI_DIFF_LAYERS_HELD_H

#include "base/budget.h"
#include "pair/match.h"

/* All that match_pair says of the partners but for the key, packed, in a spool (base/spool.h). For
 * one thread. */
struct held;

struct held *held_new(struct budget *memory); /* NULL: no limit; borrowed, lives longer */
void held_free(struct held *held);            /* NULL allowed */

/* Keeps a copy. ERROR_LIMIT, ERROR_IO. */
MUST_CHECK int held_add(struct held *held, const struct match_pair *pair, struct error *err);
/* Goes through what was kept, in the order in which it came. 1 and *out, without a key, whose parts
 * are valid until the next call; 0 at the end; -1 with *err. */
MUST_CHECK int held_next(struct held *held, struct match_pair *out, struct error *err);

#endif
