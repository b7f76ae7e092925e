#include "evidence/same_json.h"

#include <string.h>

#include "image/json.h"

/* A zero with a sign is another number to some readers, and the same value to the parser. */
static bool has_negative_zero(struct str text)
{
  const char *at = text.ptr;
  const char *const end = text.ptr + text.len;

  for (; (at = memmem(at, (size_t)(end - at), "-0", 2)); at++) {
    const char *p = at + 2;

    if (at > text.ptr && !strchr(" \t\r\n:,[", at[-1]))
      continue;
    while (p < end && (*p == '0' || *p == '.'))
      p++;
    if (p == end || *p < '1' || *p > '9')
      return true;
  }
  return false;
}

/* Bytes and surrogates that are no characters become U+FFFD, whatever they were: what holds one
 * says nothing certain. */
static bool is_replaced(struct str text)
{
  return memmem(text.ptr, text.len, "\xef\xbf\xbd", 3) != NULL;
}

/* The depth is bounded by the parser (LIMIT_JSON_DEPTH). */
static bool has_replaced(const json_t *value)
{
  const char *key;
  size_t len;
  size_t i;
  json_t *below;

  if (json_is_string(value))
    return is_replaced((struct str) { json_string_value(value), json_string_length(value) });
  json_object_keylen_foreach((json_t *)value, key, len, below)
  {
    if (is_replaced((struct str) { key, len }) || has_replaced(below))
      return true;
  }
  json_array_foreach(value, i, below)
  {
    if (has_replaced(below))
      return true;
  }
  return false;
}

bool same_json_look(const struct str content[2])
{
  AUTO_JSON a = NULL;
  AUTO_JSON b = NULL;
  struct error err;

  for (int side = 0; side < 2; side++)
    if (!content[side].len || !strchr("{[ \n\t", content[side].ptr[0]) ||
        has_negative_zero(content[side]))
      return false;
  a = json_parse(content[0], &err);
  b = a ? json_parse(content[1], &err) : NULL;
  return b && json_equal(a, b) && !has_replaced(a);
}
