/* Overlays of upper layers alone: what they would do to lower ones, and doing it. */
#include "layer/overlay/overlay_node.h"

static struct overlay_node *next_node(struct overlay_node *node)
{
  if (node->children)
    return node->children;
  while (node && !node->next)
    node = node->parent;
  return node ? node->next : NULL;
}

/* A hard link to what only lower layers have is too hard. */
static bool is_dangling(const struct overlay_node *node)
{
  return node->own && !node->file && overlay_packed_type(node->own->packed) == TAR_LINK;
}

/* Both hide the same of what is at this path below, and say the same about whether there is an
 * entry. */
static bool same_node(const struct overlay_node *a, const struct overlay_node *b)
{
  return str_equal(overlay_node_name(a), overlay_node_name(b)) &&
         a->is_directory == b->is_directory && a->is_whiteout == b->is_whiteout &&
         a->is_opaque == b->is_opaque && !a->own == !b->own && !a->children == !b->children &&
         !a->next == !b->next && !is_dangling(a) && !is_dangling(b);
}

bool overlay_same_effect(struct overlay *a, struct overlay *b)
{
  struct overlay_node *nodes[2];

  overlay_unite(a);
  overlay_unite(b);
  nodes[0] = a->roots[0];
  nodes[1] = b->roots[0];
  while (nodes[0] && nodes[1] && same_node(nodes[0], nodes[1])) {
    nodes[0] = next_node(nodes[0]);
    nodes[1] = next_node(nodes[1]);
    paged_step(a->paged);
    paged_step(b->paged);
  }
  return !nodes[0] && !nodes[1];
}

/* Of every entry that was added there is a record, in the same order. */
static int put_record(struct overlay *overlay, const struct overlay_record *record,
                      struct overlay_unpacked *unpacked, struct buf *path, struct error *err)
{
  const struct tar_entry *entry = &unpacked->entry;
  const struct digest *content = &unpacked->content;
  int status;

  overlay_record_unpack(unpacked, path, record);
  status = unpacked->token ? overlay_add_token(overlay, entry, unpacked->token, err)
                           : overlay_add(overlay, entry,
                                         content->algorithm == DIGEST_NONE ? NULL : content, err);
  return status ? error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name)) : 0;
}

int overlay_put_upon(struct overlay *overlay, const struct overlay *upper, uint32_t *layer,
                     struct error *err)
{
  struct buf path = BUF_INIT(LIMIT_PATH_BYTES + 1);
  struct overlay_unpacked unpacked;
  int status = 0;

  overlay_unpacked_init(&unpacked);
  for (const struct overlay_record *record = upper->first; record && !status;
       record = record->next) {
    while (overlay->n_layers <= record->layer)
      overlay_begin_layer(overlay);
    *layer = record->layer;
    status = put_record(overlay, record, &unpacked, &path, err);
    paged_step(upper->paged);
  }
  while (!status && overlay->n_layers < upper->n_layers)
    overlay_begin_layer(overlay);
  overlay_unpacked_release(&unpacked);
  buf_release(&path);
  return status;
}
