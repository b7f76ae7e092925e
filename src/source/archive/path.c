#include "source/archive/path.h"

#include "base/path.h"

static bool add_component(struct member_path *out, struct str part)
{
  if (part.len == 0 || str_equal(part, STR(".")))
    return true;
  if (str_equal(part, STR(".."))) {
    if (out->len == 0)
      return false;
    out->len = path_directory(member_path_str(out)).len;
    return true;
  }
  if (part.len + 2 > sizeof(out->text) - out->len || memchr(part.ptr, '\0', part.len))
    return false;
  if (out->len)
    out->text[out->len++] = '/';
  memcpy(out->text + out->len, part.ptr, part.len);
  out->len += part.len;
  return true;
}

static bool add_path(struct member_path *out, struct str path)
{
  while (path.len) {
    const char *slash = memchr(path.ptr, '/', path.len);
    struct str part = { path.ptr, slash ? (size_t)(slash - path.ptr) : path.len };

    if (!add_component(out, part))
      return false;
    path = str_skip(path, part.len + 1);
  }
  return true;
}

bool member_path_resolve(struct member_path *out, struct str dir, struct str path)
{
  bool absolute = path.len && path.ptr[0] == '/';

  out->len = 0;
  if ((!absolute && !add_path(out, dir)) || !add_path(out, path))
    return false;
  out->text[out->len] = '\0';
  return true;
}

struct str member_path_str(const struct member_path *path)
{
  return (struct str) { path->text, path->len };
}
