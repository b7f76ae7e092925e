/* Going through an overlay, in order. */
#include <stdlib.h>

#include "base/alloc.h"
#include "layer/overlay_node.h"

struct overlay_walk {
  struct overlay *overlay;
  struct overlay_node *node; /* the one that was handed out last; NULL before the first */
  bool ended;
  struct buf path;        /* of node */
  struct buf object_path; /* of what node is a name of */
  struct overlay_unpacked own, object, link;
  const struct overlay_link **links; /* owned; of the object, the last one first */
  size_t cap_links;
};

struct overlay_walk *overlay_walk_new(struct overlay *overlay)
{
  struct overlay_walk *walk = xcalloc(1, sizeof(*walk));

  overlay_resolve_links(overlay);
  walk->overlay = overlay;
  walk->path = BUF_INIT(LIMIT_PATH_BYTES + 1);
  walk->object_path = BUF_INIT(LIMIT_PATH_BYTES + 1);
  overlay_unpacked_init(&walk->own);
  overlay_unpacked_init(&walk->object);
  overlay_unpacked_init(&walk->link);
  return walk;
}

void overlay_walk_free(struct overlay_walk *walk)
{
  if (!walk)
    return;
  buf_release(&walk->path);
  buf_release(&walk->object_path);
  overlay_unpacked_release(&walk->own);
  overlay_unpacked_release(&walk->object);
  overlay_unpacked_release(&walk->link);
  free(walk->links);
  free(walk);
}

static struct overlay_node *merge(struct overlay_node *a, struct overlay_node *b)
{
  struct overlay_node *first = NULL;
  struct overlay_node **end = &first;

  while (a && b) {
    struct overlay_node **smaller =
        str_compare(overlay_node_name(a), overlay_node_name(b)) <= 0 ? &a : &b;

    *end = *smaller;
    end = &(*smaller)->next;
    *smaller = (*smaller)->next;
  }
  *end = a ? a : b;
  return first;
}

static bool is_sorted(const struct overlay_node *node)
{
  for (; node && node->next; node = node->next)
    if (str_compare(overlay_node_name(node), overlay_node_name(node->next)) > 0)
      return false;
  return true;
}

/* A merge sort: runs[i] is empty or a sorted list of 2^i nodes. */
static void sort_children(struct overlay_node *directory)
{
  struct overlay_node *runs[64] = { NULL };
  struct overlay_node *list = directory->children;
  struct overlay_node *previous = NULL;

  directory->walked = true;
  if (is_sorted(list))
    return;
  while (list) {
    struct overlay_node *run = list;
    size_t i = 0;

    list = list->next;
    run->next = NULL;
    for (; runs[i]; i++) {
      run = merge(runs[i], run);
      runs[i] = NULL;
    }
    runs[i] = run;
  }
  for (size_t i = 0; i < ARRAY_LEN(runs); i++)
    list = merge(runs[i], list);
  directory->children = list;
  for (; list; list = list->next) {
    list->previous = previous;
    previous = list;
  }
}

/* In the order of the tree; node is in walk->path. */
static struct overlay_node *step(struct overlay_walk *walk)
{
  struct overlay_node *node = walk->node;

  if (!node)
    return walk->overlay->root;
  sort_children(node);
  if (node->children) {
    node = node->children;
  } else {
    for (; node && !node->next; node = node->parent) {
      size_t name = node->name_len;

      walk->path.len -= MIN_OF(walk->path.len, name + 1);
    }
    if (!node)
      return NULL;
    walk->path.len -= MIN_OF(walk->path.len, (size_t)node->name_len + 1);
    node = node->next;
  }
  if (walk->path.len)
    buf_putc(&walk->path, '/');
  buf_add_str(&walk->path, overlay_node_name(node));
  return node;
}

/* From the end to the start, then turned round, since a node knows only what is above it. */
static struct str path_of(const struct overlay_node *node, struct buf *out)
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

/* The file of a node with the mode, owner and xattrs that it has in the end. */
static void fill_object(struct overlay_walk *walk, const struct overlay_object *object)
{
  const struct string_table *strings = &walk->overlay->strings;
  size_t n = 0;

  overlay_unpack(&walk->object, object->packed, path_of(object->node, &walk->object_path), strings);
  for (const struct overlay_link *link = object->last_link; link; link = link->before) {
    if (n == walk->cap_links)
      walk->links = xgrow(walk->links, n, &walk->cap_links, sizeof(const struct overlay_link *));
    walk->links[n++] = link;
  }
  while (n--) {
    overlay_unpack(&walk->link, walk->links[n]->own->packed, STR(""), strings);
    overlay_unpacked_apply_link(&walk->object, &walk->link.entry);
  }
}

static void fill(struct overlay_walk *walk, struct overlay_item *out)
{
  const struct overlay_node *node = walk->node;
  const struct overlay_unpacked *object = &walk->own;

  *out = (struct overlay_item) { .path = buf_str(&walk->path), .layer = node->layer };
  out->object_layer = node->layer;
  out->links = 1;
  if (!node->own)
    return;
  overlay_unpack(&walk->own, node->own->packed, out->path, &walk->overlay->strings);
  if (node->object != node->own || node->object->last_link) {
    fill_object(walk, node->object);
    object = &walk->object;
    out->object_layer = node->object->layer;
  }
  out->entry = &walk->own.entry;
  out->object = &object->entry;
  out->content = object->content;
  out->token = object->token;
  out->links = node->object->links;
}

bool overlay_walk_next(struct overlay_walk *walk, struct overlay_item *out)
{
  if (walk->ended)
    return false;
  walk->node = step(walk);
  if (walk->node == walk->overlay->root && !walk->node->own)
    walk->node = step(walk);
  walk->ended = !walk->node;
  if (walk->ended)
    return false;
  fill(walk, out);
  return true;
}
