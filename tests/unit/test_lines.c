/* What differs in two lists of lines: a script that turns the one into the other, and a shortest
 * one, which a table of all pairs (the textbook's longest common subsequence) is the measure of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/macros.h"
#include "evidence/lines.h"

enum { MOST = 60 };
#define ENOUGH (UINT64_C(1) << 32)

/* Numbers that look like chance and are the same in every run (xorshift64). */
static uint64_t next_random(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static size_t make_lines(char *out, uint64_t *random, unsigned letters)
{
  const size_t n = next_random(random) % MOST;
  size_t len = 0;

  for (size_t i = 0; i < n; i++) {
    out[len++] = (char)('a' + next_random(random) % letters);
    out[len++] = '\n';
  }
  if (len && next_random(random) % 4 == 0)
    len--;
  return len;
}

static size_t fewest_edits(const struct lines *a, const struct lines *b)
{
  size_t common[MOST + 1][MOST + 1] = { { 0 } };

  for (size_t i = 1; i <= a->n; i++)
    for (size_t j = 1; j <= b->n; j++)
      common[i][j] = lines_equal(&a->items[i - 1], &b->items[j - 1])
                         ? common[i - 1][j - 1] + 1
                         : MAX_OF(common[i - 1][j], common[i][j - 1]);
  return a->n + b->n - 2 * common[a->n][b->n];
}

struct walk {
  const struct lines *lines[2];
  size_t at[2], edits;
};

/* Between gaps lines are the same. */
static void pass_equal(struct walk *walk, size_t to0, size_t to1)
{
  assert_int_equal(to0 - walk->at[0], to1 - walk->at[1]);
  for (; walk->at[0] < to0; walk->at[0]++, walk->at[1]++)
    assert_true(
        lines_equal(&walk->lines[0]->items[walk->at[0]], &walk->lines[1]->items[walk->at[1]]));
}

static void on_gap(void *context, const struct lines_gap *gap)
{
  struct walk *walk = context;

  assert_true(gap->from[0] < gap->to[0] || gap->from[1] < gap->to[1]);
  pass_equal(walk, gap->from[0], gap->from[1]);
  walk->edits += gap->to[0] - gap->from[0] + gap->to[1] - gap->from[1];
  memcpy(walk->at, gap->to, sizeof(walk->at));
}

static size_t edits_of(const struct str content[2], uint64_t work, size_t *fewest)
{
  struct lines lines[2];
  struct walk walk = { .edits = 0 };

  for (int side = 0; side < 2; side++) {
    assert_true(lines_split(&lines[side], content[side]));
    walk.lines[side] = &lines[side];
  }
  lines_diff(&lines[0], &lines[1], &work, on_gap, &walk);
  pass_equal(&walk, lines[0].n, lines[1].n);
  if (fewest)
    *fewest = fewest_edits(&lines[0], &lines[1]);
  lines_release(&lines[0]);
  lines_release(&lines[1]);
  return walk.edits;
}

static void shortest(void **state)
{
  uint64_t random = UINT64_C(88172645463325252);
  char text[2][2 * MOST];

  (void)state;
  for (int round = 0; round < 4000; round++) {
    const unsigned letters = 1 + (unsigned)(next_random(&random) % 12);
    struct str content[2];
    size_t fewest;
    size_t found;

    for (int side = 0; side < 2; side++)
      content[side] = (struct str) { text[side], make_lines(text[side], &random, letters) };
    found = edits_of(content, ENOUGH, &fewest);
    assert_int_equal(found, fewest);
    assert_true(edits_of(content, 0, NULL) >= fewest); /* and it is a script */
  }
}

/* Two long lists with nothing in its place: no search that a time could not be given for. */
static void hurried(void **state)
{
  enum { N = 100 * 1000 };
  uint64_t random = 12345;
  char *text[2];
  struct str content[2];

  (void)state;
  for (int side = 0; side < 2; side++) {
    text[side] = malloc((size_t)3 * N);
    assert_non_null(text[side]);
    for (size_t i = 0; i < N; i++) {
      text[side][3 * i] = (char)('a' + next_random(&random) % 26);
      text[side][3 * i + 1] = (char)('a' + next_random(&random) % 26);
      text[side][3 * i + 2] = '\n';
    }
    content[side] = (struct str) { text[side], (size_t)3 * N };
  }
  assert_true(edits_of(content, 0, NULL) <= (size_t)2 * N);
  free(text[0]);
  free(text[1]);
}

/* Appends lines of one letter: n of them, where every period-th is a y and the others are x. */
static void add_periods(struct buf *out, size_t n, size_t period)
{
  for (size_t i = 0; i < n; i++)
    buf_add_str(out, i % period == period - 1 ? STR("y\n") : STR("x\n"));
}

static void skip_gap(void *context, const struct lines_gap *gap)
{
  (void)context;
  (void)gap;
}

/* Lines that are the same are compared, too, and that is work. */
static void same_lines_are_work(void **state)
{
  enum { N = 10000 };
  struct lines lines[2];
  uint64_t work = ENOUGH;

  (void)state;
  AUTO_BUF a = BUF_INIT(1 << 20);
  AUTO_BUF b = BUF_INIT(1 << 20);

  buf_add_str(&a, STR("y\n"));
  add_periods(&a, N, N + 1);
  add_periods(&b, N, N + 1);
  buf_add_str(&b, STR("y\n"));
  assert_true(lines_split(&lines[0], buf_str(&a)));
  assert_true(lines_split(&lines[1], buf_str(&b)));
  lines_diff(&lines[0], &lines[1], &work, skip_gap, NULL);
  assert_true(work <= ENOUGH - N);
  lines_release(&lines[0]);
  lines_release(&lines[1]);
}

/* However much work there is, and wherever it runs out, it is a script. */
static void runs_out(void **state)
{
  AUTO_BUF a = BUF_INIT(1 << 20);
  AUTO_BUF b = BUF_INIT(1 << 20);
  const size_t all = 2 * 3000;

  (void)state;
  add_periods(&a, 3000, 16);
  add_periods(&b, 3000, 13);
  for (uint64_t work = 0; work < 1000 * 1000; work += 1 + work / 8)
    assert_true(edits_of((const struct str[]) { buf_str(&a), buf_str(&b) }, work, NULL) <= all);
}

/* Paths from the bottom get far, those from the top do not: what the former found is not thrown
 * away, which would make this a thousand times as long. */
static void hurried_from_below(void **state)
{
  enum { N = 100 * 1000 };
  AUTO_BUF a = BUF_INIT(8 * N);
  AUTO_BUF b = BUF_INIT(8 * N);

  (void)state;
  for (size_t i = 0; i < N; i++) {
    buf_printf(&a, "%zu\n", i % 1000);
    buf_printf(&b, "%zu\n", 999 - i % 1000);
  }
  add_periods(&a, N, 16);
  add_periods(&b, N, 16);
  assert_true(edits_of((const struct str[]) { buf_str(&a), buf_str(&b) }, 0, NULL) <=
              4 * (size_t)N);
  buf_add_str(&a, STR("x\n")); /* so that not all of it is the same from the end on */
  assert_true(edits_of((const struct str[]) { buf_str(&a), buf_str(&b) }, 0, NULL) <=
              4 * (size_t)N + 1);
}

static void keep_gap(void *context, const struct lines_gap *gap)
{
  *(struct lines_gap *)context = *gap;
}

/* What was put in begins where somebody put it in, not with the end of what stood before. */
static void lowest(void **state)
{
  const struct str content[2] = { STR("a {\n}\n\nc {\n}\n"), STR("a {\n}\n\nb {\n}\n\nc {\n}\n") };
  struct lines lines[2];
  struct lines_gap gap = { { 0, 0 }, { 0, 0 } };
  uint64_t work = ENOUGH;

  (void)state;
  for (int side = 0; side < 2; side++)
    assert_true(lines_split(&lines[side], content[side]));
  lines_diff(&lines[0], &lines[1], &work, keep_gap, &gap);
  assert_int_equal(gap.from[1], 3);
  assert_int_equal(gap.to[1], 6);
  lines_release(&lines[0]);
  lines_release(&lines[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(shortest),
    cmocka_unit_test(hurried),
    cmocka_unit_test(same_lines_are_work),
    cmocka_unit_test(runs_out),
    cmocka_unit_test(hurried_from_below),
    cmocka_unit_test(lowest),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
