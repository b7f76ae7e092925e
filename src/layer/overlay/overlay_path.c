#include "layer/overlay/overlay_path.h"

#include "base/path.h"
#include "layer/overlay/overlay.h"

enum { SHOWN_MAX = 200 };

#define WHITEOUT STR(".wh.")
#define AUFS STR(".wh..wh.")
#define AUFS_LINKS STR(".wh..wh.plnk")
#define OPAQUE STR(".wh..wh..opq")

int overlay_path_clean(struct overlay_path *out, struct str name, struct error *err)
{
  struct str rest = name;
  struct str component;
  struct str directory;

  out->len = 0;
  while (path_next(&rest, &component)) {
    if (str_equal(component, STR(".")))
      continue;
    if (str_equal(component, STR(".."))) {
      directory = path_directory(overlay_path_str(out));
      component = path_name(overlay_path_str(out));
      out->len = directory.len;
      continue;
    }
    if (component.len + 1 > sizeof(out->bytes) - out->len)
      return error_set(err, ERROR_LIMIT, "a path of more than %d bytes: \"%.*s…\"",
                       LIMIT_PATH_BYTES, SHOWN_MAX, name.ptr);
    if (out->len)
      out->bytes[out->len++] = '/';
    memcpy(out->bytes + out->len, component.ptr, component.len);
    out->len += component.len;
  }
  return 0;
}

bool overlay_path_lexical(struct overlay_path *out, struct str name)
{
  struct str component;
  struct str directory;
  struct str base;

  out->len = 0;
  while (path_next(&name, &component)) {
    if (str_equal(component, STR(".")))
      continue;
    directory = path_directory(overlay_path_str(out));
    base = path_name(overlay_path_str(out));
    if (str_equal(component, STR("..")) && base.len && !str_equal(base, STR(".."))) {
      out->len = directory.len;
      continue;
    }
    if (component.len + 1 > sizeof(out->bytes) - out->len)
      return false;
    if (out->len)
      out->bytes[out->len++] = '/';
    memcpy(out->bytes + out->len, component.ptr, component.len);
    out->len += component.len;
  }
  return true;
}

struct str overlay_path_rooted(struct overlay_path *room, struct str name, struct str path)
{
  const bool is_rooted =
      str_has_prefix(name, STR("/")) ||
      (name.len && memmem(name.ptr, name.len, "..", 2) && overlay_path_lexical(room, name) &&
       (str_equal(overlay_path_str(room), STR("..")) ||
        str_has_prefix(overlay_path_str(room), STR("../"))));

  if (!is_rooted || path.len + 1 > sizeof(room->bytes))
    return path;
  room->bytes[0] = '/';
  if (path.len)
    memcpy(room->bytes + 1, path.ptr, path.len);
  room->len = path.len + 1;
  return overlay_path_str(room);
}

static bool has_aufs_component(struct str path)
{
  struct str component;

  while (path_next(&path, &component))
    if (str_has_prefix(component, AUFS))
      return true;
  return false;
}

int overlay_path_kind(struct overlay_path *path, enum overlay_kind *kind, struct error *err)
{
  struct str directory;
  struct str base;
  struct str name;

  directory = path_directory(overlay_path_str(path));
  base = path_name(overlay_path_str(path));
  *kind = OVERLAY_FILE;
  if (str_has_prefix(overlay_path_str(path), AUFS_LINKS)) {
    *kind = OVERLAY_AUFS_LINK;
  } else if (has_aufs_component(directory)) {
    *kind = OVERLAY_AUFS;
  } else if (str_equal(base, OPAQUE)) {
    *kind = OVERLAY_OPAQUE;
    path->len = directory.len;
  } else if (str_has_prefix(base, AUFS)) {
    *kind = OVERLAY_AUFS;
  } else if (str_has_prefix(base, WHITEOUT)) {
    *kind = OVERLAY_WHITEOUT;
    name = str_skip(base, WHITEOUT.len);
    if (!name.len || str_equal(name, STR(".")) || str_equal(name, STR("..")))
      return error_set(err, ERROR_CORRUPT, "the whiteout \"%.*s\" names nothing",
                       (int)MIN_OF(path->len, (size_t)SHOWN_MAX), path->bytes);
    path->len -= base.len;
    memmove(path->bytes + path->len, name.ptr, name.len);
    path->len += name.len;
  }
  return 0;
}

int overlay_path_mark(const struct overlay_path *path, enum overlay_mark *mark, struct str *hidden,
                      struct error *err)
{
  const struct str base = path_name(overlay_path_str(path));

  *mark = OVERLAY_NO_MARK;
  if (str_equal(base, OPAQUE)) {
    *mark = OVERLAY_HIDES_CONTENT;
  } else if (str_has_prefix(base, WHITEOUT)) {
    *mark = OVERLAY_HIDES_NAME;
    *hidden = str_skip(base, WHITEOUT.len);
    if (!hidden->len || str_equal(*hidden, STR(".")) || str_equal(*hidden, STR("..")))
      return error_set(err, ERROR_CORRUPT, "the whiteout \"%.*s\" names nothing",
                       (int)MIN_OF(path->len, (size_t)SHOWN_MAX), path->bytes);
  }
  return 0;
}

/* '/' comes before all other bytes, so that what is in a directory comes right behind it. */
int overlay_compare_paths(struct str a, struct str b)
{
  size_t n = MIN_OF(a.len, b.len);

  for (size_t i = 0; i < n; i++) {
    unsigned char x = (unsigned char)a.ptr[i];
    unsigned char y = (unsigned char)b.ptr[i];

    if (x != y)
      return x == '/' ? -1 : y == '/' ? 1 : x < y ? -1 : 1;
  }
  return (a.len > b.len) - (a.len < b.len);
}
