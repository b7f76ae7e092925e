/* Symbolic links on the way to a path, as the kernel follows them in a root of its own, and
 * containerd's fs.RootPath (continuity). */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

/* The kernel follows 40 (path_resolution(7)), containerd 255. */
enum { LINKS_KERNEL = 40, LINKS_CONTAINERD = 255 };

struct way {
  struct overlay *overlay;
  struct overlay_node *root;
  struct overlay_path todo; /* what is still to be walked */
  size_t literal; /* so many bytes at its end are the path's own, not of a link's target */
  unsigned links;
};

static void add_missing(struct overlay_path *missing, struct str name)
{
  if (missing->len + 1 + name.len > sizeof(missing->bytes))
    return; /* its parts are no longer than the whole was */
  if (missing->len)
    missing->bytes[missing->len++] = '/';
  memcpy(missing->bytes + missing->len, name.ptr, name.len);
  missing->len += name.len;
}

/* "a/../b" to "b", whatever a is; ".." at the start stays. */
static void clean_target(struct overlay_path *out, struct str target)
{
  struct str component;
  struct str directory;
  struct str base;

  out->len = 0;
  while (path_next(&target, &component)) {
    directory = path_directory(overlay_path_str(out));
    base = path_name(overlay_path_str(out));
    if (str_equal(component, STR(".")))
      continue;
    if (str_equal(component, STR("..")) && out->len && !str_equal(base, STR(".."))) {
      out->len = directory.len;
      continue;
    }
    add_missing(out, component);
  }
}

/* The target comes before what is left. */
static bool overlay_resolve_follow(struct way *way, const struct overlay_node *link,
                                   struct str rest, struct overlay_place *place)
{
  struct overlay *overlay = way->overlay;
  struct overlay_path cleaned;
  struct str target;
  unsigned most = overlay->engine == OVERLAY_CONTAINERD ? LINKS_CONTAINERD : LINKS_KERNEL;

  overlay_unpack(&overlay->target, (link->file ? link->file->content : link->own)->packed, STR(""),
                 overlay_strings(overlay));
  target = overlay->target.entry.link_name;
  /* containerd does it by the name alone but for links in the root (fs.RootPath). */
  if (overlay->engine == OVERLAY_CONTAINERD && target.len && target.ptr[0] != '/' &&
      target.len < sizeof(cleaned.bytes) && place->node->parent) {
    clean_target(&cleaned, target);
    overlay->in_doubt = overlay->in_doubt || memmem(target.ptr + 1, target.len - 1, "/../", 4) ||
                        str_has_suffix(target, STR("/.."));
    target = overlay_path_str(&cleaned);
    target = target.len ? target : STR(".");
  }
  way->links++;
  overlay->in_doubt = overlay->in_doubt || way->links > LINKS_KERNEL;
  if (way->links > most || !target.len || target.len + 1 + rest.len > sizeof(way->todo.bytes))
    return false;
  if (rest.len)
    memmove(way->todo.bytes + target.len + 1, rest.ptr, rest.len);
  memcpy(way->todo.bytes, target.ptr, target.len);
  way->todo.bytes[target.len] = '/';
  way->todo.len = target.len + 1 + rest.len;
  if (target.ptr[0] == '/')
    place->node = way->root;
  place->followed = true;
  return true;
}

static void go_up(struct overlay_place *place)
{
  if (place->missing.len) {
    place->missing.len = path_directory(overlay_path_str(&place->missing)).len;
  } else if (place->node->parent) {
    place->node = place->node->parent;
  }
}

static bool is_symlink(const struct overlay_node *node)
{
  const struct overlay_record *record = node->file ? node->file->content : node->own;

  return !node->is_directory && !node->is_whiteout && record &&
         overlay_packed_type(record->packed) == TAR_SYMLINK;
}

static bool has_component(struct str rest)
{
  struct str component;

  return path_next(&rest, &component);
}

enum overlay_way overlay_resolve(struct overlay *overlay, struct overlay_node *root,
                                 struct str path, struct overlay_place *out)
{
  struct way way = { .overlay = overlay, .root = root };
  struct str component;

  out->node = root;
  out->missing.len = 0;
  out->followed = out->last_is_link = out->dangling = false;
  if (path.len > sizeof(way.todo.bytes))
    return OVERLAY_WAY_ENDLESS;
  if (path.len)
    memcpy(way.todo.bytes, path.ptr, path.len);
  way.todo.len = way.literal = path.len;
  for (;;) {
    struct str rest = overlay_path_str(&way.todo);
    bool is_literal;
    struct overlay_node *child;

    if (!path_next(&rest, &component))
      return OVERLAY_WAY_OPEN;
    is_literal = component.len + rest.len <= way.literal;
    child = out->missing.len ? NULL : overlay_find_child(overlay, out->node, component);
    if (str_equal(component, STR("."))) {
      /* stays */
    } else if (str_equal(component, STR(".."))) {
      go_up(out);
    } else if (!child) {
      out->dangling = out->dangling || !is_literal;
      add_missing(&out->missing, component);
    } else if (is_symlink(child)) {
      way.literal = MIN_OF(way.literal, rest.len);
      out->last_is_link = is_literal && !has_component(rest);
      if (!overlay_resolve_follow(&way, child, rest, out))
        return OVERLAY_WAY_ENDLESS;
      continue;
    } else {
      out->node = child;
      if (!child->is_directory)
        return has_component(rest) ? OVERLAY_WAY_BARRED : OVERLAY_WAY_OPEN;
    }
    if (rest.len)
      memmove(way.todo.bytes, rest.ptr, rest.len);
    way.todo.len = rest.len;
  }
}
