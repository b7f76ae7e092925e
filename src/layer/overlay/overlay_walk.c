/* Going through an overlay, in order. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "layer/overlay/overlay_node.h"

struct overlay_walk {
  struct overlay *overlay;
  struct overlay_node *node; /* the one that was handed out last; NULL before the first */
  bool ended;
  struct buf path;        /* of node */
  struct buf own_path;    /* where its entry was put at first */
  struct buf object_path; /* the same of what node is a name of */
  struct overlay_unpacked own, object, link;
  const struct overlay_link **links; /* owned; of the object, the last one first */
  size_t cap_links;
};

struct overlay_walk *overlay_walk_new(struct overlay *overlay)
{
  struct overlay_walk *walk = xcalloc(1, sizeof(*walk));

  overlay_unite(overlay);
  walk->overlay = overlay;
  walk->path = BUF_INIT(LIMIT_PATH_BYTES + 1);
  walk->own_path = BUF_INIT(LIMIT_PATH_BYTES + 1);
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
  buf_release(&walk->own_path);
  buf_release(&walk->object_path);
  overlay_unpacked_release(&walk->own);
  overlay_unpacked_release(&walk->object);
  overlay_unpacked_release(&walk->link);
  free(walk->links);
  free(walk);
}

/* In the order of the tree; node is in walk->path. */
static struct overlay_node *overlay_walk_step(struct overlay_walk *walk)
{
  struct overlay_node *node = walk->node;

  if (!node)
    return walk->overlay->roots[0];
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

/* The mode of a file that is given an owner, but no mode: the kernel takes setuid and setgid off it
 * (chown(2)), where the owner is another one. */
static int64_t kept_mode(const struct tar_entry *file, const struct tar_entry *link,
                         bool lazy_owner)
{
  const bool chown = !lazy_owner || file->uid != link->uid || file->gid != link->gid;

  if (!chown)
    return file->mode;
  return file->mode & (file->mode & S_IXGRP ? ~(int64_t)(S_ISUID | S_ISGID) : ~(int64_t)S_ISUID);
}

/* Of a file in walk->object: what the links that were made to it leave it, one after the other. */
static const struct overlay_attributes *find_attributes(struct overlay_walk *walk,
                                                        const struct overlay_file *file)
{
  struct tar_entry *entry = &walk->object.entry;
  struct overlay_attributes *found;
  const bool lazy_owner = overlay_is_lazy_about_owners(walk->overlay);
  size_t n = 0;

  for (const struct overlay_link *link = file->last_link; link; link = link->before) {
    if (n == walk->cap_links)
      walk->links = xgrow(walk->links, n, &walk->cap_links, sizeof(const struct overlay_link *));
    walk->links[n++] = link;
  }
  while (n--) {
    overlay_unpack(&walk->link, walk->links[n]->own->packed, STR(""));
    if (walk->links[n]->keeps_mode)
      walk->link.entry.mode = kept_mode(entry, &walk->link.entry, lazy_owner);
    overlay_unpacked_apply(&walk->object, &walk->link.entry, lazy_owner);
  }
  found = arena_alloc(&walk->overlay->arena,
                      sizeof(*found) + entry->n_records * sizeof(*entry->records));
  found->mode = entry->mode;
  found->uid = entry->uid;
  found->gid = entry->gid;
  found->n_records = entry->n_records;
  if (entry->n_records)
    memcpy(found->records, entry->records, entry->n_records * sizeof(*entry->records));
  return found;
}

/* What has several names, with the mode, owner and xattrs that it has in the end. */
static void fill_object(struct overlay_walk *walk, struct overlay_file *file)
{
  struct tar_entry *entry = &walk->object.entry;

  overlay_record_unpack(&walk->object, &walk->object_path, file->content);
  if (!file->attributes)
    file->attributes = find_attributes(walk, file);
  entry->mode = file->attributes->mode;
  entry->uid = file->attributes->uid;
  entry->gid = file->attributes->gid;
  entry->records = file->attributes->records;
  entry->n_records = file->attributes->n_records;
}

static void overlay_walk_fill(struct overlay_walk *walk, struct overlay_item *out)
{
  const struct overlay_node *node = walk->node;
  const struct overlay_unpacked *object = &walk->own;

  *out = (struct overlay_item) { .path = buf_str(&walk->path), .links = 1 };
  if (!node->own)
    return;
  overlay_record_unpack(&walk->own, &walk->own_path, node->own);
  out->layer = out->object_layer = node->own->layer;
  if (node->file) {
    fill_object(walk, node->file);
    object = &walk->object;
    if (!node->is_directory) /* one that keeps xattrs is its last entry's all the same */
      out->object_layer = node->file->content->layer;
    out->links = node->is_directory ? 1 : node->file->links;
  }
  out->entry = &walk->own.entry;
  out->object = &object->entry;
  out->content = object->content;
  out->token = object->token;
}

const struct overlay_node *overlay_walk_node(const struct overlay_walk *walk)
{
  return walk->node;
}

bool overlay_walk_next(struct overlay_walk *walk, struct overlay_item *out)
{
  if (walk->ended)
    return false;
  paged_step(walk->overlay->paged);
  do
    walk->node = overlay_walk_step(walk);
  while (walk->node && (walk->node->is_whiteout || (!walk->node->parent && !walk->node->own)));
  walk->ended = !walk->node;
  if (walk->ended)
    return false;
  overlay_walk_fill(walk, out);
  return true;
}
