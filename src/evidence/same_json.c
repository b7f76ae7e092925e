#include "evidence/same_json.h"

#include <string.h>

#include "base/digit.h"
#include "base/hash.h"
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

/* What the parser does not keep of a text: how many members there are, and how numbers are written.
 * A key may stand twice with one value, and 0.1 is as good as 0.10 to it, but not to all. */
struct written {
  size_t colons;
  uint64_t numbers; /* the sum of their hashes, since their order may be another */
};

static struct str take_string(struct str text)
{
  size_t n = 1;

  while (n < text.len && text.ptr[n] != '"')
    n += text.ptr[n] == '\\' ? 2 : 1;
  return str_skip(text, n + 1);
}

static struct str take_number(struct str text, struct written *out)
{
  size_t n = 1;

  while (n < text.len && (digit_is_decimal(text.ptr[n]) || strchr("+-.eE", text.ptr[n])))
    n++;
  out->numbers += hash_str((struct str) { text.ptr, n });
  return str_skip(text, n);
}

static struct written look_at_text(struct str text)
{
  struct written written = { 0 };

  while (text.len) {
    const char c = *text.ptr;

    written.colons += c == ':';
    text = c == '"'                          ? take_string(text)
           : c == '-' || digit_is_decimal(c) ? take_number(text, &written)
                                             : str_skip(text, 1);
  }
  return written;
}

static size_t count_members(const json_t *value)
{
  const char *key;
  size_t n = json_object_size(value);
  size_t i;
  json_t *below;

  json_object_foreach((json_t *)value, key, below) n += count_members(below);
  json_array_foreach(value, i, below) n += count_members(below);
  return n;
}

/* Both texts stand for this value; whether they also have its members once, and the same numbers.
 */
static bool is_written_alike(const struct str content[2], const json_t *value)
{
  const struct written a = look_at_text(content[0]);
  const struct written b = look_at_text(content[1]);
  const size_t n = count_members(value);

  return a.colons == n && b.colons == n && a.numbers == b.numbers;
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
  return b && json_equal(a, b) && !has_replaced(a) && is_written_alike(content, a);
}
