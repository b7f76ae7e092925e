#include "evidence/same_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digit.h"
#include "base/macros.h"
#include "image/json.h"

enum { NUMBER_MAX = 64 }; /* bytes of one; nothing is said of longer ones */

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

/* What the parser does not keep of texts: how many members there are, and how numbers are written.
 * A key may stand twice with one value, and 0.1 is as good as 0.10 to it, but not to all. */
struct written {
  size_t colons;
  struct number *numbers; /* but for integers, which have no other form (-0 is none here) */
  size_t n_numbers, room;
  bool long_number;
};

struct number {
  double value;
  struct str text;
};

static struct str take_string(struct str text)
{
  size_t n = 1;

  while (n < text.len && text.ptr[n] != '"')
    n += text.ptr[n] == '\\' ? 2 : 1;
  return str_skip(text, n + 1);
}

static void note_number(struct str token, struct written *out)
{
  char text[NUMBER_MAX + 1];

  if (token.len > NUMBER_MAX) {
    out->long_number = true;
    return;
  }
  memcpy(text, token.ptr, token.len);
  text[token.len] = '\0';
  if (!strpbrk(text, ".eE"))
    return;
  if (out->n_numbers == out->room) {
    out->room = MAX_OF(2 * out->room, (size_t)64);
    out->numbers = xreallocarray(out->numbers, out->room, sizeof(*out->numbers));
  }
  out->numbers[out->n_numbers++] = (struct number) { strtod(text, NULL), token };
}

static struct str take_number(struct str text, struct written *out)
{
  size_t n = 1;

  while (n < text.len && (digit_is_decimal(text.ptr[n]) || strchr("+-.eE", text.ptr[n])))
    n++;
  note_number((struct str) { text.ptr, n }, out);
  return str_skip(text, n);
}

static void look_at_text(struct str text, struct written *out)
{
  while (text.len) {
    const char c = *text.ptr;

    out->colons += c == ':';
    text = c == '"'                          ? take_string(text)
           : c == '-' || digit_is_decimal(c) ? take_number(text, out)
                                             : str_skip(text, 1);
  }
}

static int by_value(const void *a, const void *b)
{
  const struct number *x = a;
  const struct number *y = b;
  int order = (x->value > y->value) - (x->value < y->value);

  return order ? order : str_compare(x->text, y->text);
}

/* Whether all numbers that are equal are written the same way. */
static bool has_one_spelling(struct written *written)
{
  const struct number *numbers = written->numbers;

  if (written->long_number)
    return false;
  if (written->n_numbers)
    qsort(written->numbers, written->n_numbers, sizeof(*numbers), by_value);
  for (size_t i = 1; i < written->n_numbers; i++)
    if (numbers[i - 1].value == numbers[i].value &&
        !str_equal(numbers[i - 1].text, numbers[i].text))
      return false;
  return true;
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

/* Both texts stand for this value; whether they also have its members once. Where the value is the
 * same each number is written the same way if there is one way in both texts together: else two
 * spellings may have changed places. */
static bool is_written_alike(const struct str content[2], const json_t *value)
{
  struct written written = { 0 };
  const size_t n = count_members(value);
  bool alike;

  look_at_text(content[0], &written);
  alike = written.colons == n;
  look_at_text(content[1], &written);
  alike = alike && written.colons == 2 * n && has_one_spelling(&written);
  free(written.numbers);
  return alike;
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
