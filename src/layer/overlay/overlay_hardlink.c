/* Hard links as engines make them: what they are made to, and what of their entries the file gets.
 */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

#define AUFS_LINKS STR(".wh..wh.plnk")

static struct overlay_node *find_target(struct overlay *overlay, struct overlay_node *root,
                                        struct str name)
{
  struct overlay_path path;
  struct overlay_place place;
  struct str directory;
  struct str base;
  struct error err;

  /* containerd takes it as it is written. */
  if (overlay->engine != OVERLAY_CONTAINERD) {
    if (overlay_path_clean(&path, name, &err) < 0)
      return NULL;
    name = overlay_path_str(&path);
  }
  directory = path_directory(name);
  base = path_name(name);
  if (overlay_resolve(overlay, root, directory, &place) != OVERLAY_WAY_OPEN || place.missing.len ||
      !place.node->is_directory)
    return NULL;
  if (str_equal(base, STR("..")))
    return place.node->parent ? place.node->parent : place.node;
  return base.len && !str_equal(base, STR(".")) ? overlay_find_child(overlay, place.node, base)
                                                : place.node;
}

/* A hard link without a target. */
static bool is_dangling(const struct overlay_node *node)
{
  return node->own && !node->file && !node->is_whiteout &&
         overlay_packed_type(node->own->packed) == TAR_LINK;
}

static bool gives_capability(struct overlay *overlay, const struct overlay_record *record)
{
  const struct tar_entry *entry = &overlay->target.entry;
  struct str name;

  if (!overlay_packed_has_records(record->packed))
    return false;
  overlay_unpack(&overlay->target, record->packed, STR(""));
  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &name) && str_equal(name, STR("security.capability")))
      return true;
  return false;
}

/* Of a file, or of a link to it: whatever came before is in doubt already. Making a further hard
 * link sets the owner, which takes it away, with some engines. */
static bool has_capability(struct overlay *overlay, const struct overlay_record *content,
                           const struct overlay_file *file)
{
  return gives_capability(overlay, content) ||
         (file && file->last_link && gives_capability(overlay, file->last_link->own));
}

/* What the target would be if layers were unpacked upon each other: to see what was meant by a
 * layer that is refused. */
static void link_below(struct overlay *overlay, const struct overlay_addition *added,
                       struct overlay_node *node)
{
  struct overlay_node *target = NULL;

  for (size_t i = overlay->n_roots - 1; i-- > 0 && !target;)
    target = find_target(overlay, overlay->roots[i], added->entry->link_name);
  if (target && !target->is_directory && !target->is_whiteout && !is_dangling(target))
    overlay_link_node(overlay, node, target, false);
}

/* Docker and Podman give a file the mode of a hard link to it only if the link's target, as it is
 * written, is there and is no symbolic link (handleLChmod): "x/../file" is not there without x. */
static bool is_seen(struct overlay *overlay, struct str target)
{
  struct overlay_place place;
  struct overlay_node *node;
  struct str directory;
  struct str base;

  directory = path_directory(target);
  base = path_name(target);
  if (overlay_resolve_kernel(overlay, overlay_current_root(overlay), directory, false, &place) !=
          OVERLAY_WAY_OPEN ||
      place.missing.len || place.came_back || !place.node->is_directory || !base.len)
    return false;
  node = overlay_find_child(overlay, place.node, base);
  return node && !overlay_node_is_symlink(node);
}

/* Where a link has no target, its node stays as what it is, so that one can see it. */
void overlay_link_entry(struct overlay *overlay, const struct overlay_addition *added,
                        struct overlay_node *node)
{
  struct overlay_node *target =
      find_target(overlay, overlay_current_root(overlay), added->entry->link_name);
  const struct overlay_record *record;
  bool keeps_mode;

  if (!target || target == node || is_dangling(target)) {
    overlay_refuse(overlay, added, "a hard link to what its layer does not have before it");
    link_below(overlay, added, node);
    return;
  }
  if (target->is_directory) {
    overlay_refuse(overlay, added, "a hard link to a directory");
    return;
  }
  overlay->in_doubt = overlay->in_doubt || target->is_whiteout;
  node->is_whiteout = target->is_whiteout;
  record = target->file ? target->file->content : target->own;
  if (!record) /* a whiteout */
    return;
  keeps_mode = overlay_packed_type(record->packed) != TAR_SYMLINK && /* whose mode is nothing */
               !is_seen(overlay, added->entry->link_name);
  overlay->in_doubt =
      overlay->in_doubt || keeps_mode || has_capability(overlay, record, target->file);
  overlay_link_node(overlay, node, target, keeps_mode && overlay->engine != OVERLAY_CONTAINERD);
}

/* AUFS kept the first name of a hard link in a directory of its own. */
bool overlay_link_aufs(struct overlay *overlay, const struct overlay_addition *added,
                       struct overlay_node *node)
{
  struct overlay_path path;
  struct str base;
  struct map_entry *found;
  struct error err;

  if (!overlay_is_stacked(overlay) ||
      overlay_path_clean(&path, added->entry->link_name, &err) < 0 ||
      !str_has_prefix(overlay_path_str(&path), AUFS_LINKS))
    return false;
  base = path_name(overlay_path_str(&path));
  found = map_find(&overlay->aufs_links, base);
  if (found)
    node->own = found->value;
  else
    overlay_refuse(overlay, added, "a hard link to what its layer does not have before it");
  return true;
}
