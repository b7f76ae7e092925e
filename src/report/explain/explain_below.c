#include "report/explain/explain_below.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "evidence/stored.h"

void explain_below_release(struct explain_below *below)
{
  for (size_t i = 0; i < below->n; i++)
    draft_release(&below->items[i].others);
  free(below->items);
  map_release(&below->contexts);
  arena_release(&below->arena);
  *below = (struct explain_below) { 0 };
}

/* The context, and all that it lies in: "a/b/c" in "a/b/" and "a/". What one that was noted lies in
 * has been, too. */
void explain_below_note(struct explain_below *below, const char *context)
{
  const struct str whole = str_of(context);
  struct str key = whole;

  if (below->last.ptr && str_equal(below->last, whole))
    return;
  for (;;) {
    struct map_entry *entry = map_put(&below->contexts, key);

    if (entry->value)
      break;
    entry->value = below;
    entry->key = arena_str(&below->arena, key);
    if (key.len == whole.len)
      below->last = entry->key;
    do
      key.len -= key.len > 0;
    while (key.len && key.ptr[key.len - 1] != '/');
    if (!key.len)
      break;
  }
}

struct below_item *explain_below_add(struct explain_below *below, enum below_kind kind,
                                     const struct cause *cause, struct draft *others)
{
  struct below_item *item;

  below->items = xgrow(below->items, below->n, &below->cap, sizeof(*below->items));
  item = &below->items[below->n++];
  *item = (struct below_item) { .kind = kind, .cause = cause, .others = *others };
  *others = DRAFT_INIT;
  return item;
}

static size_t depth_of(const char *context)
{
  size_t depth = 0;

  for (; *context; context++)
    depth += *context == '/';
  return depth;
}

void explain_below_place(struct explain_below *below, struct below_item *item, const char *fmt, ...)
{
  const char **places = arena_alloc(&below->arena, (item->n_places + 1) * sizeof(*places));
  va_list args;
  char text[1024];

  va_start(args, fmt);
  vsnprintf(text, sizeof(text), fmt, args);
  va_end(args);
  for (size_t i = 0; i < item->n_places; i++)
    places[i] = item->places[i];
  places[item->n_places++] = arena_strdup(&below->arena, text);
  item->places = places;
  item->depth = depth_of(places[0]);
}

/* ---- what lies below ---- */

static bool any_below(const struct explain_below *below, const struct below_item *item)
{
  for (size_t i = 0; i < item->n_places; i++)
    if (map_find(&below->contexts, str_of(item->places[i])))
      return true;
  return false;
}

/* ---- blobs of which nothing below differs ---- */

static bool can_read(const struct below_item *item, const struct diff_options *options)
{
  for (int side = 0; side < 2; side++)
    if (!item->blobs[side] || (options->sources[side]->fetches_again &&
                               !source_at_hand(options->sources[side], item->blobs[side])))
      return false;
  return true;
}

static bool are_layers(const struct below_item *item)
{
  return item->blobs[0]->kind == MEDIA_LAYER && item->blobs[1]->kind == MEDIA_LAYER;
}

static void explain_layers(struct explain_below *below, struct below_item *item,
                           const struct diff_options *options)
{
  struct stored_comparison *found = arena_alloc(&below->arena, sizeof(*found));
  struct stream *blobs[2];
  struct error err;
  int side;

  blobs[0] = source_blob_again(options->sources[0], item->blobs[0], &err);
  if (!blobs[0])
    return;
  blobs[1] = source_blob_again(options->sources[1], item->blobs[1], &err);
  if (!blobs[1]) {
    stream_close(blobs[0]);
    return;
  }
  if (stored_compare(blobs, options->limits, &below->arena, found, &side, &err))
    return;
  item->resolved = true;
  draft_add(&item->others,
            cause_named(found->same_inside ? STR("recompressed") : STR("tar-filler")),
            CAUSE_BY_CONTENT, CAUSE_PROVEN, found->same_inside ? &found->values : NULL);
}

static void explain_documents(struct below_item *item, const struct diff_options *options)
{
  json_t *documents[2] = { NULL, NULL };
  struct error err;

  for (int side = 0; side < 2; side++) {
    AUTO_BUF text = BUF_INIT(options->limits->json_bytes);

    if (source_read(options->sources[side], item->blobs[side], options->limits->json_bytes, &text,
                    &err) == 0)
      documents[side] = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
  }
  if (documents[0] && documents[1] && json_equal(documents[0], documents[1])) {
    item->resolved = true;
    draft_add(&item->others, cause_named(STR("json-form")), CAUSE_BY_CONTENT, CAUSE_PROVEN, NULL);
  }
  json_decref(documents[0]);
  json_decref(documents[1]);
}

/* ---- all ---- */

static void resolve(struct explain_below *below, struct below_item *item,
                    const struct diff_options *options)
{
  const bool blobs = item->kind == BELOW_DOCUMENT && item->blobs[0] && item->blobs[1];

  if (any_below(below, item)) {
    draft_add(&item->others, item->cause, CAUSE_BY_FIELD, CAUSE_PROVEN, NULL);
    return;
  }
  if (blobs && can_read(item, options)) {
    if (are_layers(item))
      explain_layers(below, item, options);
    else
      explain_documents(item, options);
  }
  if (!item->resolved)
    draft_leave(&item->others, item->kind == BELOW_LENGTH ? "the number of entries" : "digest");
}

static int by_depth(const void *a, const void *b)
{
  const struct below_item *item_a = *(const struct below_item *const *)a;
  const struct below_item *item_b = *(const struct below_item *const *)b;

  if (item_a->depth != item_b->depth)
    return item_a->depth > item_b->depth ? -1 : 1;
  if (!item_a->blobs[0] != !item_b->blobs[0]) /* the blob itself, then who speaks of it */
    return item_a->blobs[0] ? -1 : 1;
  return item_a->record < item_b->record ? -1 : 1;
}

void explain_below_resolve(struct explain_below *below, const struct diff_options *options,
                           void (*set)(void *context, size_t record, struct explanation found),
                           void *context)
{
  AUTO_FREE struct below_item **order = xcalloc(below->n + 1, sizeof(struct below_item *));

  for (size_t i = 0; i < below->n; i++)
    order[i] = &below->items[i];
  qsort(order, below->n, sizeof(struct below_item *), by_depth);
  /* The deepest first: what turns out to differ by itself is what others follow from. */
  for (size_t i = 0; i < below->n; i++) {
    resolve(below, order[i], options);
    if (order[i]->resolved)
      explain_below_note(below, order[i]->places[0]);
    set(context, order[i]->record, draft_finish(&order[i]->others, &below->arena));
  }
}
