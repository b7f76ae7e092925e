/* Hard links, and those that come before their targets. */
#include "base/alloc.h"
#include "layer/overlay_node.h"

void overlay_note_dangling(struct overlay *overlay, struct overlay_node *node, struct str target)
{
  overlay->dangling = xgrow(overlay->dangling, overlay->n_dangling, &overlay->cap_dangling,
                            sizeof(*overlay->dangling));
  overlay->dangling[overlay->n_dangling++] =
      (struct dangling_link) { node, node->own, arena_str(&overlay->arena, target) };
}

void overlay_link_node(struct overlay *overlay, struct overlay_node *node,
                       struct overlay_object *target)
{
  struct overlay_link *link = arena_alloc(&overlay->arena, sizeof(*link));

  *link = (struct overlay_link) { node->own, target->last_link };
  target->last_link = link;
  target->links++;
  node->object = target;
}

static bool is_of_current_layer(const struct overlay *overlay, const struct overlay_node *node)
{
  return node->layer == overlay->n_layers - 1;
}

/* In their order: what a link waits for may be one that has just got its target. */
void overlay_resolve_links(struct overlay *overlay)
{
  if (overlay->is_upper) /* a lower layer may have had the target when the link came */
    overlay->n_dangling = 0;
  for (size_t i = 0; i < overlay->n_dangling; i++) {
    const struct dangling_link *link = &overlay->dangling[i];
    struct overlay_node *node = link->node;
    struct overlay_node *target;

    if (node->removed || node->own != link->own || node->object != link->own)
      continue;
    target = overlay_find_path(overlay, overlay->root, link->target);
    if (!target || !is_of_current_layer(overlay, target) || !overlay_is_linkable(target))
      continue;
    node->object->links--;
    overlay_link_node(overlay, node, target->object);
  }
  overlay->n_dangling = 0;
}
