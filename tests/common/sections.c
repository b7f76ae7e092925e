#include "sections.h"

#include <string.h>

static const struct str mark = STR("%% ");

/* Where the next line begins with the mark, or the end. */
static size_t next_mark(struct str s)
{
  for (size_t at = 0; at < s.len;) {
    const char *end;

    if (str_has_prefix(str_skip(s, at), mark))
      return at;
    end = memchr(s.ptr + at, '\n', s.len - at);
    if (!end)
      break;
    at = (size_t)(end + 1 - s.ptr);
  }
  return s.len;
}

bool section_next(struct str *rest, struct str *name, struct str *bytes)
{
  struct str s = str_skip(*rest, next_mark(*rest));
  const char *end;

  if (!s.len)
    return false;
  s = str_skip(s, mark.len);
  end = s.len ? memchr(s.ptr, '\n', s.len) : NULL;
  *name = (struct str) { s.ptr, end ? (size_t)(end - s.ptr) : s.len };
  s = str_skip(s, name->len + 1);
  *bytes = (struct str) { s.ptr, next_mark(s) };
  *rest = str_skip(s, bytes->len);
  if (rest->len && bytes->len)
    bytes->len--;
  return true;
}

struct str section_find(struct str input, struct str name)
{
  struct str found;
  struct str bytes;

  while (section_next(&input, &found, &bytes))
    if (str_equal(found, name))
      return bytes;
  return STR("");
}

struct str section_trim(struct str bytes)
{
  while (bytes.len && bytes.ptr[bytes.len - 1] == '\n')
    bytes.len--;
  return bytes;
}
