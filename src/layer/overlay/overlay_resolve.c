/* Symbolic links on the way to a path, as the kernel follows them. */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

/* path_resolution(7) */
enum { LINKS_MAX = 40 };

struct way {
  struct overlay *overlay;
  struct overlay_node *root;
  struct overlay_path todo; /* what is still to be walked */
  size_t literal; /* so many bytes at its end are the path's own, not of a link's target */
  unsigned links;
  bool may_leave; /* the root is nobody's root: absolute targets and `..` lead out of it */
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

/* The target comes before what is left. */
static enum overlay_way overlay_resolve_follow(struct way *way, const struct overlay_node *link,
                                               struct str rest, struct overlay_place *place)
{
  struct str target = overlay_node_target(way->overlay, link);

  way->links++;
  way->overlay->in_doubt = way->overlay->in_doubt || way->links > LINKS_MAX;
  if (way->links > LINKS_MAX || !target.len || target.len + 1 + rest.len > sizeof(way->todo.bytes))
    return OVERLAY_WAY_ENDLESS;
  if (rest.len)
    memmove(way->todo.bytes + target.len + 1, rest.ptr, rest.len);
  memcpy(way->todo.bytes, target.ptr, target.len);
  way->todo.bytes[target.len] = '/';
  way->todo.len = target.len + 1 + rest.len;
  if (target.ptr[0] == '/' && way->may_leave)
    return OVERLAY_WAY_OUTSIDE;
  if (target.ptr[0] == '/')
    place->node = way->root;
  place->followed = true;
  return OVERLAY_WAY_OPEN;
}

static void go_up(struct overlay_place *place)
{
  if (place->missing.len) {
    place->came_back = true;
    place->missing.len = path_directory(overlay_path_str(&place->missing)).len;
  } else if (place->node->parent) {
    place->node = place->node->parent;
  }
}

bool overlay_node_is_symlink(const struct overlay_node *node)
{
  const struct overlay_record *record = node->file ? node->file->content : node->own;

  return !node->is_directory && !node->is_whiteout && record &&
         overlay_packed_type(record->packed) == TAR_SYMLINK;
}

struct str overlay_node_target(struct overlay *overlay, const struct overlay_node *link)
{
  overlay_unpack(&overlay->target, (link->file ? link->file->content : link->own)->packed, STR(""));
  return overlay->target.entry.link_name;
}

static bool has_component(struct str rest)
{
  struct str component;

  return path_next(&rest, &component);
}

static void place_init(struct overlay_place *place, struct overlay_node *root)
{
  place->node = root;
  place->missing.len = 0;
  place->followed = place->last_is_link = place->dangling = place->came_back = false;
}

enum overlay_way overlay_resolve_kernel(struct overlay *overlay, struct overlay_node *root,
                                        struct str path, bool may_leave, struct overlay_place *out)
{
  struct way way = { .overlay = overlay, .root = root, .may_leave = may_leave };
  struct str component;

  place_init(out, root);
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
      if (may_leave && out->node == root && !out->missing.len)
        return OVERLAY_WAY_OUTSIDE;
      go_up(out);
    } else if (!child) {
      out->dangling = out->dangling || !is_literal;
      add_missing(&out->missing, component);
    } else if (overlay_node_is_symlink(child)) {
      enum overlay_way followed;

      way.literal = MIN_OF(way.literal, rest.len);
      out->last_is_link = out->last_is_link || (is_literal && !has_component(rest));
      followed = overlay_resolve_follow(&way, child, rest, out);
      if (followed != OVERLAY_WAY_OPEN)
        return followed;
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

/* What containerd's way leads to may be elsewhere than what the kernel's does. */
static bool leads_elsewhere(struct overlay *overlay, struct overlay_node *root, struct str path,
                            enum overlay_way way, const struct overlay_place *place)
{
  struct overlay_place other;

  return overlay_resolve_kernel(overlay, root, path, false, &other) != way ||
         (way == OVERLAY_WAY_OPEN &&
          (other.node != place->node ||
           !str_equal(overlay_path_str(&other.missing), overlay_path_str(&place->missing))));
}

enum overlay_way overlay_resolve(struct overlay *overlay, struct overlay_node *root,
                                 struct str path, struct overlay_place *out)
{
  enum overlay_way way;

  if (overlay->engine != OVERLAY_CONTAINERD)
    return overlay_resolve_kernel(overlay, root, path, false, out);
  place_init(out, root);
  way = overlay_resolve_text(overlay, root, path, out);
  overlay->in_doubt =
      overlay->in_doubt || (out->followed && leads_elsewhere(overlay, root, path, way, out));
  return way;
}
