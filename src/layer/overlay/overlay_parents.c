/* Directories that are only implied by the names of entries. */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

/* As engines make them. */
static bool is_plain(struct overlay *overlay, const struct overlay_record *record)
{
  const struct tar_entry *entry = &overlay->target.entry;

  if (!record)
    return true;
  overlay_unpack(&overlay->target, record->packed, STR(""));
  return !tar_entry_has_xattrs(entry) && (entry->mode & 07777) == 0755 && !entry->uid &&
         !entry->gid;
}

/* containerd gives such a directory the mode, owner and xattrs that it has in the topmost lower
 * layer that has it, which may not be what shows there; links of that layer are followed in that
 * layer (mkparent). Docker and Podman leave it 0755, be it that the directory is there already,
 * since they unpack layer upon layer. *found: a lower layer has it, perhaps as implied as it is
 * here. */
static bool inherit(struct overlay *overlay, const struct overlay_addition *added,
                    struct overlay_node *node, bool *found)
{
  struct str path = overlay_node_path(node, &overlay->scratch);
  struct overlay_place place;

  for (size_t i = overlay->n_roots - 1; i-- > 0;) {
    enum overlay_way way = overlay_resolve(overlay, overlay->roots[i], path, &place);

    overlay->in_doubt = overlay->in_doubt || place.followed;
    if (way != OVERLAY_WAY_OPEN) {
      overlay_refuse(overlay, added, "a lower layer has no directory on its way");
      return false;
    }
    if (place.missing.len)
      continue;
    *found = place.node->is_directory;
    if (*found) {
      node->own = place.node->own;
      node->file = place.node->file;
      overlay->in_doubt = overlay->in_doubt || node->file || !is_plain(overlay, node->own);
    } else {
      overlay->in_doubt = overlay->in_doubt || !place.node->is_whiteout;
    }
    return true;
  }
  overlay->in_doubt = overlay->in_doubt || overlay->is_upper;
  return true;
}

/* Of a directory that was just made, and that no lower layer says more of if it was not inherited.
 * The kernel gives what is made in a directory with the set-group-ID bit that directory's group,
 * and a directory the bit, too (inode(7)). containerd sets the mode once more, without the bit;
 * Docker and Podman's overlay set the owner. */
static void take_group(struct overlay *overlay, const struct overlay_node *parent,
                       struct overlay_node *node, struct str name, bool inherited)
{
  struct tar_entry made = { .type = TAR_DIR, .mode = 0755, .name = name };

  if (!parent->own)
    return;
  overlay_unpack(&overlay->target, parent->own->packed, STR(""));
  if (!(overlay->target.entry.mode & 02000))
    return;
  overlay->in_doubt = true;
  if (inherited)
    return;
  if (!parent->parent && !overlay_is_stacked(overlay))
    return; /* only vfs gives the root what its entry says */
  if (overlay->engine != OVERLAY_CONTAINERD)
    made.mode |= 02000;
  if (overlay->engine == OVERLAY_CONTAINERD || overlay_is_stacked(overlay))
    made.gid = overlay->target.entry.gid;
  node->own =
      overlay_record_new(overlay, &(struct overlay_addition) { .entry = &made }, node, name);
}

struct overlay_node *overlay_make_directories(struct overlay *overlay,
                                              const struct overlay_addition *added,
                                              struct overlay_place *place)
{
  struct overlay_node *node = place->node;
  struct str rest = overlay_path_str(&place->missing);
  struct str name;

  while (path_next(&rest, &name)) {
    const struct overlay_node *parent = node;
    bool inherited = false;

    node = overlay_add_child(overlay, node, name);
    overlay->n_implied++;
    if (overlay->engine == OVERLAY_CONTAINERD && !inherit(overlay, added, node, &inherited))
      return NULL;
    take_group(overlay, parent, node, name, inherited);
  }
  return node;
}

/* They set the times of the directories that a layer has entries of, and fail where a name leads to
 * none any more. */
static void check_directory(struct overlay *overlay, const struct overlay_record *record)
{
  const struct tar_entry *entry = &overlay->target.entry;
  struct overlay_path rooted;
  struct overlay_path path;
  struct overlay_place place;
  struct str name;
  struct error err;

  overlay_unpack(&overlay->target, record->packed,
                 record->node ? overlay_node_path(record->node, &overlay->scratch) : STR(""));
  /* What AUFS kept for itself was never made. */
  if (overlay_path_clean(&path, entry->name, &err) < 0 ||
      str_has_prefix(overlay_path_str(&path), STR(".wh..wh.")))
    return;
  name = arena_str(&overlay->arena, entry->name); /* following links unpacks them to its place */
  if (overlay_resolve(overlay, overlay->roots[overlay->n_roots - 1],
                      overlay_path_rooted(&rooted, name, overlay_path_str(&path)),
                      &place) == OVERLAY_WAY_OPEN &&
      !place.missing.len)
    return;
  overlay_refuse(overlay,
                 &(struct overlay_addition) { .entry = &(struct tar_entry) { .name = name } },
                 "a directory that is gone at the end of its layer");
}

void overlay_end_layer(struct overlay *overlay)
{
  const uint32_t layer = overlay->n_layers - 1;

  if (overlay->lost_way)
    for (const struct overlay_record *record = overlay->layer_first;
         record && record->layer == layer; record = record->next)
      if (overlay_packed_type(record->packed) == TAR_DIR)
        check_directory(overlay, record);
  overlay->lost_way = false;
  overlay->layer_first = NULL;
}
