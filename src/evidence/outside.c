#include "evidence/outside.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Where members' contents lie in a file, in order; to be freed. */
struct place {
  size_t at, len;
};

static int by_place(const void *a, const void *b)
{
  const struct place *x = a;
  const struct place *y = b;

  return (x->at > y->at) - (x->at < y->at);
}

static struct place *places_of(const struct format_parts *parts, size_t *n)
{
  struct place *places = xcalloc(parts->n_members + 1, sizeof(*places));

  *n = 0;
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct str stored = parts->members[i].content.stored;

    if (stored.len && stored.ptr >= parts->bytes.ptr &&
        stored.ptr < parts->bytes.ptr + parts->bytes.len)
      places[(*n)++] = (struct place) { (size_t)(stored.ptr - parts->bytes.ptr), stored.len };
  }
  qsort(places, *n, sizeof(*places), by_place);
  return places;
}

bool outside_members_same(struct format_parts *const parts[2])
{
  size_t n[2];
  AUTO_FREE struct place *a = places_of(parts[0], &n[0]);
  AUTO_FREE struct place *b = places_of(parts[1], &n[1]);
  size_t at = 0;

  if (n[0] != n[1] || parts[0]->bytes.len != parts[1]->bytes.len)
    return false;
  for (size_t i = 0; i <= n[0]; i++) {
    const size_t to = i < n[0] ? a[i].at : parts[0]->bytes.len;

    if (i < n[0] && (b[i].at != to || b[i].len != a[i].len))
      return false;
    if (to > at && memcmp(parts[0]->bytes.ptr + at, parts[1]->bytes.ptr + at, to - at) != 0)
      return false;
    at = MAX_OF(at, i < n[0] ? to + a[i].len : to);
  }
  return true;
}
