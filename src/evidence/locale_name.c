#include "evidence/locale_name.h"

#include <strings.h>

#include "base/digit.h"
#include "base/macros.h"

static bool is_charset(struct str text)
{
  static const char *const names[] = { "UTF-8", "UTF8",   "US-ASCII", "ASCII", "ANSI_X3.4-1968",
                                       "646",   "latin1", "KOI8-R",   "GBK",   "GB18030",
                                       "EUC-JP" };
  static const char *const parts[] = { "ISO-8859-", "ISO8859-", "ISO_8859-", "CP125" };

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (text.len == strlen(names[i]) && strncasecmp(text.ptr, names[i], text.len) == 0)
      return true;
  for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
    const size_t len = strlen(parts[i]);

    if (text.len > len && text.len <= len + 2 && strncasecmp(text.ptr, parts[i], len) == 0 &&
        digit_is_decimal(text.ptr[len]) && digit_is_decimal(text.ptr[text.len - 1]))
      return true;
  }
  return false;
}

static bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
  return c >= 'A' && c <= 'Z';
}

/* "C", "POSIX", "de_DE" */
static bool is_language(struct str text)
{
  return str_equal(text, STR("C")) || str_equal(text, STR("POSIX")) ||
         (text.len == 5 && is_lower(text.ptr[0]) && is_lower(text.ptr[1]) && text.ptr[2] == '_' &&
          is_upper(text.ptr[3]) && is_upper(text.ptr[4]));
}

bool locale_name_is(struct str text)
{
  const char *const at = text.len ? memchr(text.ptr, '@', text.len) : NULL;
  const char *dot;

  if (at)
    text.len = (size_t)(at - text.ptr);
  dot = text.len ? memchr(text.ptr, '.', text.len) : NULL;
  if (dot && is_language((struct str) { text.ptr, (size_t)(dot - text.ptr) }))
    return is_charset(str_skip(text, (size_t)(dot + 1 - text.ptr)));
  return is_charset(text) || (text.len == 5 && is_language(text) && text.ptr[2] == '_');
}
