#include "diff/effective/effective_trees.h"

#include "diff/effective/effective_contents.h"
#include "diff/effective/effective_links.h"
#include "diff/layers/layer_events.h"

/* A walk over both trees in step, or two: the first puts off the paths for which digests of
 * contents are needed that nobody has hashed, the second looks at these alone. */
struct comparison {
  const struct effective_trees *trees;
  struct entry_rules rules;
  bool first; /* walk */
  bool one_is_enough, wants_digests;
  struct overlay_walk *walks[2];
  struct overlay_item items[2]; /* the current ones, where have is set */
  bool have[2];
  struct effective_links links;
  struct effective_contents contents;
  struct layer_events events;
  bool sent;
};

/* A path as a container would see it, as an entry. The object's position and times stay. */
static struct tar_entry seen(const struct overlay_item *item)
{
  struct tar_entry entry = { .type = TAR_DIR, .mode = 0755 };

  if (item->entry)
    entry = *item->object;
  entry.name = item->path.len ? item->path : STR(".");
  return entry;
}

static void effective_trees_set_origin(struct comparison *comparison, int side,
                                       const struct overlay_item *item, uint32_t layer)
{
  layer_events_from(&comparison->events, side,
                    item->entry ? &comparison->trees->origins[side][layer] : NULL);
}

/* ---- contents ---- */

static bool has_content(const struct overlay_item *item)
{
  return item->token || item->content.algorithm != DIGEST_NONE;
}

/* Of a path that was not put off, or whose digests are there now. */
static bool contents_differ(const struct comparison *comparison,
                            const struct overlay_item *const items[2])
{
  const struct digest *digests[2];

  if (!has_content(items[0]) || !has_content(items[1]) ||
      (items[0]->token && items[0]->token == items[1]->token))
    return false;
  for (int side = 0; side < 2; side++)
    digests[side] = effective_contents_of(&comparison->contents, side, items[side]);
  return digests[0] && digests[1] && !digest_equal(digests[0], digests[1]);
}

/* Whether a path has to wait for the second walk; in that one, whether it did. */
static bool is_put_off(struct comparison *comparison, const struct overlay_item *const items[2],
                       bool differ)
{
  const bool tokens[2] = { items[0]->token != 0, items[1]->token != 0 };
  bool wait = tokens[0] || tokens[1];

  if (!differ || !comparison->wants_digests)
    wait = wait && has_content(items[0]) && has_content(items[1]) &&
           (items[0]->token != items[1]->token || !tokens[0]) &&
           (items[0]->object->size || items[1]->object->size) &&
           !(differ && comparison->one_is_enough);
  for (int side = 0; side < 2 && wait && comparison->first; side++)
    if (tokens[side])
      effective_contents_want(&comparison->contents, side, items[side]);
  return wait;
}

/* ---- lazy pulling ---- */

/* What only helps to pull a layer lazily (eStargz): files in the root of the names, and just as,
 * stargz-snapshotter (estargz/build.go) writes them. Nobody but root can read such a file, and
 * nobody run it. One that has another name, or is anything else, is a file like others. */
static bool is_for_lazy_pulling(const struct overlay_item *item)
{
  const struct tar_entry *object = item->object;
  const bool is_landmark = str_equal(item->path, STR(".prefetch.landmark")) ||
                           str_equal(item->path, STR(".no.prefetch.landmark"));

  return (is_landmark || str_equal(item->path, STR("stargz.index.json"))) && item->entry &&
         object->type == TAR_REGULAR && (object->mode & 07777) == 0 && !object->uid &&
         !object->gid && item->links == 1 && !tar_entry_has_xattrs(object) &&
         (!is_landmark || object->size == 1);
}

/* ---- paths ---- */

static void send_pair(struct comparison *comparison, const struct overlay_item *const items[2],
                      const struct tar_entry entries[2])
{
  const struct tar_entry *const pointers[2] = { &entries[0], &entries[1] };
  const struct digest *contents[2];

  for (int side = 0; side < 2; side++) {
    contents[side] = effective_contents_of(&comparison->contents, side, items[side]);
    effective_trees_set_origin(comparison, side, items[side], items[side]->object_layer);
  }
  if (layer_events_entry(&comparison->events, &comparison->rules, pointers, contents))
    comparison->sent = true;
}

static void compare_items(struct comparison *comparison, const struct overlay_item *const items[2])
{
  const struct tar_entry entries[2] = { seen(items[0]), seen(items[1]) };
  enum links_meeting met =
      effective_links_meet(&comparison->links, items, comparison->events.links);
  bool differ;

  if (met == LINKS_KNOWN || (is_for_lazy_pulling(items[0]) && is_for_lazy_pulling(items[1])))
    return;
  differ = met == LINKS_SPLIT || entry_headers_differ(&comparison->rules, &entries[0], &entries[1]);
  if (is_put_off(comparison, items, differ) == comparison->first)
    return;
  if (!differ && !contents_differ(comparison, items))
    return;
  comparison->events.links_differ = met == LINKS_SPLIT;
  send_pair(comparison, items, entries);
}

static void effective_trees_report_lone(struct comparison *comparison, int side)
{
  const struct overlay_item *item = &comparison->items[side];
  struct tar_entry entry = item->entry ? *item->entry : seen(item);
  const uint64_t counts[2] = { side == 0, side == 1 };
  const bool put_off = comparison->wants_digests && item->token;

  effective_links_lone(&comparison->links, side, item);
  if (is_for_lazy_pulling(item))
    return;
  if (put_off && comparison->first)
    effective_contents_want(&comparison->contents, side, item);
  if (put_off == comparison->first)
    return;
  effective_trees_set_origin(comparison, side, item, item->layer);
  layer_events_from(&comparison->events, 1 - side, NULL);
  entry.name = seen(item).name; /* which is where it lies: rules are about that */
  if (layer_events_lone(&comparison->events, item->path, counts, side, &entry,
                        effective_contents_of(&comparison->contents, side, item)))
    comparison->sent = true;
}

/* The root exists, whether an entry stands for it or not. */
static void compare_lone(struct comparison *comparison, int side)
{
  const struct overlay_item root = { .path = STR(""), .links = 1 };
  const struct overlay_item *items[2] = { &root, &root };

  if (comparison->items[side].path.len) {
    effective_trees_report_lone(comparison, side);
    return;
  }
  items[side] = &comparison->items[side];
  compare_items(comparison, items);
}

/* ---- trees ---- */

static void effective_trees_advance(struct comparison *comparison, int side)
{
  comparison->have[side] = overlay_walk_next(comparison->walks[side], &comparison->items[side]);
}

static int order_of(const struct comparison *comparison)
{
  if (!comparison->have[0] || !comparison->have[1])
    return comparison->have[0] ? -1 : 1;
  return overlay_compare_paths(comparison->items[0].path, comparison->items[1].path);
}

static int effective_trees_walk(struct comparison *comparison, struct error *err)
{
  const struct overlay_item *const items[2] = { &comparison->items[0], &comparison->items[1] };

  int status;

  effective_links_init(&comparison->links, comparison->trees->diff->options->limits->memory);
  for (int side = 0; side < 2; side++) {
    comparison->walks[side] = overlay_walk_new(comparison->trees->overlays[side]);
    effective_trees_advance(comparison, side);
  }
  while ((comparison->have[0] || comparison->have[1]) &&
         !(comparison->one_is_enough && comparison->sent)) {
    int order = order_of(comparison);

    if (order == 0)
      compare_items(comparison, items);
    else
      compare_lone(comparison, order > 0);
    if (order <= 0)
      effective_trees_advance(comparison, 0);
    if (order >= 0)
      effective_trees_advance(comparison, 1);
  }
  overlay_walk_free(comparison->walks[0]);
  overlay_walk_free(comparison->walks[1]);
  status = effective_links_check(&comparison->links, err);
  effective_links_release(&comparison->links);
  return status;
}

int effective_compare_trees(const struct effective_trees *trees, bool *differ, struct error *err)
{
  static const struct descriptor *const no_layers[2] = { NULL, NULL };
  const struct diff_options *options = trees->diff->options;
  struct comparison comparison = {
    .trees = trees,
    .rules = { trees->ignore, options->skip_security_xattrs, true },
    .first = true,
    .one_is_enough = options->sink->one_is_enough,
    .wants_digests = options->sink->wants_content_digests,
  };
  int status;

  layer_events_init(&comparison.events, trees->diff, trees->parent, no_layers);
  effective_contents_init(&comparison.contents, options->limits->memory);
  status = effective_trees_walk(&comparison, err);
  if (status == 0 && effective_contents_wanted(&comparison.contents) &&
      !(comparison.one_is_enough && comparison.sent)) {
    comparison.first = false;
    status = effective_contents_fetch(&comparison.contents, trees->diff, trees->images, err);
    if (status == 0)
      status = effective_trees_walk(&comparison, err);
  }
  layer_events_release(&comparison.events);
  effective_contents_release(&comparison.contents);
  if (status == 0)
    *differ = comparison.sent;
  return status;
}
