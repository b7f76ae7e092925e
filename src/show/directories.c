#include "show/directories.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { SHARE = 20 }; /* who holds less than one in so many bytes is not among the largest */

void directories_release(struct directories *directories)
{
  map_release(&directories->by_path);
  arena_release(&directories->arena);
  *directories = (struct directories) { 0 };
}

static struct contents_directory *directories_directory_of(struct directories *directories,
                                                           struct str path, unsigned depth)
{
  struct map_entry *entry = map_put(&directories->by_path, path);
  struct contents_directory *directory = entry->value;

  if (directory)
    return directory;
  directory = arena_alloc(&directories->arena, sizeof(*directory));
  directory->path = arena_str(&directories->arena, path);
  directory->depth = depth;
  entry->key = directory->path;
  entry->value = directory;
  return directory;
}

void directories_add(struct directories *directories, struct str path, uint64_t bytes)
{
  unsigned depth = 0;

  for (size_t i = 0; i < path.len && depth < CONTENTS_DEPTH; i++) {
    struct contents_directory *directory;

    if (path.ptr[i] != '/')
      continue;
    directory = directories_directory_of(directories, (struct str) { path.ptr, i + 1 }, ++depth);
    directory->bytes += bytes;
    directory->files++;
  }
}

struct ranked {
  const struct contents_directory *directory;
  const struct contents_directory *above[CONTENTS_DEPTH]; /* from the root on, itself the last */
};

static int compare_siblings(const struct contents_directory *x, const struct contents_directory *y)
{
  if (x->bytes != y->bytes)
    return x->bytes < y->bytes ? 1 : -1;
  return str_compare(x->path, y->path);
}

/* By the first directory in which they part; who has none there is above the other. */
static int compare_ranked(const void *a, const void *b)
{
  const struct ranked *x = a;
  const struct ranked *y = b;

  for (size_t i = 0; i < CONTENTS_DEPTH; i++) {
    if (x->above[i] == y->above[i])
      continue;
    if (!x->above[i] || !y->above[i])
      return x->above[i] ? 1 : -1;
    return compare_siblings(x->above[i], y->above[i]);
  }
  return 0;
}

static void find_above(const struct directories *directories, struct ranked *ranked)
{
  const struct str path = ranked->directory->path;
  size_t depth = 0;

  for (size_t i = 0; i < path.len; i++)
    if (path.ptr[i] == '/')
      ranked->above[depth++] =
          map_find(&directories->by_path, (struct str) { path.ptr, i + 1 })->value;
}

struct contents_directory *directories_largest(const struct directories *directories, uint64_t all,
                                               size_t *n, struct arena *arena)
{
  const struct map *map = &directories->by_path;
  struct ranked *ranked = xcalloc(map->n + 1, sizeof(*ranked));
  struct contents_directory *out;
  size_t found = 0;

  for (size_t i = 0; i < map->n; i++) {
    const struct contents_directory *directory = map->entries[i].value;

    if (directory->bytes == 0 || directory->bytes < all / SHARE)
      continue;
    ranked[found].directory = directory;
    find_above(directories, &ranked[found++]);
  }
  qsort(ranked, found, sizeof(*ranked), compare_ranked);
  out = xcalloc(found + 1, sizeof(*out));
  for (size_t i = 0; i < found; i++) {
    out[i] = *ranked[i].directory;
    out[i].path = arena_str(arena, out[i].path);
  }
  free(ranked);
  *n = found;
  return out;
}
