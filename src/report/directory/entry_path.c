#include "report/directory/entry_path.h"

#include <limits.h>

#include "base/path.h"

static const char *check_component(struct str part, size_t depth)
{
  if (str_equal(part, STR("..")))
    return "the name has a component \"..\"";
  if (part.len > NAME_MAX)
    return "the name has a component of more than 255 bytes";
  if (depth > ENTRY_PATH_MAX_DEPTH)
    return "the name has more than 4096 components";
  return NULL;
}

const char *entry_path_add(struct buf *path, struct str name)
{
  size_t depth = 0;

  if (name.len > 0 && memchr(name.ptr, '\0', name.len))
    return "the name holds a NUL";
  while (name.len > 0) {
    const char *slash = memchr(name.ptr, '/', name.len);
    struct str part = { name.ptr, slash ? (size_t)(slash - name.ptr) : name.len };
    const char *reason;

    name = str_skip(name, part.len + 1);
    if (part.len == 0 || str_equal(part, STR(".")))
      continue;
    reason = check_component(part, ++depth);
    if (reason)
      return reason;
    if (depth > 1)
      buf_putc(path, '/');
    buf_add_str(path, part);
  }
  return path->overflow ? "the name is too long" : NULL;
}

struct str entry_path_directory(struct str path, const char **last)
{
  *last = path_name(path).ptr;
  return path_directory(path);
}
