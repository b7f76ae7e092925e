#include "evidence/numbers.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

/* Seconds in 32 bits are not looked for: of any four bytes that somebody changes, too many are
 * that.
 */

enum { BYTES_MAX = 32 }; /* where more differ, milliseconds are found by chance */

#define SECONDS_FROM 946684800.0 /* 2000 */
#define SECONDS_TO 2145916800.0  /* 2038 */
#define YEAR (366 * 86400.0)

/* A way to write a time; 0 where the bytes are none. */
typedef double number_reader(const char *p);

static double within(double seconds)
{
  return seconds >= SECONDS_FROM && seconds < SECONDS_TO ? seconds : 0;
}

static uint64_t numbers_word(const char *p)
{
  uint64_t n;

  memcpy(&n, p, sizeof(n));
  return n;
}

static double as_double(uint64_t bits)
{
  double value;

  memcpy(&value, &bits, sizeof(value));
  return within(value);
}

static double double_le(const char *p)
{
  return as_double(le64toh(numbers_word(p)));
}

static double double_be(const char *p)
{
  return as_double(be64toh(numbers_word(p)));
}

static double milliseconds_le(const char *p)
{
  return within((double)le64toh(numbers_word(p)) / 1e3);
}

static double milliseconds_be(const char *p)
{
  return within((double)be64toh(numbers_word(p)) / 1e3);
}

static const struct number_kind {
  number_reader *read;
  size_t len;
  double most; /* seconds between the two */
  const char *id;
  bool anywhere; /* it is hardly ever found by chance */
} number_kinds[] = {
  { double_le, 8, 10 * YEAR, "embedded-date", true },
  { double_be, 8, 10 * YEAR, "embedded-date", true },
  { milliseconds_le, 8, YEAR / 2, "embedded-epoch", false },
  { milliseconds_be, 8, YEAR / 2, "embedded-epoch", false },
};

static struct str numbers_time(double seconds, struct arena *arena)
{
  const time_t whole = (time_t)seconds;
  struct tm tm;
  char text[40];

  if (!gmtime_r(&whole, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
    return STR("?");
  return str_of(arena_strdup(arena, text));
}

struct numbers {
  const struct str *content;
  struct arena *arena;
  struct content_evidence *out;
  bool few; /* bytes differ */
};

static bool is_text(const char *p, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (p[i] < ' ' || p[i] > '~')
      return false;
  return true;
}

/* Whether a number of the kind stands at the place, and is a time on both sides. */
static bool numbers_is_time(const struct numbers *numbers, const struct number_kind *kind,
                            size_t at, double seconds[2])
{
  double apart;

  if (at + kind->len > numbers->content[0].len || (!kind->anywhere && !numbers->few) ||
      (is_text(numbers->content[0].ptr + at, kind->len) &&
       is_text(numbers->content[1].ptr + at, kind->len)))
    return false;
  for (int side = 0; side < 2; side++) {
    seconds[side] = kind->read(numbers->content[side].ptr + at);
    if (seconds[side] <= 0)
      return false;
  }
  apart = seconds[0] - seconds[1];
  return (apart < 0 ? -apart : apart) <= kind->most;
}

/* The number of which the byte at `at`, the first that differs, is a part; false if there is none.
 */
static bool take(struct numbers *numbers, size_t at, size_t *from, size_t *len)
{
  for (size_t i = 0; i < ARRAY_LEN(number_kinds); i++) {
    const struct number_kind *kind = &number_kinds[i];

    for (size_t back = 0; back < kind->len && back <= at; back++) {
      double seconds[2];

      if (!numbers_is_time(numbers, kind, at - back, seconds))
        continue;
      content_add(numbers->out, numbers->arena, kind->id, "",
                  numbers_time(seconds[0], numbers->arena),
                  numbers_time(seconds[1], numbers->arena));
      /* Code that somebody changed may look like it. */
      content_leave(numbers->out, STR("a number that may be a time"));
      *from = at - back;
      *len = kind->len;
      return true;
    }
  }
  return false;
}

static bool few_differ(const struct str content[2])
{
  size_t n = 0;

  for (size_t i = 0; i < content[0].len && n <= BYTES_MAX; i++)
    n += content[0].ptr[i] != content[1].ptr[i];
  return n <= BYTES_MAX;
}

char *numbers_look(const struct str content[2], struct arena *arena, struct content_evidence *out)
{
  struct numbers numbers = { content, arena, out, false };
  char *copy = NULL;

  if (content[0].len != content[1].len)
    return NULL;
  numbers.few = few_differ(content);
  for (size_t i = 0; i < content[0].len; i++) {
    size_t from;
    size_t len;

    if (content[0].ptr[i] == content[1].ptr[i] || !take(&numbers, i, &from, &len))
      continue;
    if (!copy) {
      copy = xmalloc(content[1].len);
      memcpy(copy, content[1].ptr, content[1].len);
    }
    memcpy(copy + from, content[0].ptr + from, len);
    i = from + len - 1;
  }
  return copy;
}
