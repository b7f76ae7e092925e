#include "evidence/when.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/civil.h"
#include "base/digit.h"
#include "base/macros.h"
#include "evidence/key.h"

enum {
  WORDS_BEFORE = 3, /* of a value that are looked at */
  TEXT_BEFORE = 64, /* bytes of it that are */
  DAYS_BEFORE = 3,  /* a build may take so long, … */
  DAYS_AFTER = 1,   /* … and write in another zone's time */
  HALF_HOUR = 1800,
  MINUTES = 300,
  PLAUSIBLE_FROM = 946684800, /* 2000: an earlier time of a file was set, and tells nothing */
};

/* ---- by the words before it ---- */

static bool holds_any(struct str s, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const size_t len = strlen(words[i]);

    for (size_t at = 0; at + len <= s.len; at++)
      if (strncasecmp(s.ptr + at, words[i], len) == 0)
        return true;
  }
  return false;
}

static bool is_word_of(struct str s, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (s.len == strlen(words[i]) && strncasecmp(s.ptr, words[i], s.len) == 0)
      return true;
  return false;
}

static bool bounds(struct str word)
{
  static const char *const words[] = { "from",  "to",    "min",  "not",   "next",
                                       "newer", "older", "than", "rotate" };

  return key_has_word(word, words, ARRAY_LEN(words));
}

/* Whether the word, the last one of what stands before a value, is what the value is called:
 * "from: 2026-11-28", and not "generated from 2026-11-28". */
static bool is_assigned(struct str word, struct str before)
{
  const char *behind = word.ptr + word.len;
  const struct str rest = { behind, (size_t)(before.ptr + before.len - behind) };

  return rest.len && (memchr(rest.ptr, '=', rest.len) || memchr(rest.ptr, ':', rest.len));
}

/* Of words in one name, those that make a bound of it: "date_from", "not-newer". Words of their own
 * may say anything ("generated from"). */
static bool is_bounding(struct str word)
{
  size_t n = 0;

  while (n < word.len && word.ptr[n] >= 'a' && word.ptr[n] <= 'z')
    n++;
  return n < word.len && bounds(word);
}

static bool when_rules(struct str word)
{
  static const char *const parts[] = {
    "expir",  "valid",   "until",   "deadline",  "not_before", "notbefore", "not_after", "notafter",
    "since",  "timeout", "schedul", "interval",  "cutoff",     "release",   "max",       "limit",
    "start",  "begin",   "birth",   "lifetime",  "retention",  "renew",     "due",       "embargo",
    "sunset", "revok",   "activat", "effective", "freeze",     "trigger",   "refresh",   "calendar",
  };
  static const char *const whole[] = { "before", "after", "end", "ends", "ttl",
                                       "exp",    "nbf",   "eol", "till" };

  return holds_any(word, parts, ARRAY_LEN(parts)) || key_has_word(word, whole, ARRAY_LEN(whole)) ||
         is_bounding(word);
}

/* What a value is that is used, or a number that is none of seconds: only as the name right before
 * it, since "version 1.2 of 2026-11-28" says a date all the same. */
static bool when_picks(struct str word)
{
  static const char *const whole[] = { "version", "tag",    "channel", "image", "snapshot",
                                       "nightly", "serial", "seq",     "uid",   "gid",
                                       "port",    "pin",    "pinned",  "block", "threshold" };

  return key_has_word(word, whole, ARRAY_LEN(whole));
}

static bool when_makes(struct str word)
{
  static const char *const parts[] = { "build",  "built",   "compil",  "creat", "generat",
                                       "packag", "modif",   "updat",   "stamp", "render",
                                       "mtime",  "printed", "produced" };
  static const char *const whole[] = { "date", "dated", "made", "epoch" };
  static const char *const counts[] = { "generation" };

  return (holds_any(word, parts, ARRAY_LEN(parts)) &&
          !key_has_word(word, counts, ARRAY_LEN(counts))) ||
         is_word_of(word, whole, ARRAY_LEN(whole));
}

static bool when_is_time(struct str word)
{
  static const char *const whole[] = { "time", "t", "ts", "when", "ctime", "utime", "date" };

  return key_has_word(word, whole, ARRAY_LEN(whole));
}

/* Goes out of the brackets that were opened last: '"expires": {"at": ' is about what expires. */
static bool leave_brackets(struct str *before)
{
  size_t n = before->len;

  while (n && !(isalnum((unsigned char)before->ptr[n - 1]) ||
                (before->ptr[n - 1] && strchr("{[", before->ptr[n - 1]))))
    n--;
  if (!n || isalnum((unsigned char)before->ptr[n - 1]))
    return false;
  before->len = n - 1;
  return true;
}

enum when_said when_said(struct str before)
{
  enum when_said said = WHEN_UNSAID;
  bool around = false; /* only what rules it counts */

  for (int i = 0; i < WORDS_BEFORE; i++) {
    struct str word = key_before(before);

    while (!word.len && leave_brackets(&before)) {
      around = true;
      word = key_before(before);
    }
    if (!word.len)
      break;
    if (when_rules(word))
      return WHEN_OTHER;
    if (!i &&
        ((!when_makes(word) && when_picks(word)) || (is_assigned(word, before) && bounds(word))))
      return WHEN_OTHER;
    if (!around && when_makes(word))
      said = WHEN_MADE;
    else if (!around && said == WHEN_UNSAID && when_is_time(word))
      said = WHEN_TIME;
    before.len = (size_t)(word.ptr - before.ptr);
  }
  return said;
}

bool when_is_ruled(const char *start, const char *value)
{
  size_t n = 0;

  while (n < TEXT_BEFORE && value - n > start && value[-1 - (ptrdiff_t)n] >= ' ' &&
         value[-1 - (ptrdiff_t)n] != '\x7f')
    n++;
  return when_said((struct str) { value - n, n }) == WHEN_OTHER;
}

/* ---- by the clock ---- */

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

static bool when_is_digit(char c)
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
    size_t n = run_of(text, when_is_digit);

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

/* hh:mm:ss, in a zone that is whole half hours from UTC, up to some minutes before. */
static bool is_clock_near(const struct parts *parts, const struct content_file *file, int side)
{
  const int64_t clock = parts->numbers[1] * INT64_C(60) + parts->numbers[2];

  for (size_t i = 0; i < ARRAY_LEN(file->changed[side]); i++) {
    const int64_t changed = file->changed[side][i];

    if (changed >= PLAUSIBLE_FROM &&
        (changed - clock % HALF_HOUR + HALF_HOUR) % HALF_HOUR <= MINUTES)
      return true;
  }
  return false;
}

static bool is_clock(const struct parts *parts)
{
  return !parts->month && parts->n && parts->lengths[0] <= 2 && parts->clock[0];
}

static bool is_date_near(struct str text, const struct content_file *file, int side)
{
  struct parts parts;
  int64_t days[2];
  size_t n;

  take_apart(text, &parts);
  if (is_clock(&parts))
    return parts.n >= 3 && parts.clock[2] && parts.numbers[2] && is_clock_near(&parts, file, side);
  n = days_of(&parts, days);
  for (size_t i = 0; i < n; i++)
    if (is_day_near(days[i], file, side))
      return true;
  return false;
}

bool when_near(const struct token *token, const struct content_file *file, int side)
{
  uint64_t seconds = 0;

  if (token->kind != TOKEN_EPOCH)
    return is_date_near(token->text, file, side);
  return token->text.len >= 10 &&
         str_to_u64((struct str) { token->text.ptr, 10 }, UINT64_MAX, &seconds) &&
         is_day_near((int64_t)seconds / CIVIL_DAY_SECONDS, file, side);
}

bool when_is_clock(const struct token *token)
{
  struct parts parts;

  take_apart(token->text, &parts);
  return token->kind == TOKEN_DATE && is_clock(&parts);
}

bool when_seconds_near(int64_t seconds, const struct content_file *file, int side)
{
  return seconds > 0 && is_day_near(seconds / CIVIL_DAY_SECONDS, file, side);
}
