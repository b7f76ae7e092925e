/* Symbolic links as containerd follows them: continuity's fs.RootPath, which looks at names, asks
 * the system of what kind each is, and puts targets before what is left, until nothing is a link
 * any more. So what `..` in a target leads to follows from the text alone here and there. */
#include "layer/overlay/overlay_node.h"

#include "base/path.h"

enum { LINKS_MAX = 255 };

/* A path as Go's filepath.Join makes it: cleaned, where `..` that nothing stands before stays
 * unless the path is absolute; "." for nothing. Of a link's target: as it is. */
struct text {
  bool is_absolute;
  bool is_clean;            /* it has no component that cleaning takes out */
  struct overlay_path path; /* without the first '/' */
};

struct walker {
  struct overlay *overlay;
  struct overlay_node *root;
  unsigned links;
  size_t literal; /* so many components at the end are the path's own, not of a link's target */
  bool last_is_link;
};

static bool text_add(struct text *text, struct str name)
{
  struct overlay_path *path = &text->path;

  if (path->len + 1 + name.len > sizeof(path->bytes))
    return false;
  if (path->len)
    path->bytes[path->len++] = '/';
  memcpy(path->bytes + path->len, name.ptr, name.len);
  path->len += name.len;
  return true;
}

/* Goes on with what stands in more. */
static bool text_join(struct text *text, struct str more)
{
  struct str component;
  struct str directory;
  struct str base;

  while (path_next(&more, &component)) {
    if (str_equal(component, STR(".")))
      continue;
    directory = path_directory(overlay_path_str(&text->path));
    base = path_name(overlay_path_str(&text->path));
    if (str_equal(component, STR("..")) && base.len && !str_equal(base, STR("..")))
      text->path.len = directory.len;
    else if (str_equal(component, STR("..")) && text->is_absolute)
      continue;
    else if (!text_add(text, component))
      return false;
  }
  return true;
}

static struct str text_str(const struct text *text)
{
  return text->path.len || text->is_absolute ? overlay_path_str(&text->path) : STR(".");
}

static bool text_is(struct text *out, bool is_absolute, struct str path)
{
  out->is_absolute = is_absolute;
  out->is_clean = true;
  out->path.len = 0;
  return text_join(out, path);
}

static void text_copy(struct text *out, const struct text *text)
{
  out->is_absolute = text->is_absolute;
  out->is_clean = text->is_clean;
  out->path.len = text->path.len;
  memcpy(out->path.bytes, text->path.bytes, text->path.len);
}

/* The text, cleaned; it is gone over only if it may be other than clean. */
static bool text_clean(struct text *out, const struct text *text)
{
  if (!text->is_clean)
    return text_is(out, text->is_absolute, text_str(text));
  text_copy(out, text);
  return true;
}

/* The same with a '/' before it. */
static bool text_make_absolute(struct text *out, const struct text *text)
{
  if (!text->is_clean || (!text->is_absolute && str_has_prefix(text_str(text), STR(".."))))
    return text_is(out, true, text_str(text));
  text_copy(out, text);
  out->is_absolute = true;
  return true;
}

/* A link's target is taken as it is, `..` and all. */
static bool text_of_target(struct text *out, struct str target)
{
  out->is_absolute = target.ptr[0] == '/';
  out->is_clean = false;
  out->path.len = 0;
  if (target.len > sizeof(out->path.bytes))
    return false;
  memcpy(out->path.bytes, target.ptr, target.len);
  out->path.len = target.len;
  return true;
}

/* What the system finds at a path below the layer's directory; it follows links on the way, but
 * that they are to stay within is not known to it: beyond, there is nothing, for what we know.
 * *found: NULL if there is nothing. */
static enum overlay_way look_at(const struct walker *walker, const struct text *path,
                                struct overlay_node **found)
{
  struct overlay_place place;
  struct str directory;
  struct str base;
  enum overlay_way way;

  *found = NULL;
  directory = path_directory(overlay_path_str(&path->path));
  base = path_name(overlay_path_str(&path->path));
  way = overlay_resolve_kernel(walker->overlay, walker->root, directory, true, &place);
  if (way == OVERLAY_WAY_OUTSIDE) {
    walker->overlay->in_doubt = true;
    return OVERLAY_WAY_OPEN;
  }
  if (way != OVERLAY_WAY_OPEN || place.missing.len || place.came_back)
    return way;
  if (!place.node->is_directory)
    return OVERLAY_WAY_BARRED;
  *found = overlay_find_child(walker->overlay, place.node, base);
  return OVERLAY_WAY_OPEN;
}

/* The place of the link itself is gone on from, by its target. */
static bool follow(struct text *at, bool is_first, struct str target)
{
  struct text around;

  if (is_first || target.ptr[0] == '/')
    return text_of_target(at, target);
  text_copy(&around, at);
  return text_clean(at, &around) && text_join(at, target);
}

/* One component more, with `left` behind it. at: the path so far, of which this is the first if
 * is_first. */
static enum overlay_way step(struct walker *walker, struct text *at, bool is_first,
                             struct str component, size_t left)
{
  static const struct text nothing = { .is_clean = true };
  struct text name;
  struct text joined;
  struct overlay_node *node = NULL;
  enum overlay_way way;
  struct str target;

  /* Join cleans before the '/' comes before it. */
  if (walker->links > LINKS_MAX || !overlay_may_work(walker->overlay, at->path.len) ||
      !text_clean(&name, is_first ? &nothing : at))
    return OVERLAY_WAY_ENDLESS;
  name.is_absolute = at->is_absolute;
  if (!text_join(&name, component) || !text_make_absolute(&joined, &name))
    return OVERLAY_WAY_ENDLESS;
  if (joined.path.len) {
    way = look_at(walker, &joined, &node);
    if (way != OVERLAY_WAY_OPEN)
      return way;
  }
  if (!node || !overlay_node_is_symlink(node)) {
    text_copy(at, &joined);
    return OVERLAY_WAY_OPEN;
  }
  walker->links++;
  if (left < walker->literal) {
    walker->last_is_link = !left;
    walker->literal = left;
  }
  target = overlay_node_target(walker->overlay, node);
  return target.len && follow(at, is_first, target) ? OVERLAY_WAY_OPEN : OVERLAY_WAY_ENDLESS;
}

static size_t count_components(struct str path)
{
  struct str component;
  size_t n = 0;

  while (path_next(&path, &component))
    n++;
  return n;
}

/* From the first component to the last, each link replaced by its target once. */
static enum overlay_way pass(struct walker *walker, struct text *path)
{
  struct str rest = overlay_path_str(&path->path);
  size_t left = count_components(rest);
  struct text at = { .is_absolute = path->is_absolute, .is_clean = true };
  bool is_first = !path->is_absolute;
  enum overlay_way way = OVERLAY_WAY_OPEN;
  struct str component;

  while (way == OVERLAY_WAY_OPEN && path_next(&rest, &component)) {
    way = step(walker, &at, is_first, component, --left);
    is_first = false;
  }
  *path = at;
  return way;
}

/* The path, in which nothing is a link any more. */
static enum overlay_way find_place(const struct walker *walker, const struct text *path,
                                   struct overlay_place *out)
{
  struct text absolute;
  struct text missing = { .is_absolute = false };
  struct str component;
  struct str rest;

  if (!text_is(&absolute, true, text_str(path)))
    return OVERLAY_WAY_ENDLESS;
  rest = overlay_path_str(&absolute.path);
  while (path_next(&rest, &component)) {
    struct overlay_node *child =
        missing.path.len ? NULL : overlay_find_child(walker->overlay, out->node, component);

    if (!out->node->is_directory)
      return OVERLAY_WAY_BARRED;
    if (child)
      out->node = child;
    else if (!text_add(&missing, component))
      return OVERLAY_WAY_ENDLESS;
  }
  out->missing = missing.path;
  out->dangling =
      out->followed && count_components(overlay_path_str(&missing.path)) > walker->literal;
  return OVERLAY_WAY_OPEN;
}

enum overlay_way overlay_resolve_text(struct overlay *overlay, struct overlay_node *root,
                                      struct str path, struct overlay_place *out)
{
  struct walker walker = { .overlay = overlay, .root = root, .literal = count_components(path) };
  struct text text = { .is_absolute = path.len && path.ptr[0] == '/' };
  enum overlay_way way;
  unsigned before;

  if (path.len > sizeof(text.path.bytes))
    return OVERLAY_WAY_ENDLESS;
  if (path.len)
    memcpy(text.path.bytes, path.ptr, path.len);
  text.path.len = path.len;
  do {
    before = walker.links;
    way = pass(&walker, &text);
  } while (way == OVERLAY_WAY_OPEN && walker.links != before);
  out->followed = walker.links > 0;
  out->last_is_link = walker.last_is_link;
  return way == OVERLAY_WAY_OPEN ? find_place(&walker, &text, out) : way;
}
