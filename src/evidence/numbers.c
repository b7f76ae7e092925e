/* Only doubles are looked for: of any four or eight other bytes that somebody changes, too many
 * look like seconds or milliseconds. */
#include "evidence/numbers.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/civil.h"

#define SECONDS_FROM 946684800.0 /* 2000 */
#define SECONDS_TO 2145916800.0  /* 2038 */
#define APART (3660 * 86400.0)

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

static struct str numbers_time(double seconds, struct arena *arena)
{
  char text[CIVIL_TEXT_MAX];

  return str_of(arena_strdup(arena, civil_rfc3339((int64_t)seconds, text)));
}

/* Whether a number that is a time on both sides stands at the place. */
static bool is_time_at(const struct str content[2], size_t at, bool is_big, double seconds[2])
{
  double apart;

  for (int side = 0; side < 2; side++) {
    seconds[side] = double_at(content[side].ptr + at, is_big);
    if (seconds[side] <= 0)
      return false;
  }
  apart = seconds[0] - seconds[1];
  return (apart < 0 ? -apart : apart) <= APART;
}

/* The place of the number of which the byte at `at`, the first that differs, is a part; SIZE_MAX:
 * there is none. */
static size_t find_number(const struct str content[2], size_t at, double seconds[2])
{
  for (size_t back = 0; back < sizeof(double) && back <= at; back++)
    for (int is_big = 0; is_big < 2; is_big++)
      if (at - back + sizeof(double) <= content[0].len &&
          is_time_at(content, at - back, is_big, seconds))
        return at - back;
  return SIZE_MAX;
}

char *numbers_look(const struct str content[2], struct arena *arena, struct content_evidence *out)
{
  char *copy = NULL;

  if (content[0].len != content[1].len)
    return NULL;
  for (size_t i = 0; i < content[0].len; i++) {
    double seconds[2];
    size_t from;

    if (content[0].ptr[i] == content[1].ptr[i] ||
        (from = find_number(content, i, seconds)) == SIZE_MAX)
      continue;
    if (!copy) {
      copy = xmalloc(content[1].len);
      memcpy(copy, content[1].ptr, content[1].len);
    }
    memcpy(copy + from, content[0].ptr + from, sizeof(double));
    content_add(out, arena, "embedded-date", "", numbers_time(seconds[0], arena),
                numbers_time(seconds[1], arena));
    /* Code that somebody changed may look like it. */
    content_leave(out, STR("a number that may be a time"));
    i = from + sizeof(double) - 1;
  }
  return copy;
}
