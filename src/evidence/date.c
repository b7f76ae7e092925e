#include "evidence/date.h"

#include <ctype.h>
#include <strings.h>

#include "base/macros.h"

static bool is_digit(struct str s, size_t at)
{
  return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

static bool is_letter(struct str s, size_t at)
{
  return at < s.len &&
         ((s.ptr[at] >= 'a' && s.ptr[at] <= 'z') || (s.ptr[at] >= 'A' && s.ptr[at] <= 'Z'));
}

static bool is_at(struct str s, size_t at, const char *any)
{
  return at < s.len && s.ptr[at] && strchr(any, s.ptr[at]);
}

static size_t digits(struct str s, size_t at)
{
  size_t n = 0;

  while (is_digit(s, at + n))
    n++;
  return n;
}

static int date_number(struct str s, size_t at, size_t n)
{
  int value = 0;

  for (size_t i = 0; i < n && i < 9; i++)
    value = value * 10 + (s.ptr[at + i] - '0');
  return value;
}

static bool is_year(int n)
{
  return n >= 1970 && n <= 2099;
}

static bool is_month(int n)
{
  return n >= 1 && n <= 12;
}

static bool is_day(int n)
{
  return n >= 1 && n <= 31;
}

/* ---- names ---- */

static size_t name_length(struct str s, size_t at, const char *const *names, size_t n)
{
  size_t letters = 0;

  while (is_letter(s, at + letters))
    letters++;
  for (size_t i = 0; i < n; i++) {
    const size_t len = strlen(names[i]);

    if ((letters == len || letters == 3) && letters >= 3 &&
        strncasecmp(s.ptr + at, names[i], letters) == 0)
      return letters;
  }
  return 0;
}

static size_t month_name(struct str s, size_t at)
{
  static const char *const names[] = { "January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December" };
  const size_t n = name_length(s, at, names, ARRAY_LEN(names));

  return n && is_at(s, at + n, ".") && n == 3 ? n + 1 : n;
}

static size_t day_name(struct str s, size_t at)
{
  static const char *const names[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday" };

  return name_length(s, at, names, ARRAY_LEN(names));
}

static size_t spaces(struct str s, size_t at)
{
  size_t n = 0;

  while (n < 2 && is_at(s, at + n, " "))
    n++;
  return n;
}

/* What stands between parts of a date in words. */
static size_t separators(struct str s, size_t at)
{
  size_t n = 0;

  while (n < 2 && is_at(s, at + n, " ,-/."))
    n++;
  return n;
}

/* ---- times of day and zones ---- */

/* 14:15, 14:15:05, 14:15:05.123 */
static size_t clock_length(struct str s, size_t at)
{
  const size_t hours = digits(s, at);
  size_t end = at + hours;

  if (hours < 1 || hours > 2 || date_number(s, at, hours) > 24 || !is_at(s, end, ":") ||
      digits(s, end + 1) != 2 || date_number(s, end + 1, 2) > 59)
    return 0;
  end += 3;
  if (is_at(s, end, ":") && digits(s, end + 1) == 2 && date_number(s, end + 1, 2) <= 60)
    end += 3;
  if (is_at(s, end, ".,") && digits(s, end + 1) >= 1 && digits(s, end + 1) <= 9)
    end += 1 + digits(s, end + 1);
  return end - at;
}

/* Z, +01:00, +0100, +01'00', UTC, GMT, CET, CEST, AM, PM, after at most a space. */
static size_t zone_length(struct str s, size_t at)
{
  static const char *const names[] = { "UTC", "GMT", "CET", "CEST", "EST", "EDT",
                                       "CST", "CDT", "MST", "MDT",  "PST", "PDT",
                                       "JST", "IST", "BST", "MSK",  "AM",  "PM" };
  size_t from = at + (is_at(s, at, " ") ? 1 : 0);
  size_t end = from;

  /* Ghostscript writes Z00'00'; ISO 32000-1, 7.9.4, has it so. */
  if (is_at(s, at, "Z") && str_has_prefix(str_skip(s, at + 1), STR("00'00'")))
    return 7;
  if (is_at(s, at, "Zz") && !is_letter(s, at + 1))
    return 1;
  if (is_at(s, from, "+-") && digits(s, from + 1) == 4)
    return from + 5 - at;
  if (is_at(s, from, "+-") && digits(s, from + 1) == 2) {
    end = from + 3;
    if (is_at(s, end, ":'") && digits(s, end + 1) == 2)
      end += 3;
    return end + (is_at(s, end, "'") ? 1 : 0) - at;
  }
  while (is_letter(s, end) || is_digit(s, end))
    end++;
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (end - from == strlen(names[i]) && strncmp(s.ptr + from, names[i], end - from) == 0)
      return end - at;
  return 0;
}

/* A time behind a date. */
static size_t behind_date(struct str s, size_t at)
{
  size_t from = at;
  size_t len;

  if (is_at(s, from, "Tt_:-") && clock_length(s, from + 1))
    from++;
  else if (is_at(s, from, ","))
    from += 1 + spaces(s, from + 1);
  else
    from += spaces(s, from);
  len = clock_length(s, from);
  if (!len) {
    len = zone_length(s, at);
    return len;
  }
  from += len;
  return from + zone_length(s, from) - at;
}

/* ---- dates in digits ---- */

/* 2026-11-28, 2026/11/28, 2026.11.28, 2026:11:28, with the same separator. */
static size_t year_first(struct str s)
{
  size_t month;
  size_t day;

  if (digits(s, 0) != 4 || !is_year(date_number(s, 0, 4)) || !is_at(s, 4, "-/.:_"))
    return 0;
  month = digits(s, 5);
  if (month < 1 || month > 2 || !is_month(date_number(s, 5, month)) ||
      !is_at(s, 5 + month, "-/.:_") || s.ptr[5 + month] != s.ptr[4])
    return 0;
  day = digits(s, 6 + month);
  if (day < 1 || day > 2 || !is_day(date_number(s, 6 + month, day)))
    return 0;
  /* 2026.11.28:1423 */
  if (is_at(s, 6 + month + day, ":") && digits(s, 7 + month + day) == 4)
    return 11 + month + day;
  return 6 + month + day;
}

/* 28.11.2026, 11/28/2026, 28-11-2026 */
static size_t year_last(struct str s)
{
  const size_t a = digits(s, 0);
  size_t b;

  if (a < 1 || a > 2 || !is_at(s, a, "./-"))
    return 0;
  b = digits(s, a + 1);
  if (b < 1 || b > 2 || !is_at(s, a + 1 + b, "./-") || s.ptr[a + 1 + b] != s.ptr[a] ||
      digits(s, a + b + 2) != 4 || !is_year(date_number(s, a + b + 2, 4)))
    return 0;
  if (!(is_month(date_number(s, 0, a)) && is_day(date_number(s, a + 1, b))) &&
      !(is_day(date_number(s, 0, a)) && is_month(date_number(s, a + 1, b))))
    return 0;
  return a + b + 6;
}

static bool is_clock(struct str s, size_t at, size_t n)
{
  return date_number(s, at, 2) < 24 && date_number(s, at + 2, 2) < 60 &&
         (n < 6 || date_number(s, at + 4, 2) <= 60);
}

/* 20261128, 202611281415, 20261128141505, 20261128T141505, 20261128-141505 */
static size_t compact(struct str s)
{
  const size_t n = digits(s, 0);
  size_t more;

  if ((n != 8 && n != 12 && n != 14) || !is_year(date_number(s, 0, 4)) ||
      !is_month(date_number(s, 4, 2)) || !is_day(date_number(s, 6, 2)))
    return 0;
  if (n > 8)
    return is_clock(s, 8, n - 8) ? n : 0;
  more = is_at(s, 8, "Tt_-") ? digits(s, 9) : 0;
  return (more == 4 || more == 6) && is_clock(s, 9, more) ? 9 + more : n;
}

/* ---- dates in words ---- */

/* The year behind a date in words, and what separates it; two digits count too. */
static size_t year_behind(struct str s, size_t at)
{
  const size_t gap = separators(s, at);
  const size_t n = digits(s, at + gap);

  if (!gap || (n != 4 && n != 2) || (n == 4 && !is_year(date_number(s, at + gap, 4))) ||
      (n == 2 && is_at(s, at + gap + 2, ":")))
    return 0;
  return gap + n;
}

static size_t ordinal(struct str s, size_t at)
{
  static const char *const endings[] = { "st", "nd", "rd", "th" };

  for (size_t i = 0; i < ARRAY_LEN(endings); i++)
    if (str_has_prefix(str_skip(s, at), str_of(endings[i])) && !is_letter(s, at + 2))
      return 2;
  return 0;
}

/* Nov 28, Nov 28 14:15:05 2026, November 28, 2026, Nov 2026 */
static size_t month_first(struct str s)
{
  size_t end = month_name(s, 0);
  size_t gap;
  size_t n;
  size_t year;

  if (!end)
    return 0;
  gap = separators(s, end);
  n = digits(s, end + gap);
  if (gap && n == 4 && is_year(date_number(s, end + gap, 4)))
    return end + gap + 4;
  if (!gap || n < 1 || n > 2 || !is_day(date_number(s, end + gap, n)))
    return 0;
  end += gap + n;
  end += ordinal(s, end);
  year = year_behind(s, end);
  if (year)
    return end + year;
  n = behind_date(s, end);
  if (n)
    end += n + year_behind(s, end + n);
  return end;
}

/* 28 Nov 2026, 28-NOV-2026, 28 November */
static size_t day_first(struct str s)
{
  const size_t n = digits(s, 0);
  size_t end = n + ordinal(s, n);
  size_t month;

  if (n < 1 || n > 2 || !is_day(date_number(s, 0, n)))
    return 0;
  end += separators(s, end);
  month = month_name(s, end);
  if (!month || end == n)
    return 0;
  end += month;
  return end + year_behind(s, end);
}

/* 2026-W48, 2026W48, 2026-W48-7 (ISO 8601, 5.2.3) */
static size_t week(struct str s)
{
  const size_t gap = is_at(s, 4, "-");
  const size_t end = 7 + gap;

  if (digits(s, 0) != 4 || !is_year(date_number(s, 0, 4)) || !is_at(s, 4 + gap, "W") ||
      digits(s, 5 + gap) != 2 || date_number(s, 5 + gap, 2) < 1 || date_number(s, 5 + gap, 2) > 53)
    return 0;
  return is_at(s, end, "-") && digits(s, end + 1) == 1 ? end + 2 : end;
}

static size_t date_part(struct str s)
{
  size_t len = year_first(s);

  len = len ? len : week(s);

  len = len ? len : year_last(s);
  len = len ? len : compact(s);
  len = len ? len : month_first(s);
  return len ? len : day_first(s);
}

static bool ends_there(struct str s, size_t at)
{
  return !is_digit(s, at) && !(is_letter(s, at) && at > 0 && is_letter(s, at - 1));
}

size_t date_length(struct str text)
{
  size_t from = 0;
  size_t len = day_name(text, 0);

  if (len) {
    from = len + separators(text, len);
    len = date_part(str_skip(text, from));
    if (!len)
      return 0;
  } else {
    len = date_part(text);
  }
  if (len) {
    from += len;
    from += behind_date(text, from);
    return ends_there(text, from) ? from : 0;
  }
  len = clock_length(text, 0);
  len += len ? zone_length(text, len) : 0;
  return len && ends_there(text, len) ? len : 0;
}
