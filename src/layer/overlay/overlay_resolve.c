/* Symbolic links on the way to a path, as the kernel follows them. */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

/* path_resolution(7) */
enum { LINKS_MAX = 40 };

/* What is done to find the places of entries, in all and for each entry, in bytes of paths that are
 * gone over. An entry of an image that nobody made for this takes some hundred; links to links
 * to …, each of 4 KiB, would take millions. What is had in all is a second of one processor: it is
 * for links that lead to themselves, which containerd follows 255 times. */
enum { WORK_MAX = 512 << 20, WORK_MAX_EACH = 16 << 10 };

struct way {
  struct overlay *overlay;
  struct overlay_node *root;
  char todo[LIMIT_PATH_BYTES]; /* what is still to be walked lies at its end, … */
  size_t at;                   /* … from here on */
  size_t literal; /* so many bytes at its end are the path's own, not of a link's target */
  unsigned links;
  bool may_leave; /* the root is nobody's root: absolute targets and `..` lead out of it */
};

bool overlay_may_work(struct overlay *overlay, size_t bytes)
{
  overlay->work += bytes;
  overlay->too_much_work =
      overlay->too_much_work || overlay->work > WORK_MAX + overlay->n_applied * WORK_MAX_EACH;
  return !overlay->too_much_work;
}

static struct str way_rest(const struct way *way)
{
  return (struct str) { way->todo + way->at, sizeof(way->todo) - way->at };
}

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
                                               struct overlay_place *place)
{
  struct str target = overlay_node_target(way->overlay, link);

  way->links++;
  way->overlay->in_doubt = way->overlay->in_doubt || way->links > LINKS_MAX;
  if (way->links > LINKS_MAX || !target.len || target.len + 1 > way->at ||
      !overlay_may_work(way->overlay, target.len))
    return OVERLAY_WAY_ENDLESS;
  way->todo[--way->at] = '/';
  way->at -= target.len;
  memcpy(way->todo + way->at, target.ptr, target.len);
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

/* What is to be walked is left as it is: room for it that is set to zero costs more than most ways
 * do. */
static void way_init(struct way *way, struct overlay *overlay, struct overlay_node *root,
                     bool may_leave)
{
  way->overlay = overlay;
  way->root = root;
  way->links = 0;
  way->may_leave = may_leave;
}

enum overlay_way overlay_resolve_kernel(struct overlay *overlay, struct overlay_node *root,
                                        struct str path, bool may_leave, struct overlay_place *out)
{
  struct way way;
  struct str component;

  way_init(&way, overlay, root, may_leave);
  place_init(out, root);
  if (path.len > sizeof(way.todo))
    return OVERLAY_WAY_ENDLESS;
  way.at = sizeof(way.todo) - path.len;
  if (path.len)
    memcpy(way.todo + way.at, path.ptr, path.len);
  way.literal = path.len;
  for (;;) {
    struct str rest = way_rest(&way);
    bool is_literal;
    struct overlay_node *child;

    if (!path_next(&rest, &component))
      return OVERLAY_WAY_OPEN;
    if (!overlay_may_work(overlay, component.len + OVERLAY_WORK_STEP))
      return OVERLAY_WAY_ENDLESS;
    is_literal = component.len + rest.len <= way.literal;
    way.at = sizeof(way.todo) - rest.len;
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
      followed = overlay_resolve_follow(&way, child, out);
      if (followed != OVERLAY_WAY_OPEN)
        return followed;
    } else {
      out->node = child;
      if (!child->is_directory)
        return has_component(rest) ? OVERLAY_WAY_BARRED : OVERLAY_WAY_OPEN;
    }
  }
}

/* What containerd's way leads to may be elsewhere than what the kernel's does. */
static bool leads_elsewhere(enum overlay_way way, const struct overlay_place *place,
                            enum overlay_way kernels_way, const struct overlay_node *kernels_node,
                            const struct overlay_path *kernels_missing)
{
  return kernels_way != way ||
         (way == OVERLAY_WAY_OPEN &&
          (kernels_node != place->node ||
           !str_equal(overlay_path_str(kernels_missing), overlay_path_str(&place->missing))));
}

/* Where no link stands on it, and nothing that a text is cleaned of, a path is the same as a text.
 */
static bool is_plain_way(struct str path, enum overlay_way way, const struct overlay_place *place)
{
  return way == OVERLAY_WAY_OPEN && !place->followed &&
         (!path.len || !memmem(path.ptr, path.len, "..", 2));
}

enum overlay_way overlay_resolve(struct overlay *overlay, struct overlay_node *root,
                                 struct str path, struct overlay_place *out)
{
  const struct overlay_node *kernels_node;
  struct overlay_path kernels_missing;
  enum overlay_way kernels_way;
  enum overlay_way way;

  kernels_way = overlay_resolve_kernel(overlay, root, path, false, out);
  if (overlay->engine != OVERLAY_CONTAINERD || is_plain_way(path, kernels_way, out))
    return kernels_way;
  kernels_node = out->node;
  overlay_path_copy(&kernels_missing, &out->missing);
  place_init(out, root);
  way = overlay_resolve_text(overlay, root, path, out);
  overlay->in_doubt =
      overlay->in_doubt ||
      (out->followed && leads_elsewhere(way, out, kernels_way, kernels_node, &kernels_missing));
  return way;
}
