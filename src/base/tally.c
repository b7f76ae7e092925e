#include "base/tally.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

#define COUNT_MASK UINT64_C(0xff)

enum { FIRST_SLOTS = 1024 };

void tally_release(struct tally *tally)
{
  budget_give(tally->memory, tally->n_slots * sizeof(*tally->slots));
  free(tally->slots);
  map_release(&tally->many);
  arena_release(&tally->names);
  *tally = (struct tally) { .memory = tally->memory, .spare = tally->spare };
}

/* 0 is for free slots. */
static uint64_t tally_mark(struct str name)
{
  uint64_t mark = hash_str(name) & ~COUNT_MASK;

  return mark ? mark : COUNT_MASK + 1;
}

static uint64_t *tally_slot(const struct tally *tally, uint64_t mark)
{
  const size_t mask = tally->n_slots - 1;
  size_t at = (size_t)(mark >> 8) & mask;

  while (tally->slots[at] && (tally->slots[at] & ~COUNT_MASK) != mark)
    at = (at + 1) & mask;
  return &tally->slots[at];
}

static int tally_grow(struct tally *tally, struct error *err)
{
  const size_t n_old = tally->n_slots;
  const size_t n_slots = n_old ? n_old * 2 : FIRST_SLOTS;
  const uint64_t bytes = n_slots * sizeof(*tally->slots);
  uint64_t *old = tally->slots;

  if (!(tally->spare ? budget_take_spare(tally->memory, bytes) : budget_take(tally->memory, bytes)))
    return budget_error(tally->memory, "the names of a layer", err);
  tally->n_slots = n_slots;
  tally->slots = xcalloc(n_slots, sizeof(*tally->slots));
  for (size_t i = 0; i < n_old; i++)
    if (old[i])
      *tally_slot(tally, old[i] & ~COUNT_MASK) = old[i];
  free(old);
  budget_give(tally->memory, n_old * sizeof(*tally->slots));
  return 0;
}

static void tally_add_to_many(struct tally *tally, struct str name)
{
  struct map_entry *found = map_put(&tally->many, name);

  if (!found->value)
    found->key = arena_str(&tally->names, name);
  found->value = (void *)((uintptr_t)found->value + 1);
}

int tally_add(struct tally *tally, struct str name, struct error *err)
{
  uint64_t mark = tally_mark(name);
  uint64_t *slot;

  if (tally->n_slots / 4 * 3 < tally->n + 1 && tally_grow(tally, err))
    return -1;
  slot = tally_slot(tally, mark);
  if (!*slot) {
    *slot = mark;
    tally->n++;
  }
  if ((*slot & COUNT_MASK) == COUNT_MASK)
    tally_add_to_many(tally, name);
  else
    (*slot)++;
  return 0;
}

uint64_t tally_of(const struct tally *tally, struct str name)
{
  const struct map_entry *found = map_find(&tally->many, name);
  uint64_t slot = tally->n_slots ? *tally_slot(tally, tally_mark(name)) : 0;

  return (slot & COUNT_MASK) + (found ? (uintptr_t)found->value : 0);
}
