#include "evidence/pyc_source.h"

#include <string.h>

#include "base/path.h"
#include "formats/format.h"

enum { FLAG_REF = 0x80 }; /* the string is referred to again */

static bool is_type(char byte, const char *types)
{
  const char type = (char)((unsigned char)byte & ~(unsigned)FLAG_REF);

  return type && strchr(types, type);
}

/* The string whose first byte is at `at`; empty if what stands before is none of marshal's. */
static struct str string_at(struct str content, size_t at)
{
  const char *p = content.ptr + at;
  size_t len = 0;

  if (at >= 2 && is_type(p[-2], "zZ"))
    len = (unsigned char)p[-1];
  else if (at >= 5 && is_type(p[-5], "aAust"))
    len = format_le32(p - 4);
  return len <= content.len - at ? (struct str) { p, len } : STR("");
}

bool pyc_source_is(struct str content, size_t at, struct str file)
{
  const struct str name = path_name(file);
  const char *dot = name.len ? memchr(name.ptr, '.', name.len) : NULL;
  struct str rest = string_at(content, at);
  struct str module;

  if (!dot || !str_has_suffix(name, STR(".pyc")) || !str_has_suffix(rest, STR(".py")))
    return false;
  module = (struct str) { name.ptr, (size_t)(dot - name.ptr) };
  rest.len -= 3;
  return module.len && str_has_suffix(rest, module) && rest.len > module.len &&
         rest.ptr[rest.len - module.len - 1] == '/';
}

bool pyc_source_is_string(struct str path, char before, size_t width)
{
  const char type = (char)(before & 0x7f); /* the highest bit: it is referred to again */

  if (!str_has_suffix(path, STR(".pyc")) || !type)
    return false;
  return (width == 1 && strchr("zZ", type)) || (width == 4 && strchr("stuaA", type));
}
