#include "packages/stanza.h"

#include <string.h>
#include <strings.h>

bool stanza_line(struct str *text, struct str *line)
{
  if (!text->len)
    return false;
  *line = str_take_line(text);
  if (line->len && line->ptr[line->len - 1] == '\r')
    line->len--;
  return true;
}

static bool is_space(char c)
{
  return c == ' ' || c == '\t';
}

bool stanza_is_blank(struct str line)
{
  for (size_t i = 0; i < line.len; i++)
    if (!is_space(line.ptr[i]))
      return false;
  return true;
}

struct str stanza_value(struct str line, struct str key)
{
  struct str value;

  if (line.len <= key.len || line.ptr[key.len] != ':' ||
      strncasecmp(line.ptr, key.ptr, key.len) != 0)
    return (struct str) { NULL, 0 };
  value = (struct str) { line.ptr + key.len + 1, line.len - key.len - 1 };
  while (value.len && is_space(value.ptr[0]))
    value = (struct str) { value.ptr + 1, value.len - 1 };
  while (value.len && is_space(value.ptr[value.len - 1]))
    value.len--;
  return value;
}
