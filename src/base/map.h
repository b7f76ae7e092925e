/* A hash map from byte strings to pointers. The hash is keyed with random bytes, so that names from
 * an image cannot be chosen to collide. Iteration is in the order of insertion, so that nothing a
 * user sees depends on the key. Not for several threads. */
#ifndef DIFFOCI_BASE_MAP_H
#define DIFFOCI_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/paged.h"
#include "base/str.h"

struct map_entry {
  struct str key; /* not copied: must live as long as the map */
  void *value;
};

struct map_slot {
  uint32_t position; /* 1 + position in entries; 0: free */
  uint32_t hash;     /* of the key, so that most other keys need not be looked at */
};

struct map {
  struct map_entry *entries; /* in the order of insertion */
  struct map_slot *slots;    /* a power of two of them */
  size_t n;                  /* entries */
  size_t cap;                /* room in entries */
  size_t n_slots;
  struct paged *paged; /* where the tables are; NULL: on the heap. Borrowed, lives longer */
};

#define MAP_INIT ((struct map) { 0 })
#define MAP_INIT_PAGED(from) ((struct map) { .paged = (from) })

void map_release(struct map *map); /* frees the table, not keys or values */
/* The entry of key, or NULL. Valid until the next map_put. */
struct map_entry *map_find(const struct map *map, struct str key);
/* The entry of key, made with a NULL value if there was none (then entry->key.ptr == key.ptr, and
 * the caller may replace it by an equal key that lives longer). At most 2^31 entries. */
struct map_entry *map_put(struct map *map, struct str key);

/* The bytes that its tables take, with what they may grow by for one more entry. */
uint64_t map_memory(const struct map *map);

#endif
