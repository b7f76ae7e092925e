/* The table of causes against its own examples, and the rules by which one is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/cause_table.h"

/* An example may name several fields: the most telling is asked about. */
static void add_field(struct cause_query *query, struct policy_field field)
{
  if (query->has_field && query->field.kind <= field.kind)
    return;
  query->has_field = true;
  query->field = field;
}

static void add_fields(struct cause_query *query, const char *fields)
{
  struct str rest = str_of(fields);

  while (rest.len) {
    const char *comma = memchr(rest.ptr, ',', rest.len);
    struct str name = { rest.ptr, comma ? (size_t)(comma - rest.ptr) : rest.len };
    struct policy_field field;
    struct error err;

    if (field_parse(&field, name, &err))
      fail_msg("%s", err.message);
    add_field(query, field);
    rest = str_skip(rest, name.len + 1);
  }
}

static struct cause_query query_of(const struct cause_example *example)
{
  struct cause_query query = { .path = str_of(example->path) };

  memcpy(query.types, example->types, sizeof(query.types));
  add_fields(&query, example->fields);
  for (int side = 0; side < 2; side++) {
    query.content[side] = example->content[side];
    query.size[side] = example->content[side].len;
  }
  return query;
}

static void test_examples(void **state)
{
  (void)state;
  for (size_t i = 0; i < n_cause_examples; i++) {
    const struct cause_example *example = &cause_examples[i];
    const struct cause_query query = query_of(example);
    const struct cause *found = cause_find(&query, NULL);
    const char *id = found ? cause_id(found) : "none";

    if ((strcmp(id, example->id) == 0) == example->counter)
      fail_msg("example %zu, \"%s\" (%s): expected %s%s, found %s", i, example->path,
               example->fields, example->counter ? "not " : "", example->id, id);
  }
}

static size_t count_examples(const struct cause *cause, bool counter)
{
  size_t n = 0;

  for (size_t i = 0; i < n_cause_examples; i++)
    n += strcmp(cause_examples[i].id, cause_id(cause)) == 0 && cause_examples[i].counter == counter;
  return n;
}

static void test_table(void **state)
{
  (void)state;
  for (size_t i = 0; i < causes_count(); i++) {
    const struct cause *cause = cause_at(i);

    assert_int_equal(cause_index(cause), i);
    if (cause->found_elsewhere)
      assert_int_equal(count_examples(cause, false), 0);
    else if (!count_examples(cause, false) || (cause->n_tests && !count_examples(cause, true)))
      fail_msg("%s: expected examples, and counterexamples for what it looks for", cause_id(cause));
    assert_true(strlen(cause_title(cause)) > 0);
    assert_true(strlen(cause_text(cause)) > 0);
    assert_true(strlen(cause_fix(cause)) > 0);
    assert_non_null(cause_sources(cause)[0]);
  }
  assert_true(causes_count() >= 45);
}

static const char *find(const char *path, const char *fields, const char *a, const char *b,
                        enum cause_evidence *evidence)
{
  struct cause_query query = { .path = str_of(path), .types = "00" };
  const struct cause *found;

  add_fields(&query, fields);
  query.content[0] = str_of(a);
  query.content[1] = str_of(b);
  query.size[0] = query.content[0].len;
  query.size[1] = query.content[1].len;
  found = cause_find(&query, evidence);
  return found ? cause_id(found) : "none";
}

static void test_choice(void **state)
{
  enum cause_evidence evidence = CAUSE_BY_CONTENT;

  (void)state;
  /* the most telling field decides, whatever the order in which they are noted */
  assert_string_equal(find("etc/x", "mtime", NULL, NULL, NULL), "build-time");
  assert_string_equal(find("etc/x", "mtime,mode", NULL, NULL, NULL), "umask");
  assert_string_equal(find("etc/x", "mode,mtime", NULL, NULL, NULL), "umask");
  assert_string_equal(find("etc/x", "format,order", NULL, NULL, NULL), "file-order");
  assert_string_equal(find("etc/x", "order", NULL, NULL, &evidence), "file-order");
  assert_int_equal(evidence, CAUSE_BY_NAME); /* as long as nobody says that it means nothing */
  assert_string_equal(find("etc/x", "mtime,content", NULL, NULL, NULL), "none");
  assert_string_equal(find("etc/x", "mtime,size", NULL, NULL, NULL), "none");
  assert_string_equal(find("etc/x", "pax.mtime", NULL, NULL, NULL), "build-time");
  assert_string_equal(find("etc/x", "", NULL, NULL, NULL), "none");
  /* a path in full before a pattern, a pattern before contents alone */
  assert_string_equal(find("var/log/dpkg.log", "content", NULL, NULL, &evidence), "dpkg-log");
  assert_int_equal(evidence, CAUSE_BY_NAME);
  assert_string_equal(find("var/log/x", "content", "2024-01-02 a", "2024-01-03 a", &evidence),
                      "log-file");
  assert_int_equal(evidence, CAUSE_BY_NAME);
  assert_string_equal(find("opt/x", "content", "2024-01-02 a", "2024-01-03 a", &evidence),
                      "embedded-date");
  assert_int_equal(evidence, CAUSE_BY_FIRST_DIFFERENCE);
  assert_string_equal(find("opt/x", "content", "b\na\n", "a\nb\n", &evidence), "reordered-lines");
  assert_int_equal(evidence, CAUSE_BY_CONTENT);
  /* where contents are not known, a path is enough for a cause that would look at them */
  assert_string_equal(find("etc/shadow", "content", NULL, NULL, &evidence), "shadow-date");
  assert_int_equal(evidence, CAUSE_BY_NAME);
  assert_string_equal(
      find("etc/shadow", "content", "a:b:1:0:99999:7:::", "a:b:2:0:99999:7:::", &evidence),
      "shadow-date");
  assert_int_equal(evidence, CAUSE_BY_CONTENT);
  assert_string_equal(find("opt/x", "content", NULL, NULL, NULL), "none");
  /* contents say nothing about a difference of another kind */
  assert_string_equal(find("opt/x", "mode", "2024-01-02 a", "2024-01-03 a", &evidence), "umask");
  assert_int_equal(evidence, CAUSE_BY_NAME);
}

/* ---- tests of contents ---- */

struct look {
  struct cause_test test;
  const char *a, *b;
  bool holds;
  size_t cut; /* bytes in sight; 0: all */
};

static void test_looks(void **state)
{
  static const struct str abc[] = { { "abc", 3 } };
  static const struct str date[] = { { "0000-00-00", 10 } };
  static const struct str month[] = { { "Mon _0", 6 } };
  static const struct str day[] = { { "Day Mon", 7 } };
  static const struct str dir[] = { { "/build/", 7 } };
  static const struct cause_window bytes[] = { { WINDOW_BYTES, { NULL, 0 }, 2, 4 } };
  static const struct cause_window after[] = { { WINDOW_AFTER, { "ab", 2 }, -1, 3 } };
  static const struct cause_window shape[] = { { WINDOW_SHAPE, { "0x", 2 }, 0, 0 } };
  const struct cause_test at = { .kind = TEST_AT, .at = 2, .texts = abc, .n_texts = 1 };
  const struct cause_test each = { .kind = TEST_CONTAINS, .texts = abc, .n_texts = 1 };
  const struct cause_test either = { .kind = TEST_EITHER_CONTAINS, .texts = abc, .n_texts = 1 };
  const struct cause_test in_bytes = { .kind = TEST_ONLY_DIFFERS_IN,
                                       .windows = bytes,
                                       .n_windows = 1 };
  const struct cause_test begins = { .kind = TEST_BEGINNING_DIFFERS_IN,
                                     .windows = bytes,
                                     .n_windows = 1 };
  const struct cause_test within = { .kind = TEST_FIRST_DIFFERENCE_WITHIN,
                                     .windows = bytes,
                                     .n_windows = 1 };
  const struct cause_test in_day = { .kind = TEST_FIRST_DIFFERENCE_IN, .texts = day, .n_texts = 1 };
  const struct cause_test in_after = { .kind = TEST_ONLY_DIFFERS_IN,
                                       .windows = after,
                                       .n_windows = 1 };
  const struct cause_test in_shape = { .kind = TEST_ONLY_DIFFERS_IN,
                                       .windows = shape,
                                       .n_windows = 1 };
  const struct cause_test lines = { .kind = TEST_DIFFERING_LINES, .texts = abc, .n_texts = 1 };
  const struct cause_test columns = { .kind = TEST_DIFFERING_COLUMNS,
                                      .separator = ':',
                                      .columns = 1 << 2 };
  const struct cause_test order = { .kind = TEST_SAME_LINES };
  const struct cause_test in_date = { .kind = TEST_FIRST_DIFFERENCE_IN,
                                      .texts = date,
                                      .n_texts = 1 };
  const struct cause_test in_month = { .kind = TEST_FIRST_DIFFERENCE_IN,
                                       .texts = month,
                                       .n_texts = 1 };
  const struct cause_test in_dir = { .kind = TEST_FIRST_DIFFERENCE_AFTER,
                                     .texts = dir,
                                     .n_texts = 1 };
  const struct look looks[] = {
    { at, "xxabc1", "yyabc2", true, 0 },
    { at, "xxabc1", "yyab", false, 0 },
    { at, "xabcc", "xxabc", false, 0 },
    { each, "1abc", "abc2", true, 0 },
    { each, "1abc", "ab2", false, 0 },
    { each, "", "", false, 0 },
    { either, "1", "abc2", true, 0 },
    { either, "1", "ab2", false, 0 },
    { in_bytes, "01ab4", "01cd4", true, 0 },
    { in_bytes, "01ab4", "01cb4", true, 0 },
    { in_bytes, "01ab4", "01ab5", false, 0 },
    { in_bytes, "01ab4", "11cd4", false, 0 },
    { in_bytes, "01ab", "01cd4", false, 0 },
    { in_bytes, "01ab", "01ab", false, 0 },
    { in_bytes, "01ab499", "01cd488", false, 5 },
    { begins, "01ab499", "01cd488", true, 5 },
    { begins, "01ab499", "01cd488", false, 0 },
    { begins, "01ab4", "01cd4", true, 0 },
    { in_after, "1xabz2", "1yabw2", true, 0 },
    { in_after, "1xab2", "1yab3", true, 0 },
    { in_after, "ab2ab3", "ab4ab5", true, 0 },
    { in_after, "ab2 ab3", "ab2_ab3", true, 0 },
    { in_after, "ab2  ab3", "ab2- ab3", false, 0 },
    { in_shape, "v 1a", "v 2f", true, 0 },
    { in_shape, "v 1a", "v 2g", false, 0 },
    { lines, "x\nabc 1\n", "x\nabc 2\n", true, 0 },
    { lines, "x\nabc 1", "x\nabc 2", true, 0 },
    { lines, "x\nabc 1\n", "y\nabc 2\n", false, 0 },
    { lines, "x\nabc 1\n", "x\n 2\n", false, 0 },
    { lines, "abc 1\n", "abc 2\nabc 3\n", false, 0 },
    { lines, "x\n", "x\n", false, 0 },
    { lines, "abc 1\nxx", "abc 2\nyy", true, 7 },
    { lines, "abc 1\nx\nz", "abc 2\ny\nw", false, 8 },
    { columns, "a:1:c\n", "a:2:c\n", true, 0 },
    { columns, "a:1:c\n", "a:2:d\n", false, 0 },
    { columns, "a:1\n", "a:2:\n", false, 0 },
    { columns, "a:1\n", "a:2:c\n", false, 0 },
    { columns, "a:1:c\nb\n", "a:1:c\nb\n", false, 0 },
    { order, "a\nb\n", "b\na\n", true, 0 },
    { order, "a\na\nb\n", "a\nb\nb\n", false, 0 },
    { order, "a\nb\n", "a\nb\n", false, 0 },
    { order, "a\nb\nc", "b\na\nd", false, 4 },
    { in_date, "on 2024-01-02", "on 2024-02-02", true, 0 },
    { in_date, "on 2024-01-02", "on 2024-x2-02", false, 0 },
    { in_date, "on 2024-01-02a", "on 2024-01-02b", false, 0 },
    { in_date, "on 2024-01-0", "on 2024-01-0", false, 0 },
    { in_month, "Jan  2", "Jun 12", true, 0 },
    { in_month, "Jan  2", "Jux 12", false, 0 },
    { in_month, "Jan", "Feb", false, 0 },
    { in_day, "x Tue Nov 14", "x Wed Nov 15", true, 0 },
    { in_day, "x Tue Nov 14", "x Tux Nov 15", false, 0 },
    { in_day, "x Tue", "x Wed", false, 0 },
    { within, "01ab4", "01cd5", true, 0 },
    { within, "01ab4", "01c", true, 0 },
    { within, "01ab4", "11ab4", false, 0 },
    { within, "01ab4", "01ab", false, 0 },
    { within, "01ab4", "01ab4", false, 0 },
    { in_dir, "in /build/a", "in /build/b", true, 0 },
    { in_dir, "in /build/a", "in /tmp/a", true, 0 },
    { in_dir, "in /build/a\n1", "in /build/a\n2", false, 0 },
    { in_dir, "in /buildr", "in /builds", false, 0 },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
    struct cause_query query = { .content = { str_of(looks[i].a), str_of(looks[i].b) } };
    bool first_only;

    for (int side = 0; side < 2; side++) {
      query.size[side] = query.content[side].len;
      if (looks[i].cut)
        query.content[side].len = MIN_OF(query.content[side].len, looks[i].cut);
    }
    if (cause_tests_hold(&looks[i].test, 1, &query, &first_only) != looks[i].holds)
      fail_msg("row %zu: \"%s\", \"%s\"", i, looks[i].a, looks[i].b);
  }
}

/* What is behind the part in sight decides whether a difference in a window is all there is. */
static void test_rest(void **state)
{
  static const char *const contents[2][2] = {
    { "\x1f\x8b\x08\x01"
      "AAAA\x02\xff"
      "data",
      "\x1f\x8b\x08\x01"
      "BBBB\x02\xff"
      "data" },
    { "PK\3\4......AAAA data", "PK\3\4......BBBB data" },
  };
  static const struct {
    int which;
    uint64_t more; /* bytes out of sight */
    bool same_rest;
    const char *cause;
    enum cause_evidence evidence;
  } rows[] = {
    { 0, 0, false, "gzip-time", CAUSE_BY_FIRST_DIFFERENCE },
    { 0, 9, true, "gzip-time", CAUSE_BY_FIRST_DIFFERENCE },
    { 0, 9, false, "none", CAUSE_BY_FIRST_DIFFERENCE },
    { 1, 0, false, "zip-times", CAUSE_BY_FIRST_DIFFERENCE },
    { 1, 9, true, "zip-times", CAUSE_BY_FIRST_DIFFERENCE },
    { 1, 9, false, "zip-times", CAUSE_BY_FIRST_DIFFERENCE },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cause_query query = { .path = STR("opt/x"), .types = "00" };
    enum cause_evidence evidence = rows[i].evidence;
    const struct cause *found;

    add_fields(&query, "content");
    query.same_rest = rows[i].same_rest;
    for (int side = 0; side < 2; side++) {
      query.content[side] = str_of(contents[rows[i].which][side]);
      query.size[side] = query.content[side].len + rows[i].more;
    }
    found = cause_find(&query, &evidence);
    assert_string_equal(found ? cause_id(found) : "none", rows[i].cause);
    assert_int_equal(evidence, rows[i].evidence);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_examples), cmocka_unit_test(test_table), cmocka_unit_test(test_choice),
    cmocka_unit_test(test_looks),    cmocka_unit_test(test_rest),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
