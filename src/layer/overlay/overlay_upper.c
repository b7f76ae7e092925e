/* Overlays of upper layers alone: what they would do to lower ones. */
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
