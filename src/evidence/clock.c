#include "evidence/clock.h"

#include <strings.h>

#include "base/civil.h"
#include "base/digit.h"
#include "base/macros.h"

enum {
  DAYS_BEFORE = 3, /* a build may take so long, … */
  DAYS_AFTER = 1,  /* … and write in another zone's time */
  MINUTE = 60,
  HALF_HOUR = 1800,
  HOUR = 3600,
  MINUTES = 300,              /* from taking the time to closing the file */
  LATE = 2,                   /* seconds that a file's time may be behind, in whole numbers */
  WEST = 12 * HOUR,           /* zones lie so far from UTC, … */
  EAST = 14 * HOUR,           /* … in whole half hours (but for two) */
  PLAUSIBLE_FROM = 946684800, /* 2000: an earlier time of a file was set, and tells nothing */
};

/* ---- days ---- */

/* The numbers and the month's name in a date. */
struct parts {
  int numbers[8];
  size_t lengths[8]; /* in digits */
  bool clock[8];     /* part of a time of day */
  size_t n;
  int month; /* 0: not named */
};

static int month_named(struct str s)
{
  static const char *const names[] = { "jan", "feb", "mar", "apr", "may", "jun",
                                       "jul", "aug", "sep", "oct", "nov", "dec" };

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (s.len >= 3 && strncasecmp(s.ptr, names[i], 3) == 0)
      return (int)i + 1;
  return 0;
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t run_of(struct str s, bool (*fits)(char))
{
  size_t n = 0;

  while (n < s.len && fits(s.ptr[n]))
    n++;
  return n;
}

static bool is_digit(char c)
{
  return digit_is_decimal(c);
}

static void add_number(struct parts *out, struct str digits, bool is_clock)
{
  int value = 0;

  if (out->n == ARRAY_LEN(out->numbers))
    return;
  for (size_t i = 0; i < digits.len && i < 8; i++)
    value = value * 10 + (digits.ptr[i] - '0');
  out->numbers[out->n] = value;
  out->lengths[out->n] = digits.len;
  out->clock[out->n++] = is_clock;
}

static void take_apart(struct str text, struct parts *out)
{
  char before = '\0';

  *out = (struct parts) { .n = 0 };
  while (text.len) {
    size_t n = run_of(text, is_digit);

    if (n) {
      add_number(out, (struct str) { text.ptr, n },
                 before == ':' || (n < text.len && text.ptr[n] == ':'));
    } else if ((n = run_of(text, is_letter))) {
      out->month = out->month ? out->month : month_named((struct str) { text.ptr, n });
    } else {
      n = 1;
    }
    before = text.ptr[n - 1];
    text = str_skip(text, n);
  }
}

/* Up to two days that the parts may mean; how many. */
static size_t days_in_words(const struct parts *parts, int64_t days[2])
{
  int year = 0;
  int day = 0;

  for (size_t i = 0; i < parts->n; i++) {
    if (parts->lengths[i] == 4 && !year)
      year = parts->numbers[i];
    else if (parts->lengths[i] <= 2 && !parts->clock[i] && !day)
      day = parts->numbers[i];
  }
  if (!year)
    return 0;
  days[0] = civil_days(year, parts->month, day ? day : 1);
  days[1] = civil_days(year, parts->month, day ? day : 31);
  return 2;
}

static size_t days_of(const struct parts *parts, int64_t days[2])
{
  const int *n = parts->numbers;

  if (parts->month)
    return days_in_words(parts, days);
  if (!parts->n)
    return 0;
  if (parts->lengths[0] >= 8) { /* 20261128…; of longer ones the first eight digits were taken */
    days[0] = civil_days(n[0] / 10000, n[0] / 100 % 100, n[0] % 100);
    return 1;
  }
  if (parts->n < 3)
    return 0;
  if (parts->lengths[0] == 4) {
    days[0] = civil_days(n[0], n[1], n[2]);
    return 1;
  }
  if (parts->lengths[2] != 4)
    return 0;
  days[0] = civil_days(n[2], n[0], n[1]); /* 11/28/2026, … */
  days[1] = civil_days(n[2], n[1], n[0]); /* … 28.11.2026 */
  return 2;
}

static bool is_day_near(int64_t day, const struct content_file *file, int side)
{
  for (size_t i = 0; i < ARRAY_LEN(file->changed[side]); i++) {
    const int64_t changed = file->changed[side][i] / CIVIL_DAY_SECONDS;

    if (file->changed[side][i] >= PLAUSIBLE_FROM && day >= changed - DAYS_BEFORE &&
        day <= changed + DAYS_AFTER)
      return true;
  }
  return false;
}

/* ---- times of day ---- */

/* A time of day, to the second. */
struct time_of_day {
  int seconds; /* since midnight */
  bool zoned;  /* it is told in which zone; … */
  int zone;    /* … seconds east of UTC */
};

static size_t digits_at(struct str s, size_t at)
{
  return at < s.len ? run_of(str_skip(s, at), is_digit) : 0;
}

static int number_at(struct str s, size_t at)
{
  return (s.ptr[at] - '0') * 10 + (s.ptr[at + 1] - '0');
}

static bool has_byte(struct str s, size_t at, const char *any)
{
  return at < s.len && s.ptr[at] && strchr(any, s.ptr[at]);
}

/* "14:15:05"; how long that is. */
static size_t read_clock(struct str s, size_t at, int *seconds)
{
  const size_t hours = digits_at(s, at);
  const size_t minute = at + hours + 1;

  if (hours < 1 || hours > 2 || !has_byte(s, minute - 1, ":") || digits_at(s, minute) != 2 ||
      !has_byte(s, minute + 2, ":") || digits_at(s, minute + 3) != 2)
    return 0;
  *seconds = (hours == 2 ? number_at(s, at) : s.ptr[at] - '0') * HOUR +
             number_at(s, minute) * MINUTE + number_at(s, minute + 3);
  return hours + 6;
}

/* "141505", behind eight digits of a day, and perhaps a sign; how long that is. */
static size_t read_compact(struct str s, size_t at, int *seconds)
{
  const size_t n = digits_at(s, at);

  if (n == 14)
    at += 8;
  else if (n == 8 && has_byte(s, at + 8, "Tt_-") && digits_at(s, at + 9) == 6)
    at += 9;
  else
    return 0;
  *seconds = number_at(s, at) * HOUR + number_at(s, at + 2) * MINUTE + number_at(s, at + 4);
  return n == 14 ? 14 : 15;
}

/* Zones that are of one place by their names; others are of several. */
static bool find_zone(struct str name, int *zone)
{
  static const struct {
    const char *name;
    int hours;
  } zones[] = {
    { "Z", 0 },    { "z", 0 },    { "UTC", 0 },  { "GMT", 0 },  { "CET", 1 },
    { "CEST", 2 }, { "MSK", 3 },  { "JST", 9 },  { "EST", -5 }, { "EDT", -4 },
    { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
  };

  for (size_t i = 0; i < ARRAY_LEN(zones); i++)
    if (str_equal(name, str_of(zones[i].name))) {
      *zone = zones[i].hours * HOUR;
      return true;
    }
  return false;
}

/* What stands behind the time: "Z", "+01:00", "+01'00'", "UTC"; others may be anywhere. */
static void read_zone(struct str s, struct time_of_day *out)
{
  size_t minutes;

  if (has_byte(s, 0, ".,"))
    s = str_skip(s, 1 + digits_at(s, 1));
  if (has_byte(s, 0, " "))
    s = str_skip(s, 1);
  out->zone = 0;
  out->zoned = find_zone((struct str) { s.ptr, run_of(s, is_letter) }, &out->zone);
  if (out->zoned || !has_byte(s, 0, "+-") || digits_at(s, 1) < 2)
    return;
  minutes = digits_at(s, 1) >= 4 ? 3 : 4;
  out->zone = number_at(s, 1) * HOUR;
  if (digits_at(s, minutes) >= 2)
    out->zone += number_at(s, minutes) * MINUTE;
  if (s.ptr[0] == '-')
    out->zone = -out->zone;
  out->zoned = true;
}

/* "AM" or "PM". */
static bool has_half(struct str s, char first)
{
  for (size_t i = 0; i + 1 < s.len; i++)
    if (s.ptr[i] == first && s.ptr[i + 1] == 'M')
      return true;
  return false;
}

/* False: the text has no time to the second. */
static bool find_time_of_day(struct str text, struct time_of_day *out)
{
  for (size_t at = 0; at < text.len; at += MAX_OF(digits_at(text, at), (size_t)1)) {
    size_t len = read_clock(text, at, &out->seconds);

    len = len ? len : read_compact(text, at, &out->seconds);
    if (!len)
      continue;
    read_zone(str_skip(text, at + len), out);
    if (has_half(text, 'P') && out->seconds < 12 * HOUR)
      out->seconds += 12 * HOUR;
    else if (has_half(text, 'A') && out->seconds >= 12 * HOUR)
      out->seconds -= 12 * HOUR;
    return true;
  }
  return false;
}

/* What people set: the beginning or the last second of something. */
static bool is_round(int seconds)
{
  return seconds % MINUTE == 0 || seconds % HOUR == HOUR - 1;
}

/* Whether something that was changed may have been told this time a moment before, in UTC. */
static bool is_moment_before(int64_t told, int64_t changed)
{
  return changed - told >= -LATE && changed - told <= MINUTES;
}

/* ---- all ---- */

/* told: as if it were UTC, where there is no zone. */
static bool is_second(int64_t told, const struct time_of_day *time, const struct content_file *file,
                      int side)
{
  for (size_t i = 0; i < ARRAY_LEN(file->changed[side]); i++) {
    const int64_t changed = file->changed[side][i];
    const int64_t behind = changed - told; /* and as far as the zone from UTC */

    if (changed < PLAUSIBLE_FROM)
      continue;
    if (is_moment_before(told, changed))
      return true;
    if (!time->zoned && !is_round(time->seconds) && behind >= -EAST && behind <= WEST + MINUTE &&
        (behind + EAST) % HALF_HOUR <= MINUTE)
      return true;
  }
  return false;
}

/* hh:mm:ss, in a zone that is whole half hours from UTC, up to some minutes before. */
static bool is_clock_near(const struct time_of_day *time, const struct content_file *file, int side)
{
  for (size_t i = 0; i < ARRAY_LEN(file->changed[side]); i++) {
    const int64_t changed = file->changed[side][i];

    if (changed >= PLAUSIBLE_FROM &&
        (changed - time->seconds % HALF_HOUR + HALF_HOUR) % HALF_HOUR <= MINUTES)
      return true;
  }
  return false;
}

static bool is_clock(const struct parts *parts)
{
  return !parts->month && parts->n && parts->lengths[0] <= 2 && parts->clock[0];
}

static enum clock_fit date_fits(struct str text, const struct content_file *file, int side)
{
  enum clock_fit fit = CLOCK_FAR;
  struct time_of_day time = { 0 };
  const bool timed = find_time_of_day(text, &time);
  struct parts parts;
  int64_t days[2];
  size_t n;

  take_apart(text, &parts);
  if (is_clock(&parts))
    return timed && !is_round(time.seconds) && is_clock_near(&time, file, side) ? CLOCK_DAY
                                                                                : CLOCK_FAR;
  n = days_of(&parts, days);
  for (size_t i = 0; i < n; i++) {
    if (is_day_near(days[i], file, side))
      fit = MAX_OF(fit, CLOCK_DAY);
    if (timed &&
        is_second(days[i] * CIVIL_DAY_SECONDS + time.seconds - time.zone, &time, file, side))
      fit = CLOCK_SECOND;
  }
  return fit;
}

static enum clock_fit number_fits(struct str text, const struct content_file *file, int side)
{
  const struct time_of_day utc = { .zoned = true };
  uint64_t seconds = 0;

  if (text.len < 10 || !str_to_u64((struct str) { text.ptr, 10 }, UINT64_MAX, &seconds))
    return CLOCK_FAR;
  if (is_second((int64_t)seconds, &utc, file, side))
    return CLOCK_SECOND;
  return clock_seconds_near((int64_t)seconds, file, side) ? CLOCK_DAY : CLOCK_FAR;
}

enum clock_fit clock_fits(const struct token *token, const struct content_file *file, int side)
{
  return token->kind == TOKEN_EPOCH ? number_fits(token->text, file, side)
                                    : date_fits(token->text, file, side);
}

bool clock_is_time_of_day(const struct token *token)
{
  struct parts parts;

  take_apart(token->text, &parts);
  return token->kind == TOKEN_DATE && is_clock(&parts);
}

bool clock_seconds_near(int64_t seconds, const struct content_file *file, int side)
{
  return seconds > 0 && is_day_near(seconds / CIVIL_DAY_SECONDS, file, side);
}
