/* Overlays of upper layers alone: what they would do to lower ones. */
#include "layer/overlay_node.h"
#include "layer/overlay_path.h"

struct overlay *overlay_new_upper(uint32_t lower)
{
  struct overlay *overlay = overlay_new();

  overlay->is_upper = true;
  overlay->n_layers = lower;
  return overlay;
}

void overlay_note_cover(struct overlay *overlay, struct str path, enum overlay_cover cover)
{
  struct map_entry *entry;

  if (!overlay->is_upper)
    return;
  entry = map_put(&overlay->covers, path);
  if (!entry->value)
    entry->key = arena_str(&overlay->arena, path);
  if ((uintptr_t)entry->value < cover)
    entry->value = (void *)(uintptr_t)cover;
}

/* Whether all below a path is hidden by what stands there. */
static bool is_hiding(struct overlay *overlay, struct str path)
{
  const struct overlay_node *node = overlay_find_path(overlay, overlay->root, path);

  return map_find(&overlay->covers, path) || (node && !node->is_directory);
}

static bool is_hidden_by_parents(struct overlay *overlay, struct str path)
{
  struct str base;

  while (path.len) {
    overlay_path_split(path, &path, &base);
    if (is_hiding(overlay, path))
      return true;
  }
  return false;
}

/* What is hidden at a path, beyond what the nodes and the paths above hide. */
static enum overlay_cover cover_of(struct overlay *overlay, struct str path)
{
  const struct map_entry *entry = map_find(&overlay->covers, path);
  const struct overlay_node *node = overlay_find_path(overlay, overlay->root, path);

  if (!entry || (node && !node->is_directory) || is_hidden_by_parents(overlay, path))
    return COVERS_NOTHING;
  return node && node->own ? COVERS_BELOW : (enum overlay_cover)(uintptr_t)entry->value;
}

static bool same_covers(struct overlay *a, struct overlay *b)
{
  for (size_t i = 0; i < a->covers.n; i++) {
    struct str path = a->covers.entries[i].key;

    if (cover_of(a, path) != cover_of(b, path))
      return false;
  }
  return true;
}

/* A hard link to what only lower layers have is too hard. */
static bool is_dangling(const struct overlay_item *item)
{
  return item->entry && item->object->type == TAR_LINK;
}

static bool is_directory(const struct overlay_item *item)
{
  return !item->entry || item->object->type == TAR_DIR;
}

static bool same_paths(struct overlay *a, struct overlay *b)
{
  struct overlay_walk *walks[2] = { overlay_walk_new(a), overlay_walk_new(b) };
  struct overlay_item items[2];
  bool same = true;
  bool have = true;

  while (same && have) {
    have = overlay_walk_next(walks[0], &items[0]);
    same = overlay_walk_next(walks[1], &items[1]) == have;
    if (same && have)
      same = str_equal(items[0].path, items[1].path) && !items[0].entry == !items[1].entry &&
             is_directory(&items[0]) == is_directory(&items[1]) && !is_dangling(&items[0]) &&
             !is_dangling(&items[1]);
  }
  overlay_walk_free(walks[0]);
  overlay_walk_free(walks[1]);
  return same;
}

bool overlay_same_effect(struct overlay *a, struct overlay *b)
{
  return overlay_count(a) == overlay_count(b) && same_paths(a, b) && same_covers(a, b) &&
         same_covers(b, a);
}
