#include "base/path.h"

struct str path_directory(struct str path)
{
  const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

  return (struct str) { path.ptr, slash ? (size_t)(slash - path.ptr) : 0 };
}

struct str path_name(struct str path)
{
  const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

  return slash ? str_skip(path, (size_t)(slash - path.ptr) + 1) : path;
}

const char *path_name_of(const char *path)
{
  const char *slash = strrchr(path, '/');

  return slash ? slash + 1 : path;
}

bool path_next(struct str *rest, struct str *component)
{
  const char *slash;

  while (rest->len && rest->ptr[0] == '/')
    *rest = str_skip(*rest, 1);
  if (!rest->len)
    return false;
  slash = memchr(rest->ptr, '/', rest->len);
  *component = (struct str) { rest->ptr, slash ? (size_t)(slash - rest->ptr) : rest->len };
  *rest = str_skip(*rest, component->len);
  return true;
}

bool path_is_below(struct str path, struct str directory)
{
  return path.len > directory.len &&
         (!directory.len ||
          (path.ptr[directory.len] == '/' && memcmp(path.ptr, directory.ptr, directory.len) == 0));
}

bool path_plain(struct str name, struct str *out)
{
  size_t from = 0;

  while (str_has_prefix(name, STR("/")) || str_has_prefix(name, STR("./")))
    name = str_skip(name, name.ptr[0] == '/' ? 1 : 2);
  while (name.len && name.ptr[name.len - 1] == '/')
    name.len--;
  *out = str_equal(name, STR(".")) ? STR("") : name;
  for (size_t i = 0; i <= out->len && out->len; i++) {
    const struct str component = { out->ptr + from, i - from };

    if (i < out->len && out->ptr[i] != '/')
      continue;
    if (!component.len || str_equal(component, STR(".")) || str_equal(component, STR("..")))
      return false;
    from = i + 1;
  }
  return true;
}
