#include "diff/layers/names.h"

#include <stdlib.h>

#include "base/alloc.h"

/* The values: how often, times ONCE, and whether it was always a directory. */
enum { NO_DIRECTORY = 1, ONCE = 2 };
/* Memory is asked for in pieces. */
enum { PIECE = 256 * 1024 };

struct names {
  struct budget *memory;
  uint64_t taken; /* of the budget */
  struct map map;
  struct arena arena;
  bool forgotten;
};

struct names *names_new(struct budget *memory)
{
  struct names *names = xcalloc(1, sizeof(*names));

  names->memory = memory;
  return names;
}

static void names_release(struct names *names)
{
  map_release(&names->map);
  arena_release(&names->arena);
  budget_give(names->memory, names->taken);
  names->taken = 0;
}

void names_free(struct names *names)
{
  if (!names)
    return;
  names_release(names);
  free(names);
}

/* With what one more name may make it grow by. */
static bool names_may_grow(struct names *names, size_t len)
{
  const size_t full = names->map.n == names->map.cap;
  const uint64_t want = names->arena.total + len + PIECE +
                        names->map.cap * sizeof(struct map_entry) * (full ? 2 : 1) +
                        names->map.n_slots * sizeof(struct map_slot) * (full ? 2 : 1);

  while (names->taken < want) {
    if (!budget_take(names->memory, PIECE))
      return false;
    names->taken += PIECE;
  }
  return true;
}

void names_add(struct names *names, struct str name, bool is_directory)
{
  struct map_entry *found;
  uintptr_t value;

  if (names->forgotten)
    return;
  if (!names_may_grow(names, name.len)) {
    names->forgotten = true;
    names_release(names);
    return;
  }
  found = map_put(&names->map, name);
  value = (uintptr_t)found->value;
  if (!value)
    found->key = arena_str(&names->arena, name);
  if (!is_directory)
    value |= NO_DIRECTORY;
  found->value = (void *)(value + ONCE);
}

void names_weigh(const struct names *names, struct findings *findings)
{
  if (names->forgotten) {
    findings->n_strong = 0;
    return;
  }
  for (size_t i = 0; i < names->map.n; i++) {
    const struct map_entry *item = &names->map.entries[i];
    const uintptr_t value = (uintptr_t)item->value;

    findings_weigh_own(findings, item->key, value / ONCE, !(value & NO_DIRECTORY));
  }
  findings_weighed(findings);
}
