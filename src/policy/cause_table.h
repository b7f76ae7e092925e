/* The table of causes as it is compiled into the program. Private to cause*.c, the compiler of
 * causes.yaml and its tests. */
#ifndef DIFFOCI_POLICY_CAUSE_TABLE_H
#define DIFFOCI_POLICY_CAUSE_TABLE_H

#include "policy/causes.h"
#include "policy/pattern.h"

enum cause_test_kind {
  TEST_AT,                   /* both have texts[0] at byte `at` */
  TEST_CONTAINS,             /* each contains one of the texts */
  TEST_EITHER_CONTAINS,      /* one of them contains one of the texts */
  TEST_ONLY_DIFFERS_IN,      /* all bytes that differ lie in windows */
  TEST_BEGINNING_DIFFERS_IN, /* the same as far as it is in sight */
  TEST_DIFFERING_LINES,      /* each line that differs contains one of the texts */
  TEST_DIFFERING_COLUMNS,    /* lines differ in these columns only */
  TEST_SAME_LINES,           /* the same lines in another order */
  TEST_FREE_LINES,           /* and nothing says that the order tells something */
  TEST_SAME_PARAGRAPHS,      /* the same paragraphs, between empty lines, in another order */
  TEST_SAME_SIZE,
  TEST_FIRST_DIFFERENCE_WITHIN, /* the first byte that differs lies in a window */
  TEST_FIRST_DIFFERENCE_IN,     /* the first byte that differs lies in one of the shapes (texts) */
  TEST_FIRST_DIFFERENCE_AFTER,  /* it follows one of the texts, or is in it, in the same string */
};

enum cause_window_kind {
  WINDOW_BYTES, /* from, to: positions */
  WINDOW_AFTER, /* from, to: relative to where `mark` begins */
  WINDOW_SHAPE, /* where both sides have the shape `mark` */
};

struct cause_window {
  enum cause_window_kind kind;
  struct str mark;
  int32_t from, to; /* to: behind the last byte */
};

/* A shape is text in which some characters stand for several: 0 a digit, x a hexadecimal digit, _ a
 * digit or a space, "Mon" and "Day" the first three letters of the English name of a month or a day
 * of the week. */

struct cause_test {
  enum cause_test_kind kind;
  uint32_t at;
  char separator;    /* of columns */
  uint64_t columns;  /* bit n: the column n, from 1, may differ */
  uint64_t min, max; /* of the numbers in such columns; max 0: they may be anything */
  bool likely;       /* that these columns differ may have another reason */
  const struct str *texts;
  size_t n_texts;
  const struct cause_window *windows;
  size_t n_windows;
};

struct cause {
  const char *id, *title, *text, *fix;
  const char *const *sources;
  const struct policy_field *fields; /* differences in these it explains */
  size_t n_fields;
  uint32_t kinds;                 /* bit k: a field of the kind k may be among them */
  const char *types;              /* tar types, one of which one side has; NULL: any */
  const struct cause_test *tests; /* all of them hold */
  size_t n_tests;
  bool harmless;        /* where it is all that differs, a container does the same */
  bool found_elsewhere; /* no rule of the table names it, but who compares */
};

/* A cause and one of its patterns; sorted, the most specific first. */
struct cause_rule {
  const struct cause *cause;
  const struct pattern *pattern; /* NULL: any path, or none */
};

extern const struct cause cause_table[];
extern const size_t n_causes;
extern const struct cause_rule cause_rules[];
extern const size_t n_cause_rules;

/* Whether the contents of a query differ, as far as they are known, in the way that all tests want.
 * *first_only: none of them speaks of all that differs. */
bool cause_tests_hold(const struct cause_test *tests, size_t n_tests,
                      const struct cause_query *query, bool *first_only);

/* What the table says about itself, for its tests: a difference, and its cause. */
struct cause_example {
  const char *id;
  bool counter; /* the cause has to be another one, or none */
  const char *path;
  const char *fields; /* as --ignore-fields takes them */
  char types[2];
  bool has_content;
  struct str content[2];
};

extern const struct cause_example cause_examples[];
extern const size_t n_cause_examples;

#endif
