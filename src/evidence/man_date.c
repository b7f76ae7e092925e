#include "evidence/man_date.h"

/* Over one argument, in quotes or not. */
static struct str skip_argument(struct str s)
{
  const char *end;

  while (s.len && *s.ptr == ' ')
    s = str_skip(s, 1);
  if (s.len && *s.ptr == '"') {
    end = memchr(s.ptr + 1, '"', s.len - 1);
    return end ? str_skip(s, (size_t)(end + 1 - s.ptr)) : (struct str) { NULL, 0 };
  }
  end = s.len ? memchr(s.ptr, ' ', s.len) : NULL;
  return end ? str_skip(s, (size_t)(end - s.ptr)) : (struct str) { NULL, 0 };
}

bool man_date_is(struct str line, struct str piece)
{
  struct str date;
  size_t len;

  if (str_has_prefix(line, STR(".Dd ")))
    return piece.ptr >= line.ptr + 4 && piece.ptr + piece.len <= line.ptr + line.len;
  if (!str_has_prefix(line, STR(".TH ")))
    return false;
  date = skip_argument(skip_argument(str_skip(line, 4)));
  len = date.len - skip_argument(date).len;
  return date.len && piece.ptr >= date.ptr && piece.ptr + piece.len <= date.ptr + len;
}
