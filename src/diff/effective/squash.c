/* Two images with different numbers of layers: each side's layers are merged as an overlay and the
 * merged trees are compared path by path. They are read as --effective reads them
 * (effective_read.h); the rules for entries are other ones. */
#include "diff/effective/effective.h"
#include "diff/effective/effective_contents.h"
#include "diff/effective/effective_engines.h"
#include "diff/effective/effective_read.h"
#include "diff/layers/layer_events.h"
#include "diff/layers/tasks.h"
#include "layer/overlay/overlay.h"

/* A walk over both trees in step, or two: the first puts off the paths for which digests of
 * contents are needed that nobody has hashed, the second looks at these alone. */
struct trees {
  struct diff *diff;
  const struct event_node *parent;
  const struct task_resources *resources;
  struct entry_rules rules;
  struct effective_image images[2];
  const struct event_origin *origins[2]; /* of each layer, by number */
  struct overlay *overlays[2];
  bool first; /* walk */
  bool upper; /* overlays are those of upper layers, the ones below were not read */
  struct effective_contents contents;
  uint64_t counts[2]; /* paths, without what the policy leaves out */
  struct overlay_walk *walks[2];
  struct overlay_item items[2]; /* the current ones, where have is set */
  bool have[2];
  struct layer_events events;
  struct findings *findings; /* NULL: none are wanted */
};

/* Directories that are only implied have nothing that could be compared. */
static void squash_advance(struct trees *trees, int side)
{
  do {
    trees->have[side] = overlay_walk_next(trees->walks[side], &trees->items[side]);
  } while (trees->have[side] && !trees->items[side].entry);
}

static void squash_set_origin(struct trees *trees, int side)
{
  layer_events_merged(&trees->events, side, &trees->origins[side][trees->items[side].layer]);
}

static const struct digest *content_of(const struct trees *trees, int side)
{
  return effective_contents_of(&trees->contents, side, &trees->items[side]);
}

static bool has_content(const struct overlay_item *item)
{
  return item->token || item->content.algorithm != DIGEST_NONE;
}

static bool wants_digests(const struct trees *trees)
{
  return trees->diff->options->sink->wants_content_digests;
}

/* Whether something has to wait for the second walk; notes what that needs. */
static bool put_off(struct trees *trees, const bool wait[2])
{
  bool any = false;

  for (int side = 0; side < 2; side++) {
    if (!wait[side] || !trees->items[side].token)
      continue;
    any = true;
    if (trees->first)
      effective_contents_want(&trees->contents, side, &trees->items[side]);
  }
  return any;
}

static void compare_items(struct trees *trees)
{
  const struct overlay_item *items = trees->items;
  const struct tar_entry *const entries[2] = { items[0].entry, items[1].entry };
  const bool headers = entry_headers_differ(&trees->rules, entries[0], entries[1]);
  const bool same = items[0].token && items[0].token == items[1].token;
  const bool unknown = has_content(&items[0]) && has_content(&items[1]) && !same;
  const bool wait = unknown || (headers && wants_digests(trees));
  const struct digest *contents[2];
  bool differ;

  if (put_off(trees, (const bool[2]) { wait, wait }) == trees->first)
    return;
  contents[0] = content_of(trees, 0);
  contents[1] = content_of(trees, 1);
  differ = contents[0] && contents[1] && !digest_equal(contents[0], contents[1]);
  if (!differ && !headers)
    return;
  squash_set_origin(trees, 0);
  squash_set_origin(trees, 1);
  layer_events_entry(&trees->events, &trees->rules, entries, contents);
  if (trees->findings)
    findings_differ(trees->findings, entries, contents, false, true);
}

static void squash_report_lone(struct trees *trees, int side)
{
  const struct overlay_item *item = &trees->items[side];
  const uint64_t counts[2] = { side == 0, side == 1 };
  const bool wait = wants_digests(trees);

  if (put_off(trees, (const bool[2]) { side == 0 && wait, side == 1 && wait }) == trees->first)
    return;
  if (trees->findings)
    findings_lone(trees->findings, side, item->entry, true);
  squash_set_origin(trees, side);
  if (!layer_events_lone(&trees->events, entry_canonical(&trees->rules, item->entry->name), counts,
                         side, item->entry, content_of(trees, side)))
    trees->counts[side]--;
}

static void walk_trees(struct trees *trees)
{
  for (int side = 0; side < 2; side++) {
    trees->walks[side] = overlay_walk_new(trees->overlays[side]);
    squash_advance(trees, side);
  }
  while (trees->have[0] || trees->have[1]) {
    int order = !trees->have[0] ? 1
                : !trees->have[1]
                    ? -1
                    : overlay_compare_paths(trees->items[0].path, trees->items[1].path);

    if (order == 0)
      compare_items(trees);
    else
      squash_report_lone(trees, order > 0);
    for (int side = 0; side < 2; side++)
      if (side == 0 ? order <= 0 : order >= 0) {
        trees->counts[side] += trees->first;
        squash_advance(trees, side);
      }
  }
  overlay_walk_free(trees->walks[0]);
  overlay_walk_free(trees->walks[1]);
}

/* What lies above a layer that is refused, and would be refused itself, may be in no tree: nothing
 * tells that it is alike. */
static void squash_report_refusals(const struct trees *trees)
{
  for (int side = 0; side < 2; side++)
    if (overlay_refused_above(trees->overlays[side]))
      effective_send_unpackable(trees->diff, trees->parent, side,
                                overlay_refused(trees->overlays[side]));
}

static int compare_trees(struct trees *trees, struct error *err)
{
  trees->first = true;
  walk_trees(trees);
  if (effective_contents_wanted(&trees->contents)) {
    trees->first = false;
    if (effective_contents_fetch(&trees->contents, trees->diff, trees->images, err))
      return -1;
    walk_trees(trees);
  }
  if (trees->counts[0] != trees->counts[1])
    layer_events_length(&trees->events, trees->counts[0], trees->counts[1]);
  squash_report_refusals(trees);
  return 0;
}

/* Squashing asks what containerd makes; in effect all engines count. */
static bool is_known_in_effect(const struct trees *trees)
{
  return !trees->upper || effective_needs_no_lower(trees->overlays);
}

/* What the verdict may want to know, now that all is at hand. A failure leaves it unknown. */
static void squash_compare_in_effect(struct findings *findings, struct overlay *const overlays[2])
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

/* What containerd makes of upper layers is enough where they do the same to the lower ones. */
static bool have_same_effect(struct overlay *const uppers[2])
{
  return overlay_same_effect(uppers[0], uppers[1]);
}

static int squash_merge(struct trees *trees, struct error *err)
{
  struct effective_reading reading = {
    .diff = trees->diff,
    .images = trees->images,
    .ignore = trees->rules.ignore,
    .resources = trees->resources,
    .needs_no_lower = have_same_effect,
  };
  const int status = effective_read(&reading, err);

  for (int side = 0; side < 2; side++)
    trees->overlays[side] = reading.overlays[side];
  trees->upper = reading.below > 0;
  return status;
}

int compare_squashed(struct diff *diff, const struct layer_task *task,
                     const struct task_resources *resources, struct findings *findings,
                     struct error *err)
{
  static const struct descriptor *const no_layers[2] = { NULL, NULL };
  struct trees trees = {
    .diff = diff,
    .parent = task->parent,
    .resources = resources,
    .rules = { diff->options->ignore, diff->options->skip_security_xattrs, true },
    .images = { { task->manifests[0], task->configs[0] },
                { task->manifests[1], task->configs[1] } },
    .findings = findings,
  };
  int status = squash_merge(&trees, err);

  effective_contents_init(&trees.contents, diff->options->limits->memory);
  if (status == 0) {
    layer_events_init(&trees.events, diff, task->parent, no_layers);
    for (int side = 0; side < 2; side++)
      trees.origins[side] = effective_origins(diff, &trees.images[side]);
    if (findings)
      findings_start(findings, diff, &trees.rules, no_layers);
    status = compare_trees(&trees, err);
    if (findings)
      findings_stop(findings);
    if (status == 0 && findings && findings->effective_task && is_known_in_effect(&trees) &&
        !diff_has_sent(findings->effective))
      squash_compare_in_effect(findings, trees.overlays);
    layer_events_release(&trees.events);
  }
  effective_contents_release(&trees.contents);
  overlay_free(trees.overlays[0]);
  overlay_free(trees.overlays[1]);
  return status;
}
