/* The order of changes: which weigh the most, which are but consequences. */
#include "report/changes/changes_order.h"
#include "report/changes/changes_stream.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"

void changes_note_above(struct changes *changes, const char *context)
{
  struct str at = str_of(context);

  for (;;) {
    struct map_entry *entry = map_put(&changes->above, at);

    if (entry->value)
      return; /* and so all above it */
    entry->value = changes;
    if (at.len == 0)
      return;
    at = path_directory(at);
  }
}

int64_t change_bytes(const struct change *change)
{
  int64_t before = change->size[0] > 0 ? change->size[0] : 0;
  int64_t after = change->size[1] > 0 ? change->size[1] : 0;

  return after - before;
}

static int compare_texts(const char *a, const char *b)
{
  return str_compare_natural(str_of(a), str_of(b));
}

/* An order in which no two changes are equal, unless nothing tells them apart. */
static int compare_names(const struct change *a, const struct change *b)
{
  int order = str_compare(a->path, b->path);

  order = order ? order : compare_texts(a->context, b->context);
  order = order ? order : strcmp(a->name, b->name);
  order = order ? order : (int)a->kind - (int)b->kind;
  return order ? order : strcmp(a->words, b->words);
}

static int by_weight(const void *a, const void *b)
{
  const struct change *change_a = a;
  const struct change *change_b = b;

  if (change_a->weight != change_b->weight)
    return change_a->weight > change_b->weight ? -1 : 1;
  return compare_names(change_a, change_b);
}

static int by_name(const void *a, const void *b)
{
  return compare_names(a, b);
}

static int by_size(const void *a, const void *b)
{
  const uint64_t bytes_a = (uint64_t)llabs(change_bytes(a));
  const uint64_t bytes_b = (uint64_t)llabs(change_bytes(b));

  return bytes_a != bytes_b ? (bytes_a > bytes_b ? -1 : 1) : by_weight(a, b);
}

int changes_compare_places(const struct change *a, const struct change *b)
{
  const int order = a->context == b->context ? 0 : compare_texts(a->context, b->context);

  return order ? order : compare_names(a, b);
}

static int by_context(const void *a, const void *b)
{
  return changes_compare_places(a, b);
}

void changes_put(struct changes *changes, const struct change *change)
{
  if (changes->stream) {
    changes_stream_add(changes->stream, change);
    return;
  }
  changes->items = xgrow(changes->items, changes->n, &changes->cap, sizeof(*changes->items));
  changes->items[changes->n++] = *change;
}

static const char *copy_text(struct arena *arena, const char *text)
{
  return text ? arena_strdup(arena, text) : NULL;
}

void changes_copy(struct arena *arena, struct change *change)
{
  struct change_field *fields = arena_alloc(arena, (change->n_fields + 1) * sizeof(*fields));

  change->path = arena_str(arena, change->path);
  change->title = change->title == change->name ? NULL : copy_text(arena, change->title);
  change->name = copy_text(arena, change->name);
  change->title = change->title ? change->title : change->name;
  change->words = copy_text(arena, change->words);
  change->refers_to = copy_text(arena, change->refers_to);
  for (size_t i = 0; i < change->n_fields; i++) {
    fields[i].name = copy_text(arena, change->fields[i].name);
    for (int side = 0; side < 2; side++)
      fields[i].value[side] = copy_text(arena, change->fields[i].value[side]);
  }
  change->fields = fields;
}

void changes_drop_lightest(struct changes *changes)
{
  struct arena kept = ARENA_INIT;

  qsort(changes->items, changes->n, sizeof(*changes->items), by_weight);
  changes->dropped += changes->n - changes->keep;
  changes->n = changes->keep;
  for (size_t i = 0; i < changes->n; i++)
    changes_copy(&kept, &changes->items[i]);
  arena_release(&changes->arena);
  changes->arena = kept;
}

static size_t depth_of(const char *context)
{
  size_t depth = 0;

  for (; *context; context++)
    depth += *context == '/';
  return depth;
}

static int deepest_first(const void *a, const void *b)
{
  const struct change *change_a = a;
  const struct change *change_b = b;
  const size_t depth_a = depth_of(change_a->context);
  const size_t depth_b = depth_of(change_b->context);

  if (depth_a != depth_b)
    return depth_a > depth_b ? -1 : 1;
  return compare_names(change_a, change_b);
}

/* Whether what it refers to is told otherwise; it is then told itself, for what refers to it. */
static bool is_told_below(struct changes *changes, const struct change *suspect)
{
  if (!map_find(&changes->above, str_of(suspect->refers_to)))
    return false;
  changes_note_above(changes, suspect->context);
  return true;
}

/* Notes all that follows from what was noted, however far. */
static void note_what_follows(struct changes *changes)
{
  size_t before;

  do {
    before = changes->above.n;
    for (size_t i = 0; i < changes->n_suspects; i++)
      (void)is_told_below(changes, &changes->suspects[i]);
  } while (changes->above.n > before);
}

/* What only says that something else differs stays where nothing else says so. All of them join the
 * items. */
static void settle_consequences(struct changes *changes)
{
  if (changes->n_suspects > 0)
    qsort(changes->suspects, changes->n_suspects, sizeof(*changes->suspects), deepest_first);
  note_what_follows(changes);
  for (size_t i = 0; i < changes->n_suspects; i++) {
    struct change *suspect = &changes->suspects[i];

    if (is_told_below(changes, suspect)) {
      changes->totals.consequences++;
    } else {
      changes_note_above(changes, suspect->context);
      suspect->weight = WEIGHT_RECORD;
      changes->totals.by_kind[suspect->kind]++;
    }
    if (!changes->stream)
      changes_put(changes, suspect);
  }
}

void changes_settle(struct changes *changes)
{
  settle_consequences(changes);
}

size_t changes_sort(struct changes *changes, enum change_order order)
{
  static int (*const orders[])(const void *, const void *) = {
    [CHANGE_ORDER_WEIGHT] = by_weight,
    [CHANGE_ORDER_NAME] = by_name,
    [CHANGE_ORDER_SIZE] = by_size,
    [CHANGE_ORDER_TABLE] = by_context,
  };
  size_t shown = 0;

  settle_consequences(changes);
  if (changes->n > changes->keep)
    changes_drop_lightest(changes);
  if (changes->n > 0)
    qsort(changes->items, changes->n, sizeof(*changes->items), by_weight);
  while (shown < changes->n && changes->items[shown].weight != WEIGHT_CONSEQUENCE)
    shown++;
  if (changes->n > 0 && order != CHANGE_ORDER_WEIGHT)
    qsort(changes->items, order == CHANGE_ORDER_TABLE ? changes->n : shown, sizeof(*changes->items),
          orders[order]);
  return shown;
}

static int most_bytes_first(const void *a, const void *b)
{
  const struct change_size *size_a = a;
  const struct change_size *size_b = b;
  const uint64_t bytes_a = (uint64_t)llabs(size_a->bytes);
  const uint64_t bytes_b = (uint64_t)llabs(size_b->bytes);

  if (bytes_a != bytes_b)
    return bytes_a > bytes_b ? -1 : 1;
  return compare_texts(size_a->name, size_b->name);
}

static size_t list_sizes(const struct map *sizes, struct change_size *out, size_t max)
{
  AUTO_FREE struct change_size *all = xcalloc(sizes->n + 1, sizeof(*all));
  size_t n = MIN_OF(sizes->n, max);

  for (size_t i = 0; i < sizes->n; i++)
    all[i] = *(const struct change_size *)sizes->entries[i].value;
  if (sizes->n > 0)
    qsort(all, sizes->n, sizeof(*all), most_bytes_first);
  memcpy(out, all, n * sizeof(*out));
  return n;
}

size_t changes_directories(const struct changes *changes, struct change_size *out, size_t max)
{
  return list_sizes(&changes->directories, out, max);
}

size_t changes_layers(const struct changes *changes, struct change_size *out, size_t max)
{
  return list_sizes(&changes->layers, out, max);
}
