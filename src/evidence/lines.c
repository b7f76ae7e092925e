/* Lines are aligned by those that are there once on each side and stand in the same order (patience
 * diff's idea): they need no table of all pairs, and a date that shifts a paragraph moves none of
 * them. */
#include "evidence/lines.h"

#include <stdlib.h>

#include "base/alloc.h"

static bool is_end(char c)
{
  return c == '\n' || c == '\0';
}

/* FNV-1a, 64 bits. Lines with equal hashes are compared. */
static uint64_t hash_of(struct str s)
{
  uint64_t hash = UINT64_C(14695981039346656037);

  for (size_t i = 0; i < s.len; i++)
    hash = (hash ^ (unsigned char)s.ptr[i]) * UINT64_C(1099511628211);
  return hash;
}

bool lines_split(struct lines *out, struct str content)
{
  size_t cap = 0;

  *out = (struct lines) { 0 };
  while (content.len) {
    size_t len = 0;
    size_t end;

    while (len < content.len && !is_end(content.ptr[len]))
      len++;
    /* A newline ends a line; of NULs there may be many between two strings. */
    end = len < content.len ? len + 1 : len;
    while (len < content.len && content.ptr[len] == '\0' && end < content.len &&
           content.ptr[end] == '\0')
      end++;
    if (out->n == LINES_MAX) {
      lines_release(out);
      return false;
    }
    out->items = xgrow(out->items, out->n, &cap, sizeof(*out->items));
    out->items[out->n++] = (struct line) { { content.ptr, len },
                                           { content.ptr + len, end - len },
                                           hash_of((struct str) { content.ptr, end }) };
    content = str_skip(content, end);
  }
  return true;
}

void lines_release(struct lines *lines)
{
  free(lines->items);
  *lines = (struct lines) { 0 };
}

bool lines_equal(const struct line *a, const struct line *b)
{
  return a->hash == b->hash && str_equal(a->text, b->text) && str_equal(a->end, b->end);
}

/* ---- sorted ---- */

struct place {
  const struct line *line;
  size_t at;
};

static int by_line(const void *a, const void *b)
{
  const struct place *x = a;
  const struct place *y = b;
  int order;

  if (x->line->hash != y->line->hash)
    return x->line->hash < y->line->hash ? -1 : 1;
  order = str_compare(x->line->text, y->line->text);
  order = order ? order : str_compare(x->line->end, y->line->end);
  return order ? order : (x->at > y->at) - (x->at < y->at);
}

static struct place *lines_sorted(const struct lines *lines, size_t from, size_t to)
{
  struct place *places = xcalloc(to - from + 1, sizeof(*places));

  for (size_t i = from; i < to; i++)
    places[i - from] = (struct place) { &lines->items[i], i };
  qsort(places, to - from, sizeof(*places), by_line);
  return places;
}

bool lines_same_set(const struct lines *a, const struct lines *b)
{
  AUTO_FREE struct place *in_a = NULL;
  AUTO_FREE struct place *in_b = NULL;

  if (a->n != b->n)
    return false;
  in_a = lines_sorted(a, 0, a->n);
  in_b = lines_sorted(b, 0, b->n);
  for (size_t i = 0; i < a->n; i++)
    if (!lines_equal(in_a[i].line, in_b[i].line))
      return false;
  return true;
}

/* ---- anchors ---- */

struct anchor {
  size_t at[2];
  size_t before; /* the anchor before it in the chain, plus 1 */
};

/* Whether the i-th of sorted places is the only one of its line. */
static bool is_single(const struct place *places, size_t n, size_t i)
{
  return (i == 0 || !lines_equal(places[i - 1].line, places[i].line)) &&
         (i + 1 == n || !lines_equal(places[i].line, places[i + 1].line));
}

static int by_a(const void *a, const void *b)
{
  const struct anchor *x = a;
  const struct anchor *y = b;

  return (x->at[0] > y->at[0]) - (x->at[0] < y->at[0]);
}

static struct anchor *find_anchors(const struct lines *const lines[2], const struct lines_gap *gap,
                                   size_t *n)
{
  const size_t n_a = gap->to[0] - gap->from[0];
  const size_t n_b = gap->to[1] - gap->from[1];
  AUTO_FREE struct place *in_a = lines_sorted(lines[0], gap->from[0], gap->to[0]);
  AUTO_FREE struct place *in_b = lines_sorted(lines[1], gap->from[1], gap->to[1]);
  struct anchor *anchors = NULL;
  size_t cap = 0;
  size_t j = 0;

  *n = 0;
  for (size_t i = 0; i < n_a; i++) {
    const struct line *line = in_a[i].line;

    while (j < n_b && (in_b[j].line->hash < line->hash ||
                       (in_b[j].line->hash == line->hash && !lines_equal(in_b[j].line, line))))
      j++;
    if (j == n_b)
      break;
    if (!lines_equal(in_b[j].line, line) || !is_single(in_a, n_a, i) || !is_single(in_b, n_b, j))
      continue;
    anchors = xgrow(anchors, *n, &cap, sizeof(*anchors));
    anchors[(*n)++] = (struct anchor) { .at = { in_a[i].at, in_b[j].at } };
  }
  if (anchors)
    qsort(anchors, *n, sizeof(*anchors), by_a);
  return anchors;
}

/* Keeps the longest chain that is in order on both sides. Returns its length. */
static size_t keep_chain(struct anchor *anchors, size_t n)
{
  AUTO_FREE size_t *tails = xcalloc(n + 1, sizeof(*tails)); /* of chains of each length */
  size_t longest = 0;
  size_t at;

  for (size_t i = 0; i < n; i++) {
    size_t low = 0;
    size_t high = longest;

    while (low < high) {
      const size_t middle = (low + high) / 2;

      if (anchors[tails[middle]].at[1] < anchors[i].at[1])
        low = middle + 1;
      else
        high = middle;
    }
    anchors[i].before = low ? tails[low - 1] + 1 : 0;
    tails[low] = i;
    longest = MAX_OF(longest, low + 1);
  }
  if (!longest)
    return 0;
  at = tails[longest - 1] + 1;
  for (size_t i = longest; i-- > 0;) {
    const struct anchor anchor = anchors[at - 1];

    tails[i] = at - 1;
    at = anchor.before;
  }
  for (size_t i = 0; i < longest; i++)
    anchors[i] = anchors[tails[i]];
  return longest;
}

/* ---- gaps ---- */

static void lines_trim(const struct lines *const lines[2], struct lines_gap *gap)
{
  while (gap->from[0] < gap->to[0] && gap->from[1] < gap->to[1] &&
         lines_equal(&lines[0]->items[gap->from[0]], &lines[1]->items[gap->from[1]])) {
    gap->from[0]++;
    gap->from[1]++;
  }
  while (gap->from[0] < gap->to[0] && gap->from[1] < gap->to[1] &&
         lines_equal(&lines[0]->items[gap->to[0] - 1], &lines[1]->items[gap->to[1] - 1])) {
    gap->to[0]--;
    gap->to[1]--;
  }
}

void lines_diff(const struct lines *a, const struct lines *b,
                void (*gap)(void *context, const struct lines_gap *gap), void *context)
{
  const struct lines *const lines[2] = { a, b };
  struct lines_gap whole = { { 0, 0 }, { a->n, b->n } };
  AUTO_FREE struct anchor *anchors = NULL;
  size_t n;

  lines_trim(lines, &whole);
  anchors = find_anchors(lines, &whole, &n);
  n = anchors ? keep_chain(anchors, n) : 0;
  for (size_t i = 0; i <= n; i++) {
    struct lines_gap part = whole;

    for (int side = 0; side < 2; side++) {
      if (i < n)
        part.to[side] = anchors[i].at[side];
      if (i > 0)
        part.from[side] = anchors[i - 1].at[side] + 1;
    }
    lines_trim(lines, &part);
    if (part.from[0] < part.to[0] || part.from[1] < part.to[1])
      gap(context, &part);
  }
}
