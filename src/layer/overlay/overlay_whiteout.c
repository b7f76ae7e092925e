/* What engines do with a whiteout. */
#include "layer/overlay/overlay_node.h"

/* Whether whiteouts become what overlayfs takes for them. containerd has nothing but a plain folder
 * for the lowest layer. */
static bool marks_whiteouts(const struct overlay *overlay)
{
  return overlay->engine == OVERLAY_PODMAN || overlay->engine == OVERLAY_DOCKER ||
         (overlay->engine == OVERLAY_CONTAINERD && overlay->n_layers > 1);
}

static void hide_name(struct overlay *overlay, const struct overlay_addition *added,
                      struct overlay_node *parent, struct str name)
{
  struct overlay_node *node = overlay_find_child(overlay, parent, name);

  /* In the lowest layer, some mark what there is nothing to hide of. */
  overlay->in_doubt = overlay->in_doubt || node || !marks_whiteouts(overlay);
  if (!marks_whiteouts(overlay)) {
    if (node)
      overlay_remove_node(overlay, node);
    return;
  }
  if (node) {
    overlay_refuse(overlay, added, "its layer has the name that the whiteout is for");
    return;
  }
  node = overlay_add_child(overlay, parent, name);
  node->is_directory = false;
  node->is_whiteout = true;
}

/* In a layer's root, where an overlayfs does not look at the mark. Where layers are unpacked upon
 * each other all goes that the layer has no entry of, and with such a directory what it has an
 * entry of; who does as the specification says removes what lower layers have, and no more. */
static void note_root(struct overlay *overlay, const struct overlay_addition *added)
{
  if (overlay->n_implied > overlay->n_implied_below)
    overlay_note_unfollowed(overlay, added,
                            "it hides what all lower layers have, where its layer has names in "
                            "directories without an entry");
}

static void hide_content(struct overlay *overlay, const struct overlay_addition *added,
                         const struct overlay_parent *parent, struct str directory)
{
  const bool by_name = overlay_is_stacked(overlay) && parent->followed;

  overlay->in_doubt =
      overlay->in_doubt || parent->node->children || parent->is_link || parent->node->is_opaque;
  if (!parent->node->parent)
    note_root(overlay, added);
  if (marks_whiteouts(overlay) && !parent->node->parent) {
    overlay->in_doubt = true;
    return;
  }
  parent->node->is_opaque = !overlay_is_stacked(overlay);
  if (marks_whiteouts(overlay))
    return;
  if (!overlay_is_stacked(overlay) || !parent->is_link) /* it looks at the link, not behind it */
    overlay_remove_not_unpacked(overlay, parent->node,
                                by_name ? directory : (struct str) { NULL, 0 });
}

void overlay_apply_whiteout(struct overlay *overlay, const struct overlay_addition *added,
                            const struct overlay_parent *parent, struct str directory,
                            enum overlay_mark mark, struct str hidden)
{
  if (mark == OVERLAY_HIDES_CONTENT)
    hide_content(overlay, added, parent, directory);
  else
    hide_name(overlay, added, parent->node, hidden);
}
