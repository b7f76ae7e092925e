#include "evidence/lines.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "evidence/edits.h"

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

/* Some order in which equal lines are together. */
static int compare_lines(const struct line *a, const struct line *b)
{
  const int order = a->hash == b->hash ? str_compare(a->text, b->text) : 0;

  if (a->hash != b->hash)
    return a->hash < b->hash ? -1 : 1;
  return order ? order : str_compare(a->end, b->end);
}

static int by_line(const void *a, const void *b)
{
  const struct place *x = a;
  const struct place *y = b;
  const int order = compare_lines(x->line, y->line);

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

/* ---- what has no partner ---- */

/* One side of two stretches of lines that differ. */
struct stretch {
  bool *lone;    /* of each line: it has no partner */
  uint32_t *ids; /* of those that also stand on the other side, in their order */
  size_t *at;    /* where these stand */
  size_t n;      /* how many there are */
};

/* Lines in order of their text, that of an entry's line behind all others of the same. */
static size_t same_lines(const struct place *places, size_t n, size_t from)
{
  size_t to = from + 1;

  while (to < n && lines_equal(places[from].line, places[to].line))
    to++;
  return to;
}

static void set_ids(uint32_t *ids, const struct place *places, size_t from, size_t to, size_t first,
                    uint32_t id)
{
  for (size_t i = from; i < to; i++)
    ids[places[i].at - first] = id;
}

/* Gives equal lines the same number, from 1 on; those that only one side has keep 0. */
static void number_lines(const struct lines *const lines[2], const struct lines_gap *gap,
                         uint32_t *const ids[2])
{
  const size_t n[2] = { gap->to[0] - gap->from[0], gap->to[1] - gap->from[1] };
  AUTO_FREE struct place *in_a = lines_sorted(lines[0], gap->from[0], gap->to[0]);
  AUTO_FREE struct place *in_b = lines_sorted(lines[1], gap->from[1], gap->to[1]);
  uint32_t id = 0;
  size_t i = 0;
  size_t j = 0;

  while (i < n[0] && j < n[1]) {
    const int order = compare_lines(in_a[i].line, in_b[j].line);
    const size_t end_a = same_lines(in_a, n[0], i);
    const size_t end_b = same_lines(in_b, n[1], j);

    if (order == 0) {
      set_ids(ids[0], in_a, i, end_a, gap->from[0], ++id);
      set_ids(ids[1], in_b, j, end_b, gap->from[1], id);
    }
    i = order <= 0 ? end_a : i;
    j = order >= 0 ? end_b : j;
  }
}

/* A line that the other side does not have has no partner: that much is known without a search. */
static void stretch_init(struct stretch *stretch, uint32_t *ids, size_t n)
{
  stretch->lone = xcalloc(n + 1, sizeof(*stretch->lone));
  stretch->at = xcalloc(n + 1, sizeof(*stretch->at));
  stretch->ids = ids;
  stretch->n = 0;
  for (size_t i = 0; i < n; i++) {
    stretch->lone[i] = !ids[i];
    if (!ids[i])
      continue;
    stretch->at[stretch->n] = i;
    stretch->ids[stretch->n++] = ids[i];
  }
}

static void stretch_release(struct stretch *stretch)
{
  free(stretch->lone);
  free(stretch->at);
  free(stretch->ids);
}

/* Sets lone of both. */
static void stretches_compare(struct stretch stretches[2], uint64_t *work)
{
  AUTO_FREE bool *lone_a = xcalloc(stretches[0].n + 1, sizeof(*lone_a));
  AUTO_FREE bool *lone_b = xcalloc(stretches[1].n + 1, sizeof(*lone_b));
  bool *const lone[2] = { lone_a, lone_b };

  edits_find((const uint32_t *const[]) { stretches[0].ids, stretches[1].ids },
             (const size_t[]) { stretches[0].n, stretches[1].n }, work, lone);
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < stretches[side].n; i++)
      stretches[side].lone[stretches[side].at[i]] = lone[side][i];
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

/* Where no line was lost below a gap of one side alone, the gap may as well lie lower: as low as it
 * can, it begins where what was put in begins, most often. */
static bool can_sink(const struct lines *lines, const struct lines_gap *gap, int side, size_t end)
{
  return gap->from[!side] == gap->to[!side] && gap->to[side] < end &&
         lines_equal(&lines->items[gap->from[side]], &lines->items[gap->to[side]]);
}

struct gaps {
  const struct lines *const *lines;
  const struct stretch *stretches;
  struct lines_gap whole;
  size_t at[2];
};

static bool gaps_is_lone(const struct gaps *gaps, int side, size_t i)
{
  return i < gaps->whole.to[side] && gaps->stretches[side].lone[i - gaps->whole.from[side]];
}

static bool gaps_grow(const struct gaps *gaps, struct lines_gap *gap)
{
  bool grown = false;

  for (int side = 0; side < 2; side++)
    for (; gaps_is_lone(gaps, side, gap->to[side]); grown = true)
      gap->to[side]++;
  return grown;
}

/* The next gap; false behind the last. */
static bool gaps_next(struct gaps *gaps, struct lines_gap *out)
{
  const size_t *end = gaps->whole.to;

  while (gaps->at[0] < end[0] && gaps->at[1] < end[1] && !gaps_is_lone(gaps, 0, gaps->at[0]) &&
         !gaps_is_lone(gaps, 1, gaps->at[1])) {
    gaps->at[0]++;
    gaps->at[1]++;
  }
  if (gaps->at[0] == end[0] && gaps->at[1] == end[1])
    return false;
  *out = (struct lines_gap) { { gaps->at[0], gaps->at[1] }, { gaps->at[0], gaps->at[1] } };
  gaps_grow(gaps, out);
  for (int side = 0; side < 2; side++)
    while (can_sink(gaps->lines[side], out, side, end[side])) {
      for (int i = 0; i < 2; i++) {
        out->from[i]++;
        out->to[i]++;
      }
      if (gaps_grow(gaps, out)) /* it has met the next one */
        break;
    }
  memcpy(gaps->at, out->to, sizeof(gaps->at));
  return true;
}

void lines_diff(const struct lines *a, const struct lines *b, uint64_t *work,
                void (*gap)(void *context, const struct lines_gap *gap), void *context)
{
  const struct lines *const lines[2] = { a, b };
  struct lines_gap next = { { 0, 0 }, { a->n, b->n } };
  struct stretch stretches[2];
  struct gaps gaps = { .lines = lines, .stretches = stretches };
  uint32_t *ids[2];

  lines_trim(lines, &next);
  gaps.whole = next;
  memcpy(gaps.at, next.from, sizeof(gaps.at));
  for (int side = 0; side < 2; side++)
    ids[side] = xcalloc(next.to[side] - next.from[side] + 1, sizeof(*ids[side]));
  number_lines(lines, &next, ids);
  for (int side = 0; side < 2; side++)
    stretch_init(&stretches[side], ids[side], next.to[side] - next.from[side]);
  stretches_compare(stretches, work);
  while (gaps_next(&gaps, &next))
    gap(context, &next);
  for (int side = 0; side < 2; side++)
    stretch_release(&stretches[side]);
}
