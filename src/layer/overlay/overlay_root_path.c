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

/* What is there at a text and at texts that it begins with, each a component longer than the one
 * before it, as it was looked at: none of them is a link. Not all of them need be here. */
struct trail {
  size_t n;
  uint16_t lens[LIMIT_PATH_BYTES / 2 + 1];
  struct overlay_node *nodes[LIMIT_PATH_BYTES / 2 + 1]; /* NULL: nothing */
};

struct walker {
  struct overlay *overlay;
  struct overlay_node *root;
  struct trail *trail; /* of the way so far */
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

static void text_init(struct text *out, bool is_absolute)
{
  out->is_absolute = is_absolute;
  out->is_clean = true;
  out->path.len = 0;
}

static void text_copy(struct text *out, const struct text *text)
{
  out->is_absolute = text->is_absolute;
  out->is_clean = text->is_clean;
  overlay_path_copy(&out->path, &text->path);
}

/* Cleans a text, which is absolute from now on if it is to be; gone over only if it may change. */
static bool text_clean(struct text *text, bool is_absolute)
{
  struct text old;

  if (text->is_clean && (text->is_absolute || !is_absolute ||
                         !str_has_prefix(overlay_path_str(&text->path), STR("..")))) {
    text->is_absolute = is_absolute;
    return true;
  }
  text_copy(&old, text);
  text_init(text, is_absolute);
  return text_join(text, overlay_path_str(&old.path));
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
 * *directory: NULL if there is nothing. */
static enum overlay_way find_directory(const struct walker *walker, struct str path,
                                       struct overlay_node **directory)
{
  const struct trail *trail = walker->trail;
  struct overlay_place place;
  enum overlay_way way;

  *directory = NULL;
  if (trail->n && trail->lens[trail->n - 1] == path.len) {
    *directory = trail->nodes[trail->n - 1];
    return OVERLAY_WAY_OPEN;
  }
  way = overlay_resolve_kernel(walker->overlay, walker->root, path, true, &place);
  if (way == OVERLAY_WAY_OUTSIDE) {
    walker->overlay->in_doubt = true;
    return OVERLAY_WAY_OPEN;
  }
  if (way == OVERLAY_WAY_OPEN && !place.missing.len && !place.came_back)
    *directory = place.node;
  return way;
}

/* The trail goes on with a text, of which it has the directory or has to begin anew. */
static void trail_add(struct trail *trail, struct str directory, size_t len,
                      struct overlay_node *node)
{
  if (trail->n && trail->lens[trail->n - 1] != directory.len)
    trail->n = 0;
  trail->lens[trail->n] = (uint16_t)len;
  trail->nodes[trail->n++] = node;
}

/* The same at a path that is no beginning, but the way so far: an absolute text, cleaned. A link
 * ends the trail. */
static enum overlay_way look_at(const struct walker *walker, const struct text *path,
                                struct overlay_node **found)
{
  const struct str text = overlay_path_str(&path->path);
  const struct str directory = path_directory(text);
  struct trail *trail = walker->trail;
  struct overlay_node *parent;
  enum overlay_way way;

  *found = NULL;
  while (trail->n && trail->lens[trail->n - 1] > text.len)
    trail->n--;
  if (!text.len)
    return OVERLAY_WAY_OPEN;
  if (trail->n && trail->lens[trail->n - 1] == text.len) { /* `..` led back to it */
    *found = trail->nodes[trail->n - 1];
    return OVERLAY_WAY_OPEN;
  }
  way = find_directory(walker, directory, &parent);
  if (way != OVERLAY_WAY_OPEN)
    return way;
  if (parent && !parent->is_directory)
    return OVERLAY_WAY_BARRED;
  *found = parent ? overlay_find_child(walker->overlay, parent, path_name(text)) : NULL;
  if (*found && overlay_node_is_symlink(*found))
    trail->n = 0;
  else
    trail_add(trail, directory, text.len, *found);
  return OVERLAY_WAY_OPEN;
}

/* The place of the link itself is gone on from, by its target. */
static bool follow(struct text *at, bool is_first, struct str target)
{
  if (is_first || target.ptr[0] == '/')
    return text_of_target(at, target);
  return text_join(at, target);
}

/* What a step goes back to where it finds a link. */
struct before {
  bool is_absolute;
  size_t len;
  bool is_kept; /* else the text still begins with it */
  struct text text;
};

static void keep_before(struct before *before, const struct text *at, struct str component)
{
  before->is_absolute = at->is_absolute;
  before->len = at->path.len;
  before->is_kept = !at->is_absolute || str_equal(component, STR(".."));
  if (before->is_kept)
    text_copy(&before->text, at);
}

static void go_back(struct text *at, const struct before *before)
{
  if (before->is_kept)
    text_copy(at, &before->text);
  at->path.len = before->len;
  at->is_absolute = before->is_absolute;
}

/* One component more, with `left` behind it. at: the path so far, of which this is the first if
 * is_first. */
static enum overlay_way step(struct walker *walker, struct text *at, bool is_first,
                             struct str component, size_t left)
{
  struct overlay_node *node = NULL;
  struct before before;
  enum overlay_way way;
  struct str target;

  if (walker->links > LINKS_MAX ||
      !overlay_may_work(walker->overlay,
                        OVERLAY_WORK_STEP + component.len + (at->is_clean ? 0 : at->path.len)) ||
      !text_clean(at, at->is_absolute))
    return OVERLAY_WAY_ENDLESS;
  keep_before(&before, at, component);
  /* Join cleans before the '/' comes before it. */
  if (!text_join(at, component) || !text_clean(at, true))
    return OVERLAY_WAY_ENDLESS;
  way = look_at(walker, at, &node);
  if (way != OVERLAY_WAY_OPEN)
    return way;
  if (!node || !overlay_node_is_symlink(node))
    return OVERLAY_WAY_OPEN;
  walker->links++;
  if (left < walker->literal) {
    walker->last_is_link = !left;
    walker->literal = left;
  }
  target = overlay_node_target(walker->overlay, node);
  go_back(at, &before);
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
  bool is_first = !path->is_absolute;
  struct text at;
  enum overlay_way way = OVERLAY_WAY_OPEN;
  struct str component;

  text_init(&at, path->is_absolute);
  walker->trail->n = 0;
  while (way == OVERLAY_WAY_OPEN && path_next(&rest, &component)) {
    way = step(walker, &at, is_first, component, --left);
    is_first = false;
  }
  text_copy(path, &at);
  return way;
}

/* The path, in which nothing is a link any more. */
static enum overlay_way find_place(const struct walker *walker, struct text *path,
                                   struct overlay_place *out)
{
  struct text missing;
  struct str component;
  struct str rest;

  text_init(&missing, false);
  if (!text_clean(path, true))
    return OVERLAY_WAY_ENDLESS;
  rest = overlay_path_str(&path->path);
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
  overlay_path_copy(&out->missing, &missing.path);
  out->dangling =
      out->followed && count_components(overlay_path_str(&missing.path)) > walker->literal;
  return OVERLAY_WAY_OPEN;
}

enum overlay_way overlay_resolve_text(struct overlay *overlay, struct overlay_node *root,
                                      struct str path, struct overlay_place *out)
{
  struct trail trail;
  struct walker walker = {
    .overlay = overlay, .root = root, .trail = &trail, .literal = count_components(path)
  };
  enum overlay_way way;
  struct text text;
  unsigned before;

  if (path.len > sizeof(text.path.bytes))
    return OVERLAY_WAY_ENDLESS;
  text_init(&text, path.len && path.ptr[0] == '/');
  if (path.len)
    memcpy(text.path.bytes, path.ptr, path.len);
  text.path.len = path.len;
  text.is_clean = false;
  do {
    before = walker.links;
    way = pass(&walker, &text);
  } while (way == OVERLAY_WAY_OPEN && walker.links != before);
  out->followed = walker.links > 0;
  out->last_is_link = walker.last_is_link;
  return way == OVERLAY_WAY_OPEN ? find_place(&walker, &text, out) : way;
}
