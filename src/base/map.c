#include "base/map.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

static uint32_t hash_of(struct str key)
{
  return (uint32_t)hash_str(key);
}

static void *map_table(const struct map *map, size_t n, size_t size)
{
  return map->paged ? paged_give(map->paged, n * size) : xcalloc(n, size);
}

static void map_drop_table(const struct map *map, void *table, size_t n, size_t size)
{
  if (map->paged)
    paged_drop(map->paged, table, n * size);
  else
    free(table);
}

void map_release(struct map *map)
{
  map_drop_table(map, map->entries, map->cap, sizeof(*map->entries));
  map_drop_table(map, map->slots, map->n_slots, sizeof(*map->slots));
  *map = MAP_INIT_PAGED(map->paged);
}

/* The slot that holds key, or the free one where it belongs. */
static struct map_slot *slot_of(const struct map *map, struct str key, uint32_t hash)
{
  size_t mask = map->n_slots - 1;
  size_t at = hash & mask;

  while (map->slots[at].position &&
         (map->slots[at].hash != hash ||
          !str_equal(map->entries[map->slots[at].position - 1].key, key)))
    at = (at + 1) & mask;
  return &map->slots[at];
}

uint64_t map_memory(const struct map *map)
{
  const uint64_t growth = map->n == map->cap ? 2 : 1;

  return growth * (map->cap * sizeof(*map->entries) + map->n_slots * sizeof(*map->slots));
}

struct map_entry *map_find(const struct map *map, struct str key)
{
  uint32_t at;

  if (!map->n)
    return NULL;
  at = slot_of(map, key, hash_of(key))->position;
  return at ? &map->entries[at - 1] : NULL;
}

static void map_grow(struct map *map)
{
  struct map_slot *old = map->slots;
  size_t n_old = map->n_slots;
  size_t mask;

  map->n_slots = n_old ? n_old * 2 : 16;
  map->slots = map_table(map, map->n_slots, sizeof(*map->slots));
  mask = map->n_slots - 1;
  for (size_t i = 0; i < n_old; i++) {
    size_t at = old[i].hash & mask;

    if (!old[i].position)
      continue;
    while (map->slots[at].position)
      at = (at + 1) & mask;
    map->slots[at] = old[i];
  }
  map_drop_table(map, old, n_old, sizeof(*old));
}

/* Room for one more entry. */
static void map_grow_entries(struct map *map)
{
  struct map_entry *old = map->entries;
  const size_t cap = map->cap;

  if (!map->paged || map->n < cap) {
    map->entries = xgrow(map->entries, map->n, &map->cap, sizeof(*map->entries));
    return;
  }
  map->cap = cap ? cap * 2 : 16;
  map->entries = map_table(map, map->cap, sizeof(*map->entries));
  if (cap)
    memcpy(map->entries, old, cap * sizeof(*old));
  map_drop_table(map, old, cap, sizeof(*old));
}

struct map_entry *map_put(struct map *map, struct str key)
{
  struct map_slot *slot;
  uint32_t hash;

  if (map->n_slots / 4 * 3 < map->n + 1)
    map_grow(map);
  hash = hash_of(key);
  slot = slot_of(map, key, hash);
  if (!slot->position) {
    if (map->n >= INT32_MAX)
      out_of_memory();
    map_grow_entries(map);
    map->entries[map->n] = (struct map_entry) { .key = key };
    *slot = (struct map_slot) { (uint32_t)++map->n, hash };
  }
  return &map->entries[slot->position - 1];
}
