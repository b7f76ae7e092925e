#include "base/map.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

static uint32_t hash_of(struct str key)
{
  return (uint32_t)hash_str(key);
}

void map_release(struct map *map)
{
  free(map->entries);
  free(map->slots);
  *map = MAP_INIT;
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
  const struct map_slot *old = map->slots;
  size_t n_old = map->n_slots;
  size_t mask;

  map->n_slots = n_old ? n_old * 2 : 16;
  map->slots = xcalloc(map->n_slots, sizeof(*map->slots));
  mask = map->n_slots - 1;
  for (size_t i = 0; i < n_old; i++) {
    size_t at = old[i].hash & mask;

    if (!old[i].position)
      continue;
    while (map->slots[at].position)
      at = (at + 1) & mask;
    map->slots[at] = old[i];
  }
  free((void *)old);
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
    map->entries = xgrow(map->entries, map->n, &map->cap, sizeof(*map->entries));
    map->entries[map->n] = (struct map_entry) { .key = key };
    *slot = (struct map_slot) { (uint32_t)++map->n, hash };
  }
  return &map->entries[slot->position - 1];
}
