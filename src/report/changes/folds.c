#include "report/changes/folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
  DEEPEST = 6,     /* levels of directories */
  ALONE = 16,      /* heavy changes that stay by themselves */
  FEW_RECORDS = 3, /* that are not taken together */
  FEW_NEW = 8,     /* files of one side in a directory, that are not taken together */
};

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

/* Files that only one side has, and that give no rights: very many are mostly one thing. */
static bool is_one_of_many(const struct change *change)
{
  return (change->kind == CHANGE_ADDED || change->kind == CHANGE_REMOVED) &&
         change->weight <= WEIGHT_CONTENT && strcmp(change->words, "directory") != 0;
}

/* The name that the files of one directory share that came, or that went, in the arena. */
static struct str group_of(const struct change *change, struct arena *arena)
{
  const struct str directory = directory_at(change, SIZE_MAX);
  char *group = arena_alloc(arena, directory.len + 1);

  *group = change->kind == CHANGE_ADDED ? 'A' : 'D';
  if (directory.len)
    memcpy(group + 1, directory.ptr, directory.len);
  return (struct str) { group, directory.len + 1 };
}

/* A fold for each change, but for files of one side where a directory has many of them. Fills
 * items, which has room for n; returns how many there are. */
static size_t fold_many(struct fold *items, const struct change *changes, size_t n)
{
  struct arena arena = ARENA_INIT;
  struct map groups = MAP_INIT;
  struct fold *counts = xcalloc(n + 1, sizeof(*counts));
  size_t n_groups = 0;
  size_t made = 0;

  for (size_t i = 0; i < n; i++)
    if (is_one_of_many(&changes[i])) {
      struct map_entry *entry = map_put(&groups, group_of(&changes[i], &arena));

      if (!entry->value)
        entry->value = &counts[n_groups++];
      ((struct fold *)entry->value)->n++;
    }
  for (size_t i = 0; i < n; i++) {
    const struct map_entry *entry =
        is_one_of_many(&changes[i]) ? map_find(&groups, group_of(&changes[i], &arena)) : NULL;
    struct fold *count = entry ? entry->value : NULL;
    struct fold *fold = &items[made];

    if (count && count->n > FEW_NEW && count->first)
      fold = &items[count->bytes];
    else
      items[made++] = (struct fold) { .first = &changes[i] };
    if (count && count->n > FEW_NEW && !count->first) {
      fold->directory = directory_at(&changes[i], SIZE_MAX);
      count->first = &changes[i];
      count->bytes = fold - items;
    }
    fold_add(fold, &changes[i]);
  }
  free(counts);
  map_release(&groups);
  arena_release(&arena);
  return made;
}

/* "usr/share/zsh/" for a directory that only one side has; empty for anything else. */
static struct str lone_directory(const struct fold *fold)
{
  const struct change *change = fold->first;

  if (fold->n != 1 || (change->kind != CHANGE_ADDED && change->kind != CHANGE_REMOVED) ||
      strcmp(change->words, "directory") != 0)
    return STR("");
  return str_of(change->name);
}

/* A path without what stands around it: "usr/share/" and "./usr/share" are the same. */
static struct str bare(struct str path)
{
  if (str_has_prefix(path, STR("./")))
    path = str_skip(path, 2);
  if (str_has_suffix(path, STR("/")))
    path.len--;
  return path;
}

/* Notes the directories above what only one side has. */
static void note_parents(struct map *parents, const struct fold *fold)
{
  struct str path = bare(str_of(fold->first->name));

  if (fold->first->kind != CHANGE_ADDED && fold->first->kind != CHANGE_REMOVED)
    return;
  while (path.len) {
    while (path.len && path.ptr[path.len - 1] != '/')
      path.len--;
    if (path.len)
      path.len--;
    if (path.len && map_find(parents, path))
      return;
    if (path.len)
      map_put(parents, path)->value = (void *)fold;
  }
}

/* What lies in a directory that is new says that it is new. */
static void leave_out_implied(struct folds *folds)
{
  struct map parents = MAP_INIT;
  size_t kept = 0;

  for (size_t i = 0; i < folds->n; i++)
    note_parents(&parents, &folds->items[i]);
  for (size_t i = 0; i < folds->n; i++) {
    const struct str directory = lone_directory(&folds->items[i]);

    if (directory.len && map_find(&parents, bare(directory)))
      folds->implied++;
    else
      folds->items[kept++] = folds->items[i];
  }
  folds->n = kept;
  map_release(&parents);
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
  out->implied = 0;
  out->items = xcalloc(n + 1, sizeof(*out->items));
  out->n = n;
  for (size_t i = 0; i < n && most == SIZE_MAX; i++) {
    out->items[i] = (struct fold) { .first = &changes[i] };
    fold_add(&out->items[i], &changes[i]);
  }
  if (n <= most && most != SIZE_MAX)
    out->n = fold_many(out->items, changes, n);
  for (size_t depth = DEEPEST; n > most && depth > 0; depth--) {
    out->n = fold_at(out->items, changes, n, depth);
    if (out->n <= most)
      break;
  }
  if (most != SIZE_MAX) {
    merge_history(out);
    leave_out_implied(out);
  }
  for (size_t i = 0; i < out->n; i++)
    if (out->items[i].n == 1)
      out->items[i].directory = STR("");
}

void folds_rest_release(struct folds_rest *rest)
{
  free(rest->items);
  *rest = (struct folds_rest) { .n = 0 };
}

static bool comes_with_package(const struct change *change, const struct package_changes *packages)
{
  return packages && change->kind != CHANGE_IMAGE && change->weight < WEIGHT_CONFIG &&
         (package_changes_owner(packages, change->path) ||
          package_changes_recorded(packages, change->path));
}

void folds_take_packages(struct folds_rest *out, const struct change *changes, size_t n,
                         const struct package_changes *packages)
{
  *out = (struct folds_rest) { .items = xcalloc(n + 1, sizeof(*out->items)) };
  for (size_t i = 0; i < n; i++) {
    if (!comes_with_package(&changes[i], packages)) {
      out->items[out->n++] = changes[i];
      continue;
    }
    if (!out->packages.n)
      out->packages.first = &changes[i];
    fold_add(&out->packages, &changes[i]);
  }
}

static bool is_record(const struct change *change)
{
  return change->kind == CHANGE_METADATA && change->weight == WEIGHT_RECORD && change->n_fields;
}

static void note_field(struct folds_rest *rest, const char *name)
{
  for (size_t i = 0; i < rest->n_fields; i++)
    if (strcmp(rest->fields[i], name) == 0)
      return;
  if (rest->n_fields < FOLDS_FIELDS) {
    rest->fields[rest->n_fields] = rest->n_fields + 1 < FOLDS_FIELDS ? name : "others";
    rest->n_fields++;
  }
}

void folds_take_records(struct folds_rest *rest)
{
  size_t records = 0;
  size_t kept = 0;

  for (size_t i = 0; i < rest->n; i++)
    records += is_record(&rest->items[i]);
  if (records <= FEW_RECORDS)
    return;
  for (size_t i = 0; i < rest->n; i++) {
    const struct change *change = &rest->items[i];

    if (!is_record(change)) {
      rest->items[kept++] = *change;
      continue;
    }
    fold_add(&rest->records, change);
    for (size_t j = 0; j < change->n_fields; j++)
      note_field(rest, change->fields[j].name);
  }
  rest->n = kept;
}
