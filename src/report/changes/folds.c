#include "report/changes/folds.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { DEEPEST = 6, ALONE = 16 }; /* levels of directories; heavy changes that stay by themselves */

void folds_release(struct folds *folds)
{
  free(folds->items);
  *folds = (struct folds) { 0 };
}

static bool stays_alone(const struct change *change, size_t alone)
{
  return change->kind == CHANGE_IMAGE || (change->weight > WEIGHT_CONTENT && alone < ALONE);
}

/* The directory of a file, at most `depth` levels of it, "/" at its end. */
static struct str directory_at(const struct change *change, size_t depth)
{
  const struct str path = str_of(change->name);
  size_t end = 0;

  for (size_t i = 0; i < path.len && depth > 0; i++)
    if (path.ptr[i] == '/' && i + 1 < path.len) {
      end = i + 1;
      depth--;
    }
  return (struct str) { path.ptr, end };
}

static void fold_add(struct fold *fold, const struct change *change)
{
  fold->n++;
  fold->by_kind[change->kind]++;
  fold->bytes += change_bytes(change);
}

/* Fills items, which has room for n; returns how many there are. */
static size_t fold_at(struct fold *items, const struct change *changes, size_t n, size_t depth)
{
  struct map by_directory = MAP_INIT;
  size_t alone = 0;
  size_t made = 0;

  for (size_t i = 0; i < n; i++) {
    const struct change *change = &changes[i];
    struct map_entry *entry;

    if (stays_alone(change, alone)) {
      alone += change->kind != CHANGE_IMAGE;
      items[made] = (struct fold) { .first = change };
      fold_add(&items[made++], change);
      continue;
    }
    entry = map_put(&by_directory, directory_at(change, depth));
    if (!entry->value) {
      items[made] = (struct fold) { .first = change, .directory = entry->key };
      entry->value = &items[made++];
    }
    fold_add(entry->value, change);
  }
  map_release(&by_directory);
  return made;
}

/* All that is about the history becomes one, where the first of it was. */
static void merge_history(struct folds *folds)
{
  struct fold *history = NULL;
  size_t kept = 0;

  for (size_t i = 0; i < folds->n; i++) {
    const struct fold *fold = &folds->items[i];

    if (!change_is_history(fold->first)) {
      folds->items[kept++] = *fold;
    } else if (history) {
      fold_add(history, fold->first);
    } else {
      history = &folds->items[kept++];
      *history = *fold;
      history->history = true;
    }
  }
  folds->n = kept;
}

void folds_make(struct folds *out, const struct change *changes, size_t n, size_t most)
{
  out->items = xcalloc(n + 1, sizeof(*out->items));
  out->n = n;
  for (size_t i = 0; i < n && n <= most; i++) {
    out->items[i] = (struct fold) { .first = &changes[i] };
    fold_add(&out->items[i], &changes[i]);
  }
  for (size_t depth = DEEPEST; n > most && depth > 0; depth--) {
    out->n = fold_at(out->items, changes, n, depth);
    if (out->n <= most)
      break;
  }
  if (most != SIZE_MAX)
    merge_history(out);
  for (size_t i = 0; i < out->n; i++)
    if (out->items[i].n == 1)
      out->items[i].directory = STR("");
}
