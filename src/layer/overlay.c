#include "layer/overlay.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "layer/overlay_node.h"
#include "layer/overlay_path.h"

enum { PACKED_MAX = 8 * LIMIT_PAX_BYTES };
#define ALL_LAYERS UINT32_MAX

struct overlay *overlay_new(void)
{
  struct overlay *overlay = xcalloc(1, sizeof(*overlay));

  overlay->strings.arena = &overlay->arena;
  overlay->scratch = BUF_INIT(PACKED_MAX);
  overlay->last_directory = BUF_INIT(LIMIT_PATH_BYTES);
  overlay->root = arena_alloc(&overlay->arena, sizeof(struct overlay_node));
  overlay->root->is_directory = true;
  overlay->aufs_root = arena_alloc(&overlay->arena, sizeof(struct overlay_node));
  overlay->aufs_root->is_directory = true;
  overlay->aufs_root->hidden = true;
  return overlay;
}

void overlay_free(struct overlay *overlay)
{
  if (!overlay)
    return;
  map_release(&overlay->nodes);
  map_release(&overlay->covers);
  free(overlay->dangling);
  string_table_release(&overlay->strings);
  buf_release(&overlay->scratch);
  buf_release(&overlay->last_directory);
  arena_release(&overlay->arena);
  free(overlay);
}

void overlay_begin_layer(struct overlay *overlay)
{
  overlay_resolve_links(overlay);
  overlay->n_layers++;
}

uint64_t overlay_count(const struct overlay *overlay)
{
  return overlay->n_paths;
}

/* What a node is found by: its parent's address, and its name. */
struct node_key {
  struct overlay_node *parent;
  char name[LIMIT_PATH_BYTES];
};

static struct str make_key(struct node_key *key, struct overlay_node *parent, struct str name)
{
  key->parent = parent;
  memcpy(key->name, name.ptr, name.len);
  return (struct str) { (const char *)key, sizeof(key->parent) + name.len };
}

static void index_node(struct overlay *overlay, struct overlay_node *node)
{
  struct str key = { (const char *)&node->parent, sizeof(node->parent) + node->name_len };
  struct map_entry *entry = map_put(&overlay->nodes, key);

  entry->key = key;
  entry->value = node;
}

static struct overlay_node *find_child(struct overlay *overlay, struct overlay_node *parent,
                                       struct str name)
{
  struct node_key key;
  struct map_entry *found;
  struct overlay_node *node = parent->children;

  /* Most often the entries of a directory come in order, once. */
  if (!parent->indexed && (!node || !parent->walked)) {
    int order = node ? str_compare(name, overlay_node_name(node)) : 1;

    if (order >= 0)
      return order ? NULL : node;
  }
  if (!parent->indexed)
    for (parent->indexed = true; node; node = node->next)
      index_node(overlay, node);
  found = map_find(&overlay->nodes, make_key(&key, parent, name));
  node = found ? found->value : NULL;
  return node && !node->removed ? node : NULL;
}

struct overlay_node *overlay_find_path(struct overlay *overlay, struct overlay_node *root,
                                       struct str path)
{
  struct overlay_node *node = root;
  struct str component;

  while (node && overlay_path_next(&path, &component))
    node = find_child(overlay, node, component);
  return node;
}

/* Whiteouts of one layer may be many, and for directories in one another: where one of them has
 * been at work, there is nothing left to do in that layer. 0 stands for "never". */
static uint32_t pruned_mark(const struct overlay *overlay)
{
  return overlay->n_layers <= OVERLAY_PRUNED_MAX ? overlay->n_layers : 0;
}

static bool is_pruned(const struct overlay *overlay, const struct overlay_node *node)
{
  return node->pruned && node->pruned == pruned_mark(overlay);
}

static void mark_pruned(const struct overlay *overlay, struct overlay_node *node)
{
  node->pruned = pruned_mark(overlay) & OVERLAY_PRUNED_MAX;
}

/* An implied directory, to begin with. There is none of this name, as find_child said. */
static struct overlay_node *add_child(struct overlay *overlay, struct overlay_node *parent,
                                      struct str name)
{
  struct overlay_node *node = arena_alloc(&overlay->arena, sizeof(*node) + name.len);

  node->parent = parent;
  node->name_len = (uint32_t)name.len & 0x1fff;
  memcpy(node->name, name.ptr, name.len);
  node->layer = overlay->n_layers - 1;
  node->is_directory = true;
  node->hidden = parent->hidden;
  mark_pruned(overlay, node);
  node->next = parent->children;
  if (node->next)
    node->next->previous = node;
  else
    parent->walked = false;
  parent->children = node;
  if (parent->indexed)
    index_node(overlay, node);
  overlay->n_paths += !node->hidden;
  return node;
}

static void drop_entry(struct overlay_node *node)
{
  if (node->object)
    node->object->links--;
  node->own = NULL;
  node->object = NULL;
}

static void remove_node(struct overlay *overlay, struct overlay_node *node)
{
  drop_entry(node);
  if (node->previous)
    node->previous->next = node->next;
  else
    node->parent->children = node->next;
  if (node->next)
    node->next->previous = node->previous;
  node->removed = true;
  overlay->n_paths -= !node->hidden;
  if (overlay->last_parent == node)
    overlay->last_parent = NULL;
}

/* Takes away what a layer before `before` put there. What is still in it, from later layers, keeps
 * it as an implied directory. */
static void prune_node(struct overlay *overlay, struct overlay_node *node, uint32_t before)
{
  if (node->layer >= before && before != ALL_LAYERS)
    return;
  if (!node->children) {
    remove_node(overlay, node);
    return;
  }
  drop_entry(node);
  node->layer = overlay->n_layers - 1;
}

static struct overlay_node *deepest_first(const struct overlay *overlay, struct overlay_node *node,
                                          uint32_t before)
{
  while (node->children && (before == ALL_LAYERS || !is_pruned(overlay, node)))
    node = node->children;
  return node;
}

/* The same for all that is in a directory, the innermost first. */
static void prune_below(struct overlay *overlay, struct overlay_node *top, uint32_t before)
{
  struct overlay_node *node = deepest_first(overlay, top, before);

  while (node != top) {
    struct overlay_node *next =
        node->next ? deepest_first(overlay, node->next, before) : node->parent;

    mark_pruned(overlay, node);
    prune_node(overlay, node, before);
    node = next;
  }
  mark_pruned(overlay, top);
}

/* The directory of this path, made where it is not there. */
static struct overlay_node *make_directory(struct overlay *overlay, struct overlay_node *root,
                                           struct str path)
{
  struct overlay_node *node = root;
  struct str rest = path;
  struct str component;

  if (overlay->last_parent && !root->hidden && str_equal(buf_str(&overlay->last_directory), path))
    return overlay->last_parent;
  while (overlay_path_next(&rest, &component)) {
    struct overlay_node *child = find_child(overlay, node, component);

    if (!child)
      child = add_child(overlay, node, component);
    if (!child->is_directory) {
      overlay_note_cover(
          overlay, (struct str) { path.ptr, (size_t)(component.ptr - path.ptr) + component.len },
          COVERS_ALL);
      drop_entry(child);
      child->is_directory = true;
      child->layer = overlay->n_layers - 1;
    }
    node = child;
  }
  if (!root->hidden) {
    overlay->last_parent = node;
    buf_clear(&overlay->last_directory);
    buf_add_str(&overlay->last_directory, path);
  }
  return node;
}

/* What is added. */
struct addition {
  const struct tar_entry *entry;
  const struct digest *content; /* or NULL */
  uint64_t token;               /* or 0 */
};

static struct overlay_object *add_object(struct overlay *overlay, const struct overlay_node *node,
                                         const struct addition *added, struct str path)
{
  struct overlay_object *object;

  buf_clear(&overlay->scratch);
  overlay_pack(&overlay->scratch, added->entry, path, added->content, added->token,
               &overlay->strings);
  object = arena_alloc(&overlay->arena, sizeof(*object) + overlay->scratch.len);
  object->node = node;
  object->layer = overlay->n_layers - 1;
  memcpy(object->packed, overlay->scratch.ptr, overlay->scratch.len);
  return object;
}

/* What a hard link's target is now; NULL if there is nothing that could be linked to. */
static int find_target(struct overlay *overlay, const struct tar_entry *entry,
                       struct overlay_path *path, struct overlay_object **out, struct error *err)
{
  enum overlay_kind kind;
  struct overlay_node *node;

  *out = NULL;
  if (entry->type != TAR_LINK)
    return 0;
  if (overlay_path_clean(path, entry->link_name, err) < 0 ||
      overlay_path_kind(path, &kind, err) < 0)
    return -1;
  if (kind != OVERLAY_FILE && kind != OVERLAY_AUFS_LINK)
    return 0;
  node = overlay_find_path(overlay, kind == OVERLAY_FILE ? overlay->root : overlay->aufs_root,
                           overlay_path_str(path));
  if (node && overlay_is_linkable(node))
    *out = node->object;
  return 0;
}

static int add_file(struct overlay *overlay, struct overlay_node *root, struct str path,
                    const struct addition *added, struct error *err)
{
  bool is_directory = added->entry->type == TAR_DIR;
  struct overlay_path target_path;
  struct overlay_object *target;
  struct overlay_object *own;
  struct overlay_node *node = root;
  struct str directory;
  struct str base;

  if (find_target(overlay, added->entry, &target_path, &target, err) < 0)
    return -1;
  if (path.len) {
    struct overlay_node *parent;

    overlay_path_split(path, &directory, &base);
    parent = make_directory(overlay, root, directory);
    node = find_child(overlay, parent, base);
    if (!node)
      node = add_child(overlay, parent, base);
    if (!is_directory)
      prune_below(overlay, node, ALL_LAYERS);
    else if (!node->is_directory)
      overlay_note_cover(overlay, path, COVERS_ALL);
    node->is_directory = is_directory;
  } else if (!node->own && !node->hidden) {
    overlay->n_paths++;
  }
  own = add_object(overlay, node, added, path);
  drop_entry(node);
  node->own = own;
  node->object = own;
  if (target)
    overlay_link_node(overlay, node, target);
  else
    own->links++;
  node->layer = own->layer;
  if (added->entry->type == TAR_LINK && !target && !root->hidden)
    overlay_note_dangling(overlay, node, overlay_path_str(&target_path));
  return 0;
}

static uint64_t memory_of(const struct overlay *overlay)
{
  return overlay->arena.total + overlay->nodes.cap * sizeof(*overlay->nodes.entries) +
         overlay->nodes.n_slots * sizeof(*overlay->nodes.slots) +
         overlay->covers.cap * sizeof(*overlay->covers.entries) +
         overlay->cap_dangling * sizeof(*overlay->dangling);
}

static int add(struct overlay *overlay, const struct addition *added, struct error *err)
{
  const struct tar_entry *entry = added->entry;
  struct overlay_path path;
  enum overlay_kind kind;
  struct overlay_node *node;

  if (entry->type == TAR_GLOBAL)
    return 0;
  if (overlay_path_clean(&path, entry->name, err) < 0 || overlay_path_kind(&path, &kind, err) < 0)
    return -1;
  if (memory_of(overlay) > LIMIT_OVERLAY_BYTES)
    return error_set(err, ERROR_LIMIT, "merging the layers takes more than %llu MiB of memory",
                     (unsigned long long)(LIMIT_OVERLAY_BYTES >> 20));
  switch (kind) {
  case OVERLAY_FILE:
    return add_file(overlay, overlay->root, overlay_path_str(&path), added, err);
  case OVERLAY_AUFS_LINK:
    return add_file(overlay, overlay->aufs_root, overlay_path_str(&path), added, err);
  case OVERLAY_AUFS:
    return 0;
  case OVERLAY_WHITEOUT:
  case OVERLAY_OPAQUE:
    overlay_note_cover(overlay, overlay_path_str(&path),
                       kind == OVERLAY_WHITEOUT ? COVERS_ALL : COVERS_BELOW);
    node = overlay_find_path(overlay, overlay->root, overlay_path_str(&path));
    if (!node)
      return 0;
    prune_below(overlay, node, overlay->n_layers - 1);
    if (kind == OVERLAY_WHITEOUT)
      prune_node(overlay, node, overlay->n_layers - 1);
    return 0;
  }
  return 0;
}

int overlay_add(struct overlay *overlay, const struct tar_entry *entry,
                const struct digest *content, struct error *err)
{
  return add(overlay, &(struct addition) { entry, content, 0 }, err);
}

int overlay_add_token(struct overlay *overlay, const struct tar_entry *entry, uint64_t token,
                      struct error *err)
{
  return add(overlay, &(struct addition) { entry, NULL, token }, err);
}
