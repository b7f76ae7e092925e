/* Counts how often names were met, in few bytes each, where only some names are asked about later.
 *
 * A name is kept as 56 bits of a hash that is keyed with random bytes, so that two names share a
 * count by accident only, once in some thousand runs with ten million names of which all are asked
 * about. What comes of it is a wrong number in a note, or work that was not needed, so it must
 * decide nothing else. */
#ifndef DIFFOCI_BASE_TALLY_H
#define DIFFOCI_BASE_TALLY_H

#include "base/arena.h"
#include "base/budget.h"
#include "base/map.h"

struct tally {
  struct budget *memory; /* NULL: no limit */
  bool spare;            /* takes only what the budget has to spare (budget_take_spare) */
  uint64_t *slots;       /* a power of two of them; the hash's upper bits, and the count */
  size_t n, n_slots;
  struct map many; /* names whose counts have no room in a slot, to how often beyond that */
  struct arena names;
};

#define TALLY_INIT(budget) ((struct tally) { .memory = (budget) })
#define TALLY_INIT_SPARE(budget) ((struct tally) { .memory = (budget), .spare = true })

void tally_release(struct tally *tally);
/* Counts the name once more. */
MUST_CHECK int tally_add(struct tally *tally, struct str name, struct error *err);
/* How often it was counted. */
uint64_t tally_of(const struct tally *tally, struct str name);

#endif
