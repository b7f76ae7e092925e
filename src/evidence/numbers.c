/* Doubles are looked for whatever they are near. Of integers, any four or eight other bytes that
 * somebody changes may look like seconds; only those count that are near the time at which their
 * file was last changed, on both sides. */
#include "evidence/numbers.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/civil.h"
#include "evidence/clock.h"

#define SECONDS_FROM 946684800.0 /* 2000 */
#define SECONDS_TO 2145916800.0  /* 2038 */
#define APART (3660 * 86400.0)

/* From 1904, where Apple's and OpenType's times begin ("head" table), and from 1601, where those of
 * Windows do (FILETIME), to 1970. */
#define FROM_1904 INT64_C(2082844800)
#define FROM_1601 INT64_C(11644473600)

enum {
  TRIES_MAX = 16384, /* bytes that differ and are no integer's, until none is looked for */
  TOLD_MAX = 1024    /* times of one content that are told; more are counted */
};

/* How a whole number tells a time. */
static const struct unit {
  size_t width;        /* in bytes: 4 or 8 */
  uint64_t per_second; /* how many of it a second has */
  int64_t before_1970; /* seconds from its beginning to 1970 */
} units[] = {
  { 8, 1000, 0 }, { 8, 1000000, 0 },   { 8, 1000000000, 0 }, { 8, 10000000, FROM_1601 },
  { 4, 1, 0 },    { 4, 1, FROM_1904 },
};

/* The two contents, and what is known of their file. */
struct numbers {
  const struct str *content;
  const struct content_file *file;
  size_t tries;
};

/* A time that is told on both sides. */
struct numbers_found {
  size_t at, width;
  int64_t seconds[2];
};

/* A double at p, of either byte order; 0 if it is no time. */
static double double_at(const char *p, bool is_big)
{
  uint64_t bits;
  double value;

  memcpy(&bits, p, sizeof(bits));
  bits = is_big ? be64toh(bits) : le64toh(bits);
  memcpy(&value, &bits, sizeof(value));
  return value >= SECONDS_FROM && value < SECONDS_TO ? value : 0;
}

static struct str numbers_time(int64_t seconds, struct arena *arena)
{
  char text[CIVIL_TEXT_MAX];

  return str_of(arena_strdup(arena, civil_rfc3339(seconds, text)));
}

/* Whether a number that is a time on both sides stands at the place. */
static bool is_time_at(const struct str content[2], size_t at, bool is_big, int64_t seconds[2])
{
  double values[2];
  double apart;

  for (int side = 0; side < 2; side++) {
    values[side] = double_at(content[side].ptr + at, is_big);
    if (values[side] <= 0)
      return false;
    seconds[side] = (int64_t)values[side];
  }
  apart = values[0] - values[1];
  return (apart < 0 ? -apart : apart) <= APART;
}

/* The number of which the byte at `at`, the first that differs, is a part. */
static bool find_double(const struct numbers *numbers, size_t at, struct numbers_found *out)
{
  for (size_t back = 0; back < sizeof(double) && back <= at; back++)
    for (int is_big = 0; is_big < 2; is_big++)
      if (at - back + sizeof(double) <= numbers->content[0].len &&
          is_time_at(numbers->content, at - back, is_big, out->seconds)) {
        out->at = at - back;
        out->width = sizeof(double);
        return true;
      }
  return false;
}

static uint64_t numbers_integer(const char *p, size_t width, bool is_big)
{
  uint64_t value = 0;

  for (size_t i = 0; i < width; i++)
    value = value << 8 | (unsigned char)p[is_big ? i : width - 1 - i];
  return value;
}

static bool is_integer_at(const struct numbers *numbers, size_t at, const struct unit *unit,
                          bool is_big, int64_t seconds[2])
{
  for (int side = 0; side < 2; side++) {
    const uint64_t value = numbers_integer(numbers->content[side].ptr + at, unit->width, is_big);

    seconds[side] = (int64_t)(value / unit->per_second) - unit->before_1970;
    if (!clock_seconds_near(seconds[side], numbers->file, side))
      return false;
  }
  return true;
}

static bool find_integer(struct numbers *numbers, size_t at, struct numbers_found *out)
{
  if (numbers->tries == TRIES_MAX)
    return false;
  for (size_t i = 0; i < ARRAY_LEN(units); i++)
    for (size_t back = 0; back < units[i].width && back <= at; back++)
      for (int is_big = 0; is_big < 2; is_big++)
        if (at - back + units[i].width <= numbers->content[0].len &&
            is_integer_at(numbers, at - back, &units[i], is_big, out->seconds)) {
          out->at = at - back;
          out->width = units[i].width;
          return true;
        }
  numbers->tries++;
  return false;
}

static void numbers_tell(const struct numbers_found *found, bool with_values, struct arena *arena,
                         struct content_evidence *out)
{
  struct str side[2] = { { NULL, 0 }, { NULL, 0 } };

  for (int i = 0; i < 2 && with_values; i++)
    side[i] = numbers_time(found->seconds[i], arena);
  content_add(out, arena, "embedded-date", "", side[0], side[1]);
}

char *numbers_look(const struct str content[2], const struct content_file *file,
                   struct arena *arena, struct content_evidence *out)
{
  struct numbers numbers = { .content = content, .file = file };
  char *copy = NULL;
  size_t told = 0;

  if (content[0].len != content[1].len)
    return NULL;
  for (size_t i = 0; i < content[0].len; i++) {
    struct numbers_found found;

    if (content[0].ptr[i] == content[1].ptr[i] ||
        (!find_double(&numbers, i, &found) && !find_integer(&numbers, i, &found)))
      continue;
    if (!copy) {
      copy = xmalloc(content[1].len);
      memcpy(copy, content[1].ptr, content[1].len);
    }
    memcpy(copy + found.at, content[0].ptr + found.at, found.width);
    numbers_tell(&found, told++ < TOLD_MAX, arena, out);
    /* Code that somebody changed may look like it. */
    content_leave(out, STR("a number that may be a time"));
    i = found.at + found.width - 1;
  }
  return copy;
}
