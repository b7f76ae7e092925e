#include "report/changes/changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/changes/changes_events.h"
#include "report/changes/changes_order.h"
#include "report/changes/changes_stream.h"

enum {
  DIRECTORY_DEPTH = 2,
  PIECE = 256 * 1024,  /* memory is asked for in pieces */
  MALLOC_OVERHEAD = 8, /* of a small thing */
};

void changes_init(struct changes *changes, size_t keep, struct budget *memory)
{
  *changes = (struct changes) { .keep = keep, .memory = memory };
  if (keep == CHANGES_ALL)
    changes->stream = changes_stream_new(memory);
}

static void release_sizes(struct map *sizes)
{
  for (size_t i = 0; i < sizes->n; i++)
    free(sizes->entries[i].value);
  map_release(sizes);
}

void changes_release(struct changes *changes)
{
  release_sizes(&changes->directories);
  release_sizes(&changes->layers);
  map_release(&changes->contexts);
  map_release(&changes->above);
  free(changes->items);
  free(changes->suspects);
  free(changes->histories);
  arena_release(&changes->arena);
  arena_release(&changes->names);
  changes_stream_free(changes->stream);
  budget_give(changes->memory, changes->taken);
  *changes = (struct changes) { 0 };
}

/* ---- totals ---- */

static void count_size(struct map *sizes, struct arena *arena, struct str name, int64_t bytes)
{
  struct map_entry *entry = map_put(sizes, name);
  struct change_size *size = entry->value;

  if (!size) {
    entry->key = arena_str(arena, name);
    size = xcalloc(1, sizeof(*size));
    size->name = entry->key.ptr;
    entry->value = size;
  }
  size->bytes += bytes;
  size->files++;
}

/* The first directories of a path, "/" at their end; "./" for what lies in none. */
static struct str directory_of(struct str path)
{
  size_t end = 0;
  size_t depth = 0;

  while (str_has_prefix(path, STR("./")) || str_has_prefix(path, STR("/")))
    path = str_skip(path, *path.ptr == '.' ? 2 : 1);
  for (size_t i = 0; i < path.len && depth < DIRECTORY_DEPTH; i++)
    if (path.ptr[i] == '/') {
      end = i + 1;
      depth++;
    }
  return end ? (struct str) { path.ptr, end } : STR("./");
}

static void count_change(struct changes *changes, const struct change *change)
{
  const int64_t bytes = change_bytes(change);
  char layer[32];

  changes->totals.by_kind[change->kind]++;
  changes->totals.directories +=
      change->is_directory && (change->kind == CHANGE_ADDED || change->kind == CHANGE_REMOVED);
  if (change->kind == CHANGE_IMAGE || bytes == 0)
    return;
  if (bytes > 0)
    changes->totals.bytes_added += (uint64_t)bytes;
  else
    changes->totals.bytes_removed += (uint64_t)-bytes;
  count_size(&changes->directories, &changes->names, directory_of(str_of(change->name)), bytes);
  for (int side = 1; side >= 0; side--) {
    if (change->size[side] < 0 || change->layer[side] < 0)
      continue;
    snprintf(layer, sizeof(layer), "layer %" PRId32, change->layer[side]);
    count_size(&changes->layers, &changes->names, str_of(layer), bytes);
    break;
  }
}

void changes_add_one(struct changes *changes, const struct change *change)
{
  if (change->weight == WEIGHT_CONSEQUENCE) {
    changes->suspects = xgrow(changes->suspects, changes->n_suspects, &changes->cap_suspects,
                              sizeof(*changes->suspects));
    changes->suspects[changes->n_suspects] = *change;
    changes_copy(&changes->names, &changes->suspects[changes->n_suspects]);
    changes->suspects[changes->n_suspects].suspect = changes->n_suspects + 1;
    if (changes->stream)
      changes_put(changes, &changes->suspects[changes->n_suspects]);
    changes->n_suspects++;
    return;
  }
  count_change(changes, change);
  changes_note_above(changes, change->context);
  changes_put(changes, change);
}

static uint64_t memory_of(const struct changes *changes)
{
  const uint64_t growth = changes->n == changes->cap ? 2 : 1;

  return changes->arena.total + changes->names.total +
         growth * changes->cap * sizeof(*changes->items) +
         2 * changes->cap_suspects * sizeof(*changes->suspects) +
         map_memory(&changes->directories) +
         changes->directories.n * (sizeof(struct change_size) + MALLOC_OVERHEAD) +
         map_memory(&changes->contexts) + map_memory(&changes->above);
}

void changes_add(struct changes *changes, const struct event *event)
{
  uint64_t wanted;

  if (changes->failed)
    return;
  changes_add_event(changes, event);
  if (changes->stream)
    arena_reset(&changes->arena);
  wanted = memory_of(changes);
  while (changes->taken < wanted) {
    if (!budget_take(changes->memory, PIECE)) {
      changes->failed = true;
      (void)budget_error(changes->memory, "the differences that are listed", &changes->err);
      return;
    }
    changes->taken += PIECE;
  }
}

int changes_check(const struct changes *changes, struct error *err)
{
  if (changes->failed) {
    *err = changes->err;
    return -1;
  }
  return changes->stream ? changes_stream_check(changes->stream, err) : 0;
}

bool changes_take(const struct changes *changes, const char *before)
{
  return changes_stream_take(changes->stream, before);
}

bool changes_next(const struct changes *changes, struct change *out)
{
  return changes_stream_next(changes->stream, out);
}
