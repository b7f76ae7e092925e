#include "evidence/words_gap.h"

#include <ctype.h>
#include <strings.h>

#include "base/macros.h"
#include "base/path.h"
#include "evidence/key.h"
#include "evidence/locale_name.h"

enum { NAME_BYTES = 1024 }; /* of a name at most, so that looking for its ends is no long way */

static bool is_of_name(char c)
{
  return isalnum((unsigned char)c) || (c && strchr("_.-@", c));
}

/* The whole name of which the value, a part of the line, is one; empty if it is longer than names
 * are. */
static struct str name_around(struct str line, struct str value)
{
  size_t from = (size_t)(value.ptr - line.ptr);
  size_t to = from + value.len;

  while (from && to - from <= NAME_BYTES && is_of_name(line.ptr[from - 1]))
    from--;
  while (to < line.len && to - from <= NAME_BYTES && is_of_name(line.ptr[to]))
    to++;
  return (struct str) { line.ptr + from, to - from <= NAME_BYTES ? to - from : 0 };
}

static struct str text_before(const struct words_gap *gap, struct str value)
{
  return (struct str) { gap->lines[0].ptr, (size_t)(value.ptr - gap->lines[0].ptr) };
}

/* A name shows what something may be about, and nothing that it is. */
static bool tell(struct words_pair *out, const char *id, const struct str side[2])
{
  *out = (struct words_pair) { id, { side[0], side[1] }, WORDS_GUESSED };
  return true;
}

/* ---- names ---- */

static bool differ_as_host(const struct words_gap *gap, const struct str names[2],
                           struct words_pair *out)
{
  const char *id = key_cause(text_before(gap, names[0]), names, gap->path);

  return id && (strcmp(id, "embedded-host") == 0 || strcmp(id, "embedded-user") == 0) &&
         isalnum((unsigned char)names[0].ptr[0]) && isalnum((unsigned char)names[1].ptr[0]) &&
         tell(out, id, names);
}

/* Characters of base 64, also as in URLs (RFC 4648, 5), of all kinds. */
static bool is_random(struct str s)
{
  size_t digits = 0;
  size_t lower = 0;
  size_t upper = 0;

  for (size_t i = 0; i < s.len; i++) {
    digits += isdigit((unsigned char)s.ptr[i]) != 0;
    lower += islower((unsigned char)s.ptr[i]) != 0;
    upper += isupper((unsigned char)s.ptr[i]) != 0;
    if (s.ptr[i] == '.' || s.ptr[i] == '@')
      return false;
  }
  return s.len >= 16 && digits && lower >= 2 && upper >= 2;
}

static bool differ_as_secret(const struct words_gap *gap, const struct str names[2],
                             struct words_pair *out)
{
  struct str key = key_before(text_before(gap, names[0]));

  if (!key.len)
    key = path_name(gap->path);
  return names[0].len == names[1].len && is_random(names[0]) && is_random(names[1]) &&
         key_names_secret(key) && tell(out, "random-id", names);
}

/* "<object at 0x7f74ffedc190>", as Python and Perl print what has no name. */
static bool is_address(struct str line, struct str name)
{
  static const struct str marks[] = { STR(" at "), STR("("), STR("=") };
  const struct str before = { line.ptr, (size_t)(name.ptr - line.ptr) };
  bool marked = false;

  if (name.len < 10 || name.len > 18 || !str_has_prefix(name, STR("0x")))
    return false;
  for (size_t i = 2; i < name.len; i++)
    if (!isxdigit((unsigned char)name.ptr[i]))
      return false;
  for (size_t i = 0; i < ARRAY_LEN(marks); i++)
    marked = marked || str_has_suffix(before, marks[i]);
  return marked;
}

/* What uname -a says: "Linux HOST RELEASE …". */
static bool is_of_uname(struct str line, struct str name)
{
  static const struct str system = STR("Linux ");

  return str_has_prefix(line, system) && name.ptr == line.ptr + system.len &&
         name.ptr + name.len + 1 < line.ptr + line.len && name.ptr[name.len] == ' ' &&
         isdigit((unsigned char)name.ptr[name.len + 1]);
}

static bool differ_in_names(const struct words_gap *gap, struct words_pair *out)
{
  struct str names[2];

  for (int side = 0; side < 2; side++) {
    names[side] = name_around(gap->lines[side], gap->value[side]);
    if (!names[side].len)
      return false;
  }
  if (locale_name_is(names[0]) && locale_name_is(names[1]))
    return tell(out, "embedded-locale", names);
  if (is_address(gap->lines[0], names[0]) && is_address(gap->lines[1], names[1]))
    return tell(out, "embedded-address", names);
  if (is_of_uname(gap->lines[0], names[0]) && is_of_uname(gap->lines[1], names[1]))
    return tell(out, "embedded-host", names);
  return differ_as_host(gap, names, out) || differ_as_secret(gap, names, out);
}

/* ---- parts of names ---- */

/* The hash in the name of a file, between dots, dashes, underscores or a slash and a suffix:
 * "main.3f2a09c1.js". */
static bool is_hash_in_name(struct str line, struct str value)
{
  const char *end = line.ptr + line.len;
  size_t digits = 0;

  for (size_t i = 0; i < value.len; i++) {
    if (!isxdigit((unsigned char)value.ptr[i]) || isupper((unsigned char)value.ptr[i]))
      return false;
    digits += isdigit((unsigned char)value.ptr[i]) != 0;
  }
  return value.len >= 8 && digits && value.ptr > line.ptr && strchr(".-_/", value.ptr[-1]) &&
         value.ptr + value.len + 1 < end && value.ptr[value.len] == '.' &&
         isalpha((unsigned char)value.ptr[value.len + 1]);
}

/* The name of a month alone, or the beginning that is left where it is an index's word. */
static bool is_month(struct str value)
{
  static const char *const months[] = { "january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december" };

  for (size_t i = 0; i < ARRAY_LEN(months); i++)
    if (value.len >= 3 && value.len <= strlen(months[i]) &&
        strncasecmp(value.ptr, months[i], value.len) == 0)
      return true;
  return false;
}

bool words_gap_explain(const struct words_gap *gap, struct words_pair *out)
{
  const struct str value[2] = { gap->value[0], gap->value[1] };
  const char *id;

  if (differ_in_names(gap, out))
    return true;
  if (!value[0].len || !value[1].len)
    return false;
  id = key_cause(text_before(gap, value[0]), value, gap->path);
  if (id)
    return tell(out, id, value);
  if (value[0].len == value[1].len && is_hash_in_name(gap->lines[0], value[0]) &&
      is_hash_in_name(gap->lines[1], value[1]))
    return tell(out, "hashed-name", value);
  return is_month(value[0]) && is_month(value[1]) && tell(out, "embedded-date", value);
}
