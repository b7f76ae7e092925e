#include "evidence/pyc_source.h"

#include <string.h>

#include "base/macros.h"
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

/* What is behind a name in the text, or behind a reference to one; empty: there is none. */
static struct str behind_name(struct str text)
{
  size_t n;

  if (text.len < 6)
    return STR("");
  if (is_type(text.ptr[0], "r"))
    return str_skip(text, 5);
  if (is_type(text.ptr[0], "zZ"))
    n = 2 + (size_t)(unsigned char)text.ptr[1];
  else if (is_type(text.ptr[0], "aAust"))
    n = 5 + (size_t)format_le32(text.ptr + 1);
  else
    return STR("");
  return str_skip(text, MIN_OF(n, text.len));
}

/* Whether the text goes on as a code object does behind the name of its file: with its own name,
 * and since Python 3.11 its qualified one, the number of its first line without a type, and the
 * table of lines, which are bytes (Python/marshal.c, w_complex_object). Behind a constant there is
 * another object. */
static bool is_behind_source(struct str text)
{
  for (int names = 1; names <= 2; names++) {
    text = behind_name(text);
    if (text.len > 4 && is_type(text.ptr[4], "sr"))
      return true;
  }
  return false;
}

bool pyc_source_is(struct str content, size_t at, struct str file)
{
  const struct str name = path_name(file);
  const char *dot = name.len ? memchr(name.ptr, '.', name.len) : NULL;
  struct str rest = string_at(content, at);
  struct str module;

  if (!is_behind_source(str_skip(content, MIN_OF(at + rest.len, content.len))))
    return false;
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
