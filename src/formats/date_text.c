#include "formats/date_text.h"

#include "base/civil.h"

enum { DATE_BYTES_MAX = 40, FRACTION_MAX = 9 };

/* Takes a number of n digits, which has to lie in a range. */
static bool date_text_number(struct str *rest, size_t n, int from, int to, int *out)
{
  int value = 0;

  if (rest->len < n)
    return false;
  for (size_t i = 0; i < n; i++) {
    if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
      return false;
    value = value * 10 + (rest->ptr[i] - '0');
  }
  if (value < from || value > to)
    return false;
  *rest = str_skip(*rest, n);
  *out = value;
  return true;
}

/* Takes one of these characters. */
static bool date_text_take(struct str *rest, const char *of)
{
  if (!rest->len || !rest->ptr[0] || !strchr(of, rest->ptr[0]))
    return false;
  *rest = str_skip(*rest, 1);
  return true;
}

/* Takes one of these words. */
static bool date_text_word(struct str *rest, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (str_has_prefix(*rest, str_of(words[i]))) {
      *rest = str_skip(*rest, strlen(words[i]));
      return true;
    }
  return false;
}

static bool date_text_day_name(struct str *rest)
{
  static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

  return date_text_word(rest, names, ARRAY_LEN(names));
}

static bool date_text_month_name(struct str *rest)
{
  static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

  return date_text_word(rest, names, ARRAY_LEN(names));
}

/* "14:15", "14:15:05", "14:15:05.25" */
static bool date_text_clock(struct str *rest)
{
  int digit;
  int ignored;

  if (!date_text_number(rest, 2, 0, 23, &ignored) || !date_text_take(rest, ":") ||
      !date_text_number(rest, 2, 0, 59, &ignored))
    return false;
  if (!date_text_take(rest, ":"))
    return true;
  if (!date_text_number(rest, 2, 0, 60, &ignored))
    return false;
  if (!date_text_take(rest, "."))
    return true;
  for (int i = 0; i < FRACTION_MAX && date_text_number(rest, 1, 0, 9, &digit); i++)
    continue;
  return true;
}

/* "Z", "+0100", "-01:00", or nothing. */
static bool date_text_zone(struct str *rest)
{
  int ignored;

  if (!rest->len || date_text_take(rest, "Z"))
    return true;
  if (!date_text_take(rest, "+-") || !date_text_number(rest, 2, 0, 14, &ignored))
    return false;
  date_text_take(rest, ":");
  return date_text_number(rest, 2, 0, 59, &ignored);
}

bool date_text_is_iso(struct str text)
{
  struct str rest = text;
  char separator[2] = "";
  int year;
  int month;
  int day;

  if (text.len > DATE_BYTES_MAX || !date_text_number(&rest, 4, 0, 9999, &year))
    return false;
  if (!rest.len)
    return true;
  separator[0] = rest.ptr[0];
  if (!date_text_take(&rest, "-:/") || !date_text_number(&rest, 2, 1, 12, &month))
    return false;
  if (!rest.len)
    return true;
  if (!date_text_take(&rest, separator) ||
      !date_text_number(&rest, 2, 1, civil_month_days(year, month), &day))
    return false;
  if (!rest.len)
    return true;
  if (!date_text_take(&rest, "T ") || !date_text_clock(&rest))
    return false;
  if (rest.len > 1)
    date_text_take(&rest, " ");
  return date_text_zone(&rest) && !rest.len;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool date_text_is_mail(struct str rest)
{
  static const char *const zones[] = { " GMT", " UTC", " UT" };
  int ignored;

  if (date_text_day_name(&rest) && (!date_text_take(&rest, ",") || !date_text_take(&rest, " ")))
    return false;
  if ((!date_text_number(&rest, 2, 1, 31, &ignored) &&
       !date_text_number(&rest, 1, 1, 9, &ignored)) ||
      !date_text_take(&rest, " ") || !date_text_month_name(&rest) || !date_text_take(&rest, " ") ||
      !date_text_number(&rest, 4, 0, 9999, &ignored))
    return false;
  if (!rest.len)
    return true;
  if (!date_text_take(&rest, " ") || !date_text_clock(&rest))
    return false;
  return date_text_word(&rest, zones, ARRAY_LEN(zones))
             ? !rest.len
             : !rest.len ||
                   (date_text_take(&rest, " ") && rest.len && date_text_zone(&rest) && !rest.len);
}

/* "Sat Nov 28 14:15:05 2026", "Sat Nov  8 14:15:05 UTC 2026" */
static bool date_text_is_asctime(struct str rest)
{
  static const char *const zones[] = { "GMT ", "UTC " };
  int ignored;

  if (!date_text_day_name(&rest) || !date_text_take(&rest, " ") || !date_text_month_name(&rest) ||
      !date_text_take(&rest, " "))
    return false;
  if (date_text_take(&rest, " ") ? !date_text_number(&rest, 1, 1, 9, &ignored)
                                 : !date_text_number(&rest, 2, 1, 31, &ignored))
    return false;
  if (!date_text_take(&rest, " ") || !date_text_clock(&rest) || !date_text_take(&rest, " "))
    return false;
  date_text_word(&rest, zones, ARRAY_LEN(zones));
  return date_text_number(&rest, 4, 0, 9999, &ignored) && !rest.len;
}

bool date_text_is(struct str text)
{
  return text.len <= DATE_BYTES_MAX &&
         (date_text_is_iso(text) || date_text_is_mail(text) || date_text_is_asctime(text));
}

bool date_text_is_pdf(struct str text)
{
  static const struct {
    int from, to;
  } parts[] = { { 1, 12 }, { 1, 31 }, { 0, 23 }, { 0, 59 }, { 0, 59 } };
  struct str rest = text;
  int ignored;

  if (!date_text_number(&rest, 4, 0, 9999, &ignored))
    return false;
  for (size_t i = 0; i < ARRAY_LEN(parts); i++)
    if (!date_text_number(&rest, 2, parts[i].from, parts[i].to, &ignored))
      break;
  if (!rest.len)
    return true;
  /* "Z00'00'" is not the standard's, but usual. */
  if (!date_text_take(&rest, "+-Z"))
    return false;
  if (!rest.len)
    return true;
  if (!date_text_number(&rest, 2, 0, 23, &ignored))
    return false;
  if (!rest.len)
    return true;
  if (!date_text_take(&rest, "'"))
    return false;
  if (!rest.len)
    return true;
  if (!date_text_number(&rest, 2, 0, 59, &ignored))
    return false;
  date_text_take(&rest, "'");
  return !rest.len;
}
