/* What engines do with an entry, step by step: containerd's archive.Apply, and UnpackLayer and
 * Unpack of Docker's and Podman's storage. */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

#define AUFS STR(".wh..wh.")
#define AUFS_LINKS STR(".wh..wh.plnk")
#define OPAQUE_MARK STR(".wh..wh..opq")

static void set_refusal(struct overlay *overlay, struct overlay_refusal *refusal,
                        const struct tar_entry *entry, const char *why)
{
  refusal->layer = overlay->n_layers - 1;
  refusal->name = arena_str(&overlay->arena, entry->name);
  refusal->why = why;
}

void overlay_refuse(struct overlay *overlay, const struct overlay_addition *added, const char *why)
{
  overlay->in_doubt = true;
  if (overlay->is_refused) {
    overlay->is_refused_above =
        overlay->is_refused_above || overlay->n_layers - 1 > overlay->refusal.layer;
    return;
  }
  overlay->is_refused = true;
  set_refusal(overlay, &overlay->refusal, added->entry, why);
}

/* Not every version of the engine unpacks the layer. */
static void note_mind(struct overlay *overlay, const struct overlay_addition *added,
                      const char *why)
{
  if (!overlay->may_refuse)
    set_refusal(overlay, &overlay->reason, added->entry, why);
  overlay->may_refuse = true;
}

void overlay_note_unfollowed(struct overlay *overlay, const struct overlay_addition *added,
                             const char *why)
{
  overlay->in_doubt = true;
  if (!overlay->is_unfollowed)
    set_refusal(overlay, &overlay->unfollowed, added->entry, why);
  overlay->is_unfollowed = true;
}

/* ---- the directory of an entry ---- */

static bool is_whiteout(enum overlay_mark mark)
{
  return mark != OVERLAY_NO_MARK;
}

/* A whiteout of what cannot be there. */
static bool has_nothing_to_hide(const struct overlay *overlay, enum overlay_way way,
                                const struct overlay_place *place, enum overlay_mark mark)
{
  if (!is_whiteout(mark) || way == OVERLAY_WAY_ENDLESS)
    return false;
  if (overlay->engine == OVERLAY_PODMAN)
    return (way == OVERLAY_WAY_BARRED && mark == OVERLAY_HIDES_NAME) ||
           (way == OVERLAY_WAY_OPEN && !place->node->is_directory);
  if (overlay->engine == OVERLAY_DOCKER) /* the mark is put on whatever is there */
    return mark == OVERLAY_HIDES_CONTENT && way == OVERLAY_WAY_OPEN && !place->node->is_directory;
  return overlay_is_stacked(overlay) && mark == OVERLAY_HIDES_NAME && place->dangling;
}

static void find_parent(struct overlay *overlay, const struct overlay_addition *added,
                        struct str directory, enum overlay_mark mark, struct overlay_parent *out)
{
  struct overlay_path rooted;
  struct overlay_place place;
  enum overlay_way way;

  *out = (struct overlay_parent) { 0 };
  if (overlay->last_parent && str_equal(buf_str(&overlay->last_directory), directory)) {
    out->node = overlay->last_parent;
    return;
  }
  way = overlay_resolve(overlay, overlay_current_root(overlay),
                        overlay_path_rooted(&rooted, added->entry->name, directory), &place);
  out->followed = place.followed;
  out->is_link = place.last_is_link;
  if (has_nothing_to_hide(overlay, way, &place, mark))
    return;
  if (way == OVERLAY_WAY_ENDLESS)
    overlay_refuse(overlay, added, "the symbolic links on its way have no end");
  else if (way == OVERLAY_WAY_BARRED || !place.node->is_directory)
    overlay_refuse(overlay, added, "it lies below what is no directory");
  else if (place.dangling && overlay_is_stacked(overlay))
    overlay_refuse(overlay, added, "it lies below a symbolic link to what is not there");
  else
    out->node = overlay_make_directories(overlay, added, &place);
  if (out->node && place.dangling && overlay->engine == OVERLAY_DOCKER)
    note_mind(overlay, added, "it lies below a symbolic link to what its layer does not have");
  overlay->in_doubt = overlay->in_doubt || place.dangling;
  if (!out->node || out->followed)
    return;
  overlay->last_parent = out->node;
  buf_clear(&overlay->last_directory);
  buf_add_str(&overlay->last_directory, directory);
}

/* ---- AUFS ---- */

/* What lies in AUFS's own directories is no part of the tree. */
static bool is_aufs(struct overlay *overlay, struct overlay_addition *added, struct str path)
{
  struct str directory;
  struct str base;
  struct map_entry *entry;

  if (!str_has_prefix(path, AUFS) || str_equal(path, OPAQUE_MARK))
    return false;
  directory = path_directory(path);
  base = path_name(path);
  overlay->in_doubt = overlay->in_doubt || directory.len;
  if (!overlay_is_stacked(overlay))
    return false;
  if (str_has_prefix(path, AUFS_LINKS) && added->entry->type == TAR_REGULAR) {
    entry = map_put(&overlay->aufs_links, base);
    if (!entry->value)
      entry->key = arena_str(&overlay->arena, base);
    entry->value = (void *)added->record;
  }
  return true;
}

/* ---- entries ---- */

static bool is_known(char type)
{
  return type && strchr("0123456g", type);
}

static bool is_overlayfs_whiteout(const struct tar_entry *entry)
{
  return entry->type == TAR_CHAR && !entry->device_major && !entry->device_minor;
}

/* What an overlayfs looks at itself: trusted.*, or user.* where it is mounted by a user (Linux,
 * Documentation/filesystems/overlayfs.rst, "Permission model" and "User xattr"); fuse-overlayfs,
 * which Podman takes where users cannot mount one, has names of its own beside these. */
static bool is_overlayfs_own(struct str xattr)
{
  return str_has_prefix(xattr, STR("trusted.overlay.")) ||
         str_has_prefix(xattr, STR("user.overlay.")) ||
         str_has_prefix(xattr, STR("user.fuseoverlayfs."));
}

static void note_overlayfs_own(struct overlay *overlay, const struct overlay_addition *added)
{
  const struct tar_entry *entry = added->entry;
  struct str name;

  for (size_t i = 0; i < entry->n_records; i++) {
    if (!tar_record_xattr(&entry->records[i], &name) || !is_overlayfs_own(name))
      continue;
    overlay_note_unfollowed(overlay, added, "it has attributes that overlayfs takes for its own");
  }
}

static void note_doubts(struct overlay *overlay, const struct tar_entry *entry,
                        const struct overlay_node *old)
{
  /* What a global header takes away is of its own layer, or of lower ones, too. */
  bool doubt = entry->type == TAR_GLOBAL || is_overlayfs_whiteout(entry) ||
               (entry->type == TAR_DIR && tar_entry_has_xattrs(entry)) ||
               (old && old->unpacked == overlay->n_layers) ||
               (old && !old->is_directory && entry->type == TAR_DIR);

  overlay->in_doubt = overlay->in_doubt || doubt;
}

/* A directory that is there keeps the xattrs that it has. */
static void set_directory(struct overlay *overlay, struct overlay_node *node,
                          const struct overlay_record *record)
{
  const struct overlay_record *old = node->own;

  if (!node->is_directory || !old || !overlay_packed_has_records(old->packed)) {
    node->own = record;
    node->file = NULL;
    return;
  }
  node->own = record;
  if (!node->file) {
    node->file = arena_alloc(&overlay->arena, sizeof(*node->file));
    *node->file = (struct overlay_file) { .content = old, .links = 0 };
  }
  overlay_link_node(overlay, node, node, false);
}

/* Docker and Podman make what they make at the entry's full name, of which something may be gone
 * that the entry replaces. */
static bool is_cut_off(struct overlay *overlay, const struct overlay_parent *parent,
                       const struct overlay_path *path)
{
  const struct str directory = path_directory(overlay_path_str(path));
  struct overlay_place place;

  if (!parent->followed)
    return false;
  if (overlay_resolve_kernel(overlay, overlay_current_root(overlay), directory, false, &place) ==
          OVERLAY_WAY_OPEN &&
      !place.missing.len)
    return false;
  overlay->in_doubt = true;
  return overlay->engine != OVERLAY_CONTAINERD;
}

static void put_entry(struct overlay *overlay, struct overlay_addition *added,
                      const struct overlay_path *path, const struct overlay_parent *parent,
                      struct str base)
{
  const struct tar_entry *entry = added->entry;
  bool is_directory = entry->type == TAR_DIR;
  struct overlay_node *node = overlay_find_child(overlay, parent->node, base);

  note_doubts(overlay, entry, node);
  if (node && !(node->is_directory && is_directory)) {
    overlay_remove_node(overlay, node);
    if (is_cut_off(overlay, parent, path)) {
      overlay_refuse(overlay, added, "it takes the place of what is on its own way");
      return;
    }
    node = NULL;
  }
  if (entry->type == TAR_GLOBAL)
    return;
  if (!is_known(entry->type))
    overlay_refuse(overlay, added, "no engine unpacks entries of its type");
  if (!node)
    node = overlay_add_child(overlay, parent->node, base);
  if (!parent->followed)
    overlay_add_record(overlay, added, node, overlay_path_str(path));
  else
    overlay_add_record(overlay, added, NULL, STR(""));
  if (is_directory) {
    /* When the layer ends, containerd follows the whole name, not that of the directory it is in,
     * to set its times, and may be led elsewhere: below a -> a/../c/b it makes a/c at c/c/b/c, and
     * looks for it at c/b/c. */
    overlay->lost_way = overlay->lost_way || parent->followed;
    set_directory(overlay, node, added->record);
  } else {
    node->own = added->record;
    node->is_directory = false;
    node->is_whiteout = is_overlayfs_whiteout(entry) && !overlay_is_stacked(overlay);
  }
  if (!overlay_is_stacked(overlay) || !parent->followed)
    node->unpacked = overlay->n_layers;
  else
    overlay->n_implied++;
  if (entry->type == TAR_LINK && !overlay_link_aufs(overlay, added, node))
    overlay_link_entry(overlay, added, node);
}

/* Of two entries of one name in a layer, to Docker and Podman, which keep a list of a layer's names
 * to be able to write it again (tar-split). */
static bool is_second(struct overlay *overlay, const struct tar_entry *added, struct str path)
{
  struct overlay_path name = { .len = 0 };
  struct map_entry *entry;

  if (overlay->engine == OVERLAY_CONTAINERD)
    return false;
  /* To the list, "/x" and "../x" are other names than "x". */
  if (!str_has_prefix(added->name, STR("/")) && !overlay_path_lexical(&name, added->name))
    return false;
  if (str_has_prefix(added->name, STR("/")) && path.len < sizeof(name.bytes)) {
    name.bytes[name.len++] = '/';
    memcpy(name.bytes + 1, path.len ? path.ptr : "", path.len);
    name.len += path.len;
  }
  entry = map_put(&overlay->names, overlay_path_str(&name));
  if (entry->value)
    return true;
  entry->key = arena_str(&overlay->arena, overlay_path_str(&name));
  entry->value = overlay;
  return false;
}

/* The root stays the directory that it is. But who finds it in the way of something else wants to
 * remove it: vfs, where it is the folder of all layers, and whoever is led to it by "..". */
static void check_root(struct overlay *overlay, const struct overlay_addition *added)
{
  struct overlay_path rooted;
  const bool is_above = overlay_path_rooted(&rooted, added->entry->name, STR("")).len > 0;

  if (added->entry->type == TAR_DIR)
    return;
  overlay->in_doubt = true;
  if (overlay_is_stacked(overlay) || (overlay->engine != OVERLAY_CONTAINERD && is_above &&
                                      !str_has_prefix(added->entry->name, STR("/"))))
    overlay_refuse(overlay, added, "it would take the place of the root");
}

static void put_root(struct overlay *overlay, struct overlay_addition *added)
{
  struct overlay_node *root = overlay_current_root(overlay);

  check_root(overlay, added);
  overlay->in_doubt = overlay->in_doubt || root->unpacked == overlay->n_layers;
  root->unpacked = overlay->n_layers;
  overlay_add_record(overlay, added, root, STR(""));
  if (added->entry->type == TAR_DIR)
    set_directory(overlay, root, added->record);
}

void overlay_apply(struct overlay *overlay, struct overlay_addition *added,
                   const struct overlay_path *path)
{
  enum overlay_mark mark = OVERLAY_NO_MARK;
  struct str name = overlay_path_str(path);
  struct str directory;
  struct str base;
  struct str hidden = STR("");
  struct overlay_parent parent;
  struct error err;

  overlay->n_applied++;
  note_overlayfs_own(overlay, added);
  if (overlay_path_mark(path, &mark, &hidden, &err) < 0) {
    overlay_refuse(overlay, added, "the whiteout names nothing");
    return;
  }
  if (is_second(overlay, added->entry, name))
    note_mind(overlay, added, "its layer has two entries of this name");
  if (!path->len) {
    put_root(overlay, added);
    return;
  }
  directory = path_directory(name);
  base = path_name(name);
  find_parent(overlay, added, directory, mark, &parent);
  if (is_aufs(overlay, added, name) || !parent.node)
    return;
  if (is_whiteout(mark))
    overlay_apply_whiteout(overlay, added, &parent, directory, mark, hidden);
  else
    put_entry(overlay, added, path, &parent, base);
}
