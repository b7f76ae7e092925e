#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"

static uint64_t seed[2];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
  if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
    seed[0] = (uint64_t)(uintptr_t)&seed ^ 0x9e3779b97f4a7c15U;
  seed[0] |= 1;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
  __uint128_t product = (__uint128_t)a * b;

  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A keyed multiply-and-fold hash over eight bytes at a time. */
static uint64_t hash_of(struct str key)
{
  uint64_t hash = seed[1] ^ (key.len * 0x9e3779b97f4a7c15U);
  size_t at = 0;
  uint64_t word;

  for (; at + sizeof(word) <= key.len; at += sizeof(word)) {
    memcpy(&word, key.ptr + at, sizeof(word));
    hash = mix(hash ^ word, seed[0] ^ 0xa0761d6478bd642fU);
  }
  word = 0;
  if (at < key.len)
    memcpy(&word, key.ptr + at, key.len - at);
  return mix(mix(hash ^ word, seed[0] ^ 0xe7037ed1a0b428dbU), seed[1] | 1);
}

void map_release(struct map *map)
{
  free(map->entries);
  free(map->slots);
  *map = MAP_INIT;
}

/* The slot that holds key, or the free one where it belongs. */
static size_t slot_of(const struct map *map, struct str key)
{
  size_t slot = (size_t)hash_of(key) & (map->n_slots - 1);

  while (map->slots[slot] && !str_equal(map->entries[map->slots[slot] - 1].key, key))
    slot = (slot + 1) & (map->n_slots - 1);
  return slot;
}

struct map_entry *map_find(const struct map *map, struct str key)
{
  uint32_t at;

  if (!map->n)
    return NULL;
  at = map->slots[slot_of(map, key)];
  return at ? &map->entries[at - 1] : NULL;
}

static void grow(struct map *map)
{
  pthread_once(&seed_once, make_seed);
  free(map->slots);
  map->n_slots = map->n_slots ? map->n_slots * 2 : 16;
  map->slots = xcalloc(map->n_slots, sizeof(*map->slots));
  for (size_t i = 0; i < map->n; i++)
    map->slots[slot_of(map, map->entries[i].key)] = (uint32_t)i + 1;
}

struct map_entry *map_put(struct map *map, struct str key)
{
  size_t slot;

  if (map->n_slots < 2 * (map->n + 1))
    grow(map);
  slot = slot_of(map, key);
  if (!map->slots[slot]) {
    if (map->n >= INT32_MAX)
      abort();
    map->entries = xgrow(map->entries, map->n, &map->cap, sizeof(*map->entries));
    map->entries[map->n] = (struct map_entry) { .key = key };
    map->slots[slot] = (uint32_t)++map->n;
  }
  return &map->entries[map->slots[slot] - 1];
}
