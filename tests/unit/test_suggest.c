/* What is suggested for a word that is nearly right. Wanted distances are counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/suggest.h"

static const char *const words[] = {
  "diff", "pull",   "load",      "images",   "ignore-timestamps", "ignore-file-timestamps",
  "sort", "output", "gzip-time", "zip-times"
};

static const struct {
  const char *word, *nearest;
} rows[] = {
  { "dif", "diff" },
  { "DIFF", "diff" },
  { "idff", "diff" },  /* a swap is one step */
  { "plul", "pull" },  /* the same in the middle */
  { "ima", "images" }, /* a beginning */
  { "im", NULL },      /* too short for one */
  { "ignore-timestamp", "ignore-timestamps" },
  { "ignore-file", "ignore-file-timestamps" },
  { "container", NULL },
  { "", NULL },
  { "x", NULL }, /* four steps from a word of four letters */
  { "lo", "load" },
  { "out", "output" }, /* a beginning, though "sort" is two steps away only */
  { "sotr", "sort" },
  { "zip-time", "zip-times" }, /* its beginning, and as near as "gzip-time" */
  { "ignore-timestamps-ignore-timestamps-ignore-timestamps-ignore-timestamps", NULL },
};

static void test_nearest(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct suggestion found = suggestion_for(str_of(rows[i].word));

    for (size_t w = 0; w < ARRAY_LEN(words); w++)
      suggestion_consider(&found, str_of(words[w]));
    if (rows[i].nearest)
      assert_string_equal(found.nearest.ptr, rows[i].nearest);
    else
      assert_null(found.nearest.ptr);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_nearest) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
