/* Two images with different numbers of layers: each side's layers are merged as an overlay, every
 * content is hashed on the way, and the merged trees are compared path by path. */
#include "base/thread.h"
#include "diff/effective.h"
#include "diff/layer_events.h"
#include "diff/layer_reader.h"
#include "diff/tasks.h"
#include "layer/overlay.h"
#include "pair/content.h"

/* A run of layers of one side, and whose overlays they go to. */
struct reading {
  struct diff *diff;
  const struct task_resources *resources;
  int side;
  const struct descriptor *layers;
  size_t n_layers;
  struct overlay *overlays[2];
  size_t n_overlays;
  bool lazy; /* there are files that may be there for lazy pulling only */
  int status;
  struct error error;
};

static int add_entries(struct reading *reading, struct entry_reader *tar, struct comparer *comparer,
                       struct error *err)
{
  struct tar_entry entry;
  struct digest content;
  int got;

  while ((got = entry_reader_next(tar, &entry, err)) > 0) {
    reading->lazy = reading->lazy || findings_is_lazy(entry.name);
    if (comparer_hash(comparer, tar, &content, err))
      return error_wrap(err, "\"%.*s\"", STR_ARGS(entry.name));
    for (size_t i = 0; i < reading->n_overlays; i++)
      if (overlay_add(reading->overlays[i], &entry, &content, err))
        return error_wrap(err, "\"%.*s\"", STR_ARGS(entry.name));
  }
  return got;
}

static int read_layer(struct reading *reading, const struct descriptor *descriptor,
                      struct comparer *comparer, struct error *err)
{
  struct layer_reader layer;
  int status;

  if (layer_reader_open(&layer, reading->diff, reading->side, descriptor, NULL, err))
    return entry_reader_wrap(&layer.reader, err);
  for (size_t i = 0; i < reading->n_overlays; i++)
    overlay_begin_layer(reading->overlays[i]);
  status = add_entries(reading, &layer.reader, comparer, err);
  if (status)
    entry_reader_wrap(&layer.reader, err);
  layer_reader_close(&layer);
  return status;
}

static void *read_layers(void *context)
{
  struct reading *reading = context;
  struct comparer *comparer = comparer_new(0);

  for (size_t i = 0; i < reading->n_layers && !reading->status; i++)
    reading->status = read_layer(reading, &reading->layers[i], comparer, &reading->error);
  comparer_free(comparer);
  return NULL;
}

/* Reads what both images start with once, then the rest of both at the same time. */
static int read_images(struct diff *diff, const struct manifest *const manifests[2],
                       const struct task_resources *resources, struct overlay *const overlays[2],
                       bool *lazy, struct error *err)
{
  struct reading sides[2];
  struct reading *failed = NULL;
  pthread_t thread;
  size_t shared = 0;

  while (shared < MIN_OF(manifests[0]->n_layers, manifests[1]->n_layers) &&
         same_blob(&manifests[0]->layers[shared], &manifests[1]->layers[shared]))
    shared++;
  sides[0] = (struct reading) { .diff = diff, .resources = resources, .n_layers = shared };
  sides[0].layers = manifests[0]->layers;
  sides[0].overlays[0] = overlays[0];
  sides[0].overlays[1] = overlays[1];
  sides[0].n_overlays = 2;
  read_layers(&sides[0]);
  if (sides[0].status) {
    *err = sides[0].error;
    return -1;
  }
  *lazy = sides[0].lazy;
  for (int side = 0; side < 2; side++) {
    sides[side] = (struct reading) { .diff = diff, .resources = resources, .side = side };
    sides[side].layers = manifests[side]->layers + shared;
    sides[side].n_layers = manifests[side]->n_layers - shared;
    sides[side].overlays[0] = overlays[side];
    sides[side].n_overlays = 1;
  }
  if (thread_start(&thread, read_layers, &sides[1])) {
    read_layers(&sides[0]);
    pthread_join(thread, NULL);
  } else {
    read_layers(&sides[0]);
    read_layers(&sides[1]);
  }
  *lazy = *lazy || sides[0].lazy || sides[1].lazy;
  failed = sides[0].status ? &sides[0] : sides[1].status ? &sides[1] : NULL;
  if (failed)
    *err = failed->error;
  return failed ? -1 : 0;
}

struct trees {
  struct entry_rules rules;
  const struct manifest *const *manifests;
  struct overlay_walk *walks[2];
  struct overlay_item items[2]; /* the current ones, where have is set */
  bool have[2];
  struct layer_events events;
  struct findings *findings; /* NULL: none are wanted */
};

/* Directories that are only implied have nothing that could be compared. */
static void advance(struct trees *trees, int side)
{
  do {
    trees->have[side] = overlay_walk_next(trees->walks[side], &trees->items[side]);
  } while (trees->have[side] && !trees->items[side].entry);
}

static const struct digest *content_of(const struct overlay_item *item)
{
  return item->content.algorithm == DIGEST_NONE ? NULL : &item->content;
}

static void set_origin(struct trees *trees, int side)
{
  layer_events_origin(&trees->events, side,
                      &trees->manifests[side]->layers[trees->items[side].layer]);
}

static void compare_items(struct trees *trees)
{
  const struct overlay_item *items = trees->items;
  const struct tar_entry *const entries[2] = { items[0].entry, items[1].entry };
  const struct digest *const contents[2] = { content_of(&items[0]), content_of(&items[1]) };
  bool differ = contents[0] && contents[1] && !digest_equal(contents[0], contents[1]);

  if (!differ && !entry_headers_differ(&trees->rules, entries[0], entries[1]))
    return;
  set_origin(trees, 0);
  set_origin(trees, 1);
  layer_events_entry(&trees->events, &trees->rules, entries, contents);
  if (trees->findings)
    findings_differ(trees->findings, entries, contents, false);
}

static bool report_lone(struct trees *trees, int side)
{
  const struct overlay_item *item = &trees->items[side];
  const uint64_t counts[2] = { side == 0, side == 1 };

  if (trees->findings)
    findings_lone(trees->findings, side, item->entry, true);
  set_origin(trees, side);
  return layer_events_lone(&trees->events, entry_canonical(&trees->rules, item->entry->name),
                           counts, side, item->entry, content_of(item));
}

static void compare_trees(struct trees *trees)
{
  uint64_t counts[2] = { 0, 0 };

  advance(trees, 0);
  advance(trees, 1);
  while (trees->have[0] || trees->have[1]) {
    int order = !trees->have[0] ? 1
                : !trees->have[1]
                    ? -1
                    : overlay_compare_paths(trees->items[0].path, trees->items[1].path);

    bool counts_here = true; /* what the policy leaves out does not */

    if (order == 0)
      compare_items(trees);
    else
      counts_here = report_lone(trees, order > 0);
    counts[0] += counts_here && order <= 0;
    counts[1] += counts_here && order >= 0;
    if (order <= 0)
      advance(trees, 0);
    if (order >= 0)
      advance(trees, 1);
  }
  if (counts[0] != counts[1])
    layer_events_length(&trees->events, counts[0], counts[1]);
}

/* What the verdict may want to know, now that all is at hand. A failure leaves it unknown. */
static void compare_in_effect(struct findings *findings, struct overlay *const overlays[2])
{
  const struct layer_task *task = findings->effective_task;
  struct effective_image images[2];
  struct error ignored;
  bool differ;

  for (int side = 0; side < 2; side++)
    images[side] = (struct effective_image) { task->manifests[side], task->configs[side] };
  findings->effective_same = effective_compare_overlays(findings->effective, task->parent, images,
                                                        overlays, &differ, &ignored) == 0 &&
                             !differ;
}

int compare_squashed(struct diff *diff, const struct event_node *parent,
                     const struct manifest *const manifests[2],
                     const struct task_resources *resources, struct findings *findings,
                     struct error *err)
{
  static const struct descriptor *const no_layers[2] = { NULL, NULL };
  struct overlay *overlays[2] = { overlay_new(), overlay_new() };
  struct trees trees = {
    .rules = { diff->options->ignore, diff->options->skip_security_xattrs, true },
    .manifests = manifests,
    .findings = findings,
  };
  bool lazy = false;
  int status = read_images(diff, manifests, resources, overlays, &lazy, err);

  if (status == 0) {
    layer_events_init(&trees.events, diff, parent, no_layers);
    if (findings)
      findings_start(findings, diff, &trees.rules, no_layers);
    trees.walks[0] = overlay_walk_new(overlays[0]);
    trees.walks[1] = overlay_walk_new(overlays[1]);
    compare_trees(&trees);
    overlay_walk_free(trees.walks[0]);
    overlay_walk_free(trees.walks[1]);
    if (findings)
      findings_stop(findings);
    if (findings && findings->effective_task && !lazy && !diff_has_sent(findings->effective))
      compare_in_effect(findings, overlays);
    layer_events_release(&trees.events);
  }
  overlay_free(overlays[0]);
  overlay_free(overlays[1]);
  return status;
}
