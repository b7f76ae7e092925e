/* Directories that are only implied by the names of entries. */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

/* As engines make them. */
static bool is_plain(struct overlay *overlay, const struct overlay_record *record)
{
  const struct tar_entry *entry = &overlay->target.entry;
  struct str name;

  if (!record)
    return true;
  overlay_unpack(&overlay->target, record->packed, STR(""));
  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &name))
      return false;
  return (entry->mode & 07777) == 0755 && !entry->uid && !entry->gid;
}

/* containerd gives such a directory the mode, owner and xattrs that it has in the topmost lower
 * layer that has it, which may not be what shows there; links of that layer are followed in that
 * layer (mkparent). Docker and Podman leave it 0755, be it that the directory is there already,
 * since they unpack layer upon layer. */
static bool inherit(struct overlay *overlay, const struct overlay_addition *added,
                    struct overlay_node *node)
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
    if (place.node->is_directory) {
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

struct overlay_node *overlay_make_directories(struct overlay *overlay,
                                              const struct overlay_addition *added,
                                              struct overlay_place *place)
{
  struct overlay_node *node = place->node;
  struct str rest = overlay_path_str(&place->missing);
  struct str name;

  while (path_next(&rest, &name)) {
    node = overlay_add_child(overlay, node, name);
    overlay->n_implied++;
    if (overlay->engine == OVERLAY_CONTAINERD && !inherit(overlay, added, node))
      return NULL;
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
