/* A look into two contents that differ, as the table of causes asks for it. What it sees may be
 * anything, and only the beginning of it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/cause_bytes.h"
#include "policy/cause_table.h"
#include "policy/line_order.h"
#include "policy/paragraphs.h"

struct pair {
  struct str content[2];
  size_t common;  /* bytes that both have */
  size_t first;   /* the first that differs, or common */
  size_t telling; /* the same without what differs in an ELF file because something else does */
  bool differ;    /* a difference is in sight */
  bool whole;     /* all of both is in sight */
  bool all_seen;  /* all that differs is */
  bool same_size;
};

static void pair_init(struct pair *pair, const struct cause_query *query)
{
  const struct str *content = query->content;
  const uint64_t *size = query->size;

  pair->content[0] = content[0];
  pair->content[1] = content[1];
  pair->common = MIN_OF(pair->content[0].len, pair->content[1].len);
  pair->first = 0;
  while (pair->first < pair->common &&
         pair->content[0].ptr[pair->first] == pair->content[1].ptr[pair->first])
    pair->first++;
  pair->telling = elf_first_telling(pair->content, pair->first, pair->common);
  pair->whole = size[0] == pair->content[0].len && size[1] == pair->content[1].len;
  pair->same_size = size[0] == size[1] && pair->content[0].len == pair->content[1].len;
  pair->all_seen = pair->whole || (query->same_rest && size[0] == size[1]);
  pair->differ = pair->first < pair->common || pair->content[0].len != pair->content[1].len;
}

static bool contains(struct str s, struct str text)
{
  return text.len <= s.len && (!text.len || memmem(s.ptr, s.len, text.ptr, text.len));
}

static bool contains_any(struct str s, const struct cause_test *test)
{
  for (size_t i = 0; i < test->n_texts; i++)
    if (contains(s, test->texts[i]))
      return true;
  return false;
}

static bool has_at(struct str s, size_t at, struct str text)
{
  return at <= s.len && str_has_prefix(str_skip(s, at), text);
}

/* ---- shapes ---- */

static bool first_difference_in(const struct pair *pair, const struct cause_test *test)
{
  bool covered[2] = { false, false };

  if (!pair->differ)
    return false;
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < test->n_texts && !covered[side]; i++)
      covered[side] = shape_covers(pair->content[side], pair->telling, test->texts[i]);
  return covered[0] && covered[1];
}

/* ---- strings around the first difference ---- */

enum { MAX_RUN = 4096 };

static bool is_printable(char c)
{
  return c >= ' ' && c <= '~';
}

/* Whether the text begins before the first difference, or there, in the run of printable characters
 * that leads to it. */
static bool run_has(const struct pair *pair, int side, struct str text)
{
  const char *bytes = pair->content[side].ptr;
  size_t from = pair->telling;
  size_t to = MIN_OF(pair->content[side].len, pair->telling + text.len);

  while (from > 0 && pair->telling - from < MAX_RUN && is_printable(bytes[from - 1]))
    from--;
  return contains((struct str) { bytes + from, to - from }, text);
}

static bool first_difference_after(const struct pair *pair, const struct cause_test *test)
{
  if (!pair->differ)
    return false;
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < test->n_texts; i++)
      if (run_has(pair, side, test->texts[i]))
        return true;
  return false;
}

/* ---- windows ---- */

static void allow(uint8_t *allowed, size_t len, int64_t from, int64_t to)
{
  from = MAX_OF(from, (int64_t)0);
  to = MIN_OF(to, (int64_t)len);
  if (from < to)
    memset(allowed + from, 1, (size_t)(to - from));
}

static void allow_after(const struct pair *pair, const struct cause_window *window,
                        uint8_t *allowed)
{
  const char *bytes = pair->content[0].ptr;
  const struct str mark = window->mark;
  size_t at = 0;

  while (at < pair->common) {
    const char *found = memmem(bytes + at, pair->common - at, mark.ptr, mark.len);
    int64_t start;

    if (!found)
      return;
    start = found - bytes;
    allow(allowed, pair->common, start + window->from, start + window->to);
    at = (size_t)start + 1;
  }
}

static void allow_shape(const struct pair *pair, const struct cause_window *window,
                        uint8_t *allowed)
{
  for (size_t at = 0; at < pair->common; at++)
    if (shape_fits(str_skip(pair->content[0], at), window->mark) &&
        shape_fits(str_skip(pair->content[1], at), window->mark))
      allow(allowed, pair->common, (int64_t)at, (int64_t)(at + window->mark.len));
}

/* Which bytes lie in windows, for each that both have, and one more. */
static uint8_t *windows_of(const struct pair *pair, const struct cause_test *test)
{
  uint8_t *allowed = xcalloc(pair->common + 1, 1);

  for (size_t i = 0; i < test->n_windows; i++) {
    const struct cause_window *window = &test->windows[i];

    if (window->kind == WINDOW_BYTES)
      allow(allowed, pair->common, window->from, window->to);
    else if (window->kind == WINDOW_AFTER)
      allow_after(pair, window, allowed);
    else
      allow_shape(pair, window, allowed);
  }
  return allowed;
}

static bool first_difference_within(const struct pair *pair, const struct cause_test *test)
{
  AUTO_FREE uint8_t *allowed = windows_of(pair, test);

  return pair->differ && allowed[pair->first];
}

static bool only_differs_in(const struct pair *pair, const struct cause_test *test)
{
  AUTO_FREE uint8_t *allowed = NULL;

  if (!pair->same_size || !pair->differ)
    return false;
  allowed = windows_of(pair, test);
  for (size_t i = pair->first; i < pair->common; i++)
    if (!allowed[i] && pair->content[0].ptr[i] != pair->content[1].ptr[i])
      return false;
  return true;
}

/* ---- lines ---- */

static bool in_range(struct str column, const struct cause_test *test)
{
  uint64_t number;

  return !test->max || (str_to_u64(column, test->max, &number) && number >= test->min);
}

static bool columns_fit(struct str a, struct str b, const struct cause_test *test)
{
  struct str in_a;
  struct str in_b;

  for (unsigned column = 1;; column++) {
    bool more = next_piece(&a, test->separator, &in_a);

    if (more != next_piece(&b, test->separator, &in_b))
      return false;
    if (!more)
      return true;
    if (!str_equal(in_a, in_b) && (column > 63 || !(test->columns >> column & 1) ||
                                   !in_range(in_a, test) || !in_range(in_b, test)))
      return false;
  }
}

static bool line_fits(struct str a, struct str b, const struct cause_test *test)
{
  if (test->kind == TEST_DIFFERING_COLUMNS)
    return columns_fit(a, b, test);
  return contains_any(a, test) && contains_any(b, test);
}

/* The last line in sight may be cut off: then it is not looked at. */
static bool differing_lines(const struct pair *pair, const struct cause_test *test)
{
  struct str rest[2] = { pair->content[0], pair->content[1] };
  struct str line[2] = { { NULL, 0 }, { NULL, 0 } };
  bool any = false;

  for (;;) {
    bool more = next_piece(&rest[0], '\n', &line[0]);
    bool more_b = next_piece(&rest[1], '\n', &line[1]);

    if (!pair->whole && (!rest[0].ptr || !rest[1].ptr))
      return any;
    if (more != more_b)
      return false;
    if (!more)
      return any;
    if (str_equal(line[0], line[1]))
      continue;
    if (!line_fits(line[0], line[1], test))
      return false;
    any = true;
  }
}

static int by_bytes(const void *a, const void *b)
{
  return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct str *sorted_lines(struct str s, size_t *n)
{
  struct str *lines = NULL;
  struct str line;
  size_t cap = 0;

  for (*n = 0; next_piece(&s, '\n', &line); (*n)++) {
    lines = xgrow(lines, *n, &cap, sizeof(*lines));
    lines[*n] = line;
  }
  if (lines)
    qsort(lines, *n, sizeof(*lines), by_bytes);
  return lines;
}

static bool same_lines(const struct pair *pair)
{
  size_t n[2];
  AUTO_FREE struct str *a = NULL;
  AUTO_FREE struct str *b = NULL;

  if (!pair->whole || !pair->same_size || !pair->differ)
    return false;
  a = sorted_lines(pair->content[0], &n[0]);
  b = sorted_lines(pair->content[1], &n[1]);
  for (size_t i = 0; n[0] == n[1] && i < n[0]; i++)
    if (!str_equal(a[i], b[i]))
      return false;
  return n[0] == n[1];
}

/* ---- all ---- */

static bool cause_test_holds(const struct pair *pair, const struct cause_test *test)
{
  switch (test->kind) {
  case TEST_AT:
    return has_at(pair->content[0], test->at, test->texts[0]) &&
           has_at(pair->content[1], test->at, test->texts[0]);
  case TEST_CONTAINS:
    return contains_any(pair->content[0], test) && contains_any(pair->content[1], test);
  case TEST_EITHER_CONTAINS:
    return contains_any(pair->content[0], test) || contains_any(pair->content[1], test);
  case TEST_ONLY_DIFFERS_IN:
    return pair->all_seen && only_differs_in(pair, test);
  case TEST_BEGINNING_DIFFERS_IN:
    return only_differs_in(pair, test);
  case TEST_DIFFERING_LINES:
  case TEST_DIFFERING_COLUMNS:
    return differing_lines(pair, test);
  case TEST_SAME_LINES:
    return same_lines(pair);
  case TEST_FREE_LINES:
    return same_lines(pair) && line_order_look(pair->content) == LINE_ORDER_FREE;
  case TEST_SAME_PARAGRAPHS:
    return pair->whole && pair->same_size && pair->differ && same_paragraphs(pair->content);
  case TEST_SAME_SIZE:
    return pair->same_size;
  case TEST_FIRST_DIFFERENCE_WITHIN:
    return first_difference_within(pair, test);
  case TEST_FIRST_DIFFERENCE_IN:
    return first_difference_in(pair, test);
  case TEST_FIRST_DIFFERENCE_AFTER:
    return first_difference_after(pair, test);
  }
  return false;
}

/* Whether the test holds only if all that differs is what it looks for. That lines which differ
 * hold some text says nothing of what else they hold; and that bytes differ at certain places says
 * nothing where nobody read the format that gives these places their meaning: anything may begin
 * like a gzip file. */
static bool is_of_all(const struct pair *pair, const struct cause_test *test)
{
  switch (test->kind) {
  case TEST_SAME_LINES:
  case TEST_FREE_LINES:
  case TEST_SAME_PARAGRAPHS:
    return true;
  case TEST_DIFFERING_COLUMNS:
    return pair->all_seen && !test->likely;
  case TEST_ONLY_DIFFERS_IN:
  case TEST_BEGINNING_DIFFERS_IN:
  case TEST_AT:
  case TEST_CONTAINS:
  case TEST_EITHER_CONTAINS:
  case TEST_DIFFERING_LINES:
  case TEST_SAME_SIZE:
  case TEST_FIRST_DIFFERENCE_WITHIN:
  case TEST_FIRST_DIFFERENCE_IN:
  case TEST_FIRST_DIFFERENCE_AFTER:
    break;
  }
  return false;
}

bool cause_tests_hold(const struct cause_test *tests, size_t n_tests,
                      const struct cause_query *query, bool *first_only)
{
  struct pair pair;

  pair_init(&pair, query);
  *first_only = true;
  for (size_t i = 0; i < n_tests; i++) {
    if (!cause_test_holds(&pair, &tests[i]))
      return false;
    *first_only = *first_only && !is_of_all(&pair, &tests[i]);
  }
  return true;
}
