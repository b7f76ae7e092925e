#include "layer/overlay/overlay_node.h"

struct overlay_node *overlay_root_new(struct overlay *overlay)
{
  struct overlay_node *root = arena_alloc(&overlay->arena, sizeof(*root));

  root->is_directory = true;
  return root;
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

struct overlay_node *overlay_find_child(struct overlay *overlay, struct overlay_node *parent,
                                        struct str name)
{
  struct node_key key;
  struct map_entry *found;
  struct overlay_node *node = parent->children;

  if (name.len >= LIMIT_PATH_BYTES)
    return NULL;
  /* Most often the entries of a directory come in order, once. */
  if (!parent->indexed && (!node || !parent->sorted)) {
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

struct overlay_node *overlay_add_child(struct overlay *overlay, struct overlay_node *parent,
                                       struct str name)
{
  struct overlay_node *node = arena_alloc(&overlay->arena, sizeof(*node) + name.len);

  node->parent = parent;
  node->name_len = (uint32_t)name.len & 0x1fff;
  memcpy(node->name, name.ptr, name.len);
  node->is_directory = true;
  node->next = parent->children;
  if (node->next)
    node->next->previous = node;
  parent->children = node;
  if (parent->indexed)
    index_node(overlay, node);
  return node;
}

void overlay_drop_file(struct overlay_node *node)
{
  if (node->file)
    node->file->links--;
  node->file = NULL;
}

/* The next one of a walk through top, each before what is in it; without going into this one unless
 * into is set. */
static struct overlay_node *next_below(const struct overlay_node *top, struct overlay_node *node,
                                       bool into)
{
  if (into && node->children)
    return node->children;
  while (node != top && !node->next)
    node = node->parent;
  return node == top ? NULL : node->next;
}

/* Engines keep the paths of a layer's entries in a list, which nothing is ever taken off. */
static void note_gone(struct overlay *overlay, const struct overlay_node *node)
{
  struct str path = overlay_node_path(node, &overlay->scratch);
  struct map_entry *entry = map_put(&overlay->gone, path);

  if (!entry->value)
    entry->key = arena_str(&overlay->arena, path);
  entry->value = overlay;
}

static bool is_unpacked(struct overlay *overlay, const struct overlay_node *node)
{
  return node->unpacked == overlay->n_layers ||
         (overlay->gone.n &&
          map_find(&overlay->gone, overlay_node_path(node, &overlay->scratch)) != NULL);
}

/* Whether the layer has an entry that is called as the node is, if the directory above it, whose
 * path is `above` bytes long, is called that. */
static bool is_called(struct overlay *overlay, const struct overlay_node *node, size_t above,
                      struct str called)
{
  const struct str path = overlay_node_path(node, &overlay->scratch);
  struct overlay_path name = { .len = 0 };
  struct overlay_path rooted;
  struct str rest;

  if (path.len <= above || called.len + path.len - above + 1 > sizeof(name.bytes))
    return false;
  rest = str_skip(path, above);
  memcpy(name.bytes, called.ptr, called.len);
  if (rest.ptr)
    memcpy(name.bytes + called.len, rest.ptr, rest.len);
  name.len = called.len + rest.len;
  return map_find(&overlay->names, overlay_path_str(&name)) ||
         map_find(&overlay->names, overlay_path_rooted(&rooted, STR("/"), overlay_path_str(&name)));
}

void overlay_remove_node(struct overlay *overlay, struct overlay_node *node)
{
  for (struct overlay_node *n = node; n; n = next_below(node, n, true)) {
    overlay_drop_file(n);
    if (n->unpacked == overlay->n_layers)
      note_gone(overlay, n);
  }
  if (node->previous)
    node->previous->next = node->next;
  else
    node->parent->children = node->next;
  if (node->next)
    node->next->previous = node->previous;
  node->removed = true;
  overlay->lost_way = overlay->lost_way || node->is_directory || overlay_node_is_symlink(node);
  if (node->is_directory)
    overlay->last_parent = NULL;
}

enum { REMOVE_WORK = 64 }; /* of one node, as overlay_may_work counts it */

void overlay_remove_not_unpacked(struct overlay *overlay, struct overlay_node *directory,
                                 struct str called)
{
  struct overlay_node *node = directory->children;
  const size_t above = called.ptr ? overlay_node_path(directory, &overlay->scratch).len : 0;

  if (!called.ptr && overlay->cleared == directory && overlay->n_implied_then == overlay->n_implied)
    return;
  overlay->cleared = called.ptr ? NULL : directory;
  overlay->n_implied_then = overlay->n_implied;
  while (node && overlay_may_work(overlay, REMOVE_WORK + called.len)) {
    bool stays = called.ptr ? is_called(overlay, node, above, called) : is_unpacked(overlay, node);
    struct overlay_node *next = next_below(directory, node, stays);

    if (!stays)
      overlay_remove_node(overlay, node);
    node = next;
  }
}

void overlay_link_node(struct overlay *overlay, struct overlay_node *node,
                       struct overlay_node *target, bool keeps_mode)
{
  struct overlay_link *link = arena_alloc(&overlay->arena, sizeof(*link));

  if (!target->file) {
    target->file = arena_alloc(&overlay->arena, sizeof(*target->file));
    *target->file = (struct overlay_file) { .content = target->own, .links = 1 };
  }
  *link = (struct overlay_link) { node->own, target->file->last_link, keeps_mode };
  target->file->last_link = link;
  target->file->links++;
  node->file = target->file;
}

/* From the end to the start, since a node knows only what is above it. */
struct str overlay_node_path(const struct overlay_node *node, struct buf *out)
{
  size_t len = 0;
  size_t at;

  for (const struct overlay_node *n = node; n->parent; n = n->parent)
    len += n->name_len + (n->parent->parent ? 1 : 0);
  buf_clear(out);
  if (!len || !buf_reserve(out, len))
    return (struct str) { NULL, 0 };
  at = len;
  for (const struct overlay_node *n = node; n->parent; n = n->parent) {
    at -= n->name_len;
    memcpy(out->ptr + at, n->name, n->name_len);
    if (at)
      out->ptr[--at] = '/';
  }
  out->len = len;
  return buf_str(out);
}
