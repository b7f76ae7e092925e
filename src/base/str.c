#include "base/str.h"

#include "base/alloc.h"
#include "base/digit.h"

int str_compare(struct str a, struct str b)
{
  size_t common = MIN_OF(a.len, b.len);
  int order = common ? memcmp(a.ptr, b.ptr, common) : 0;

  if (order)
    return order;
  return (a.len > b.len) - (a.len < b.len);
}

/* Length of the run of digits at s[at], without its leading zeros, which *at is moved over. */
static size_t digits_at(struct str s, size_t *at)
{
  size_t end;

  while (*at + 1 < s.len && s.ptr[*at] == '0' && digit_is_decimal(s.ptr[*at + 1]))
    (*at)++;
  for (end = *at; end < s.len && digit_is_decimal(s.ptr[end]); end++)
    ;
  return end - *at;
}

int str_compare_natural(struct str a, struct str b)
{
  size_t i = 0;
  size_t j = 0;

  while (i < a.len && j < b.len) {
    if (digit_is_decimal(a.ptr[i]) && digit_is_decimal(b.ptr[j])) {
      size_t in_a = digits_at(a, &i);
      size_t in_b = digits_at(b, &j);
      int order = in_a == in_b ? memcmp(a.ptr + i, b.ptr + j, in_a) : (in_a < in_b ? -1 : 1);

      if (order)
        return order;
      i += in_a;
      j += in_b;
    } else if (a.ptr[i] != b.ptr[j]) {
      return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[j] ? -1 : 1;
    } else {
      i++;
      j++;
    }
  }
  if (a.len - i != b.len - j)
    return a.len - i < b.len - j ? -1 : 1;
  return str_compare(a, b); /* "01" and "1" are not the same */
}

bool str_has_prefix(struct str s, struct str prefix)
{
  return s.len >= prefix.len && str_equal((struct str) { s.ptr, prefix.len }, prefix);
}

bool str_has_suffix(struct str s, struct str suffix)
{
  /* Nothing may be at no place, which nothing can be added to. */
  return !suffix.len ||
         (s.len >= suffix.len &&
          str_equal((struct str) { s.ptr + (s.len - suffix.len), suffix.len }, suffix));
}

struct str str_skip(struct str s, size_t n)
{
  if (n >= s.len)
    return (struct str) { NULL, 0 };
  return (struct str) { s.ptr + n, s.len - n };
}

struct str str_take_line(struct str *text)
{
  const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
  const struct str line = { text->ptr, end ? (size_t)(end - text->ptr) : text->len };

  *text = str_skip(*text, line.len + (end != NULL));
  return line;
}

char *str_dup(struct str s)
{
  return xstrndup(s.ptr ? s.ptr : "", s.len);
}

bool str_to_u64(struct str s, uint64_t max, uint64_t *out)
{
  uint64_t value = 0;

  if (s.len == 0)
    return false;
  for (size_t i = 0; i < s.len; i++) {
    unsigned digit = (unsigned char)s.ptr[i] - '0';

    if (digit > 9 || value > (max - MIN_OF((uint64_t)digit, max)) / 10)
      return false;
    value = value * 10 + digit;
    if (value > max)
      return false;
  }
  *out = value;
  return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
  uint64_t value;
  bool negative = s.len > 0 && s.ptr[0] == '-';

  if (!str_to_u64(negative ? str_skip(s, 1) : s, (uint64_t)INT64_MAX + (negative ? 1 : 0), &value))
    return false;
  *out = negative ? (int64_t)(0 - value) : (int64_t)value;
  return true;
}
