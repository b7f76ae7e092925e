/* Which flags imply which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "diff/ignore.h"

static void test_implied(void **state)
{
  const uint32_t times = IGNORE_FILE_MTIME | IGNORE_FILE_ATIME | IGNORE_FILE_CTIME;

  (void)state;
  assert_int_equal(ignore_implied(0), 0);
  assert_int_equal(ignore_implied(IGNORE_FILE_TIMESTAMPS), times | IGNORE_FILE_TIMESTAMPS);
  assert_int_equal(ignore_implied(IGNORE_TIMESTAMPS),
                   times | IGNORE_FILE_TIMESTAMPS | IGNORE_IMAGE_TIMESTAMPS);
  assert_int_equal(ignore_implied(IGNORE_FILE_META_FORMAT),
                   IGNORE_FILE_META_FORMAT | IGNORE_FILE_ORDER);
  assert_int_equal(ignore_implied(IGNORE_FILE_MTIME | IGNORE_EXTRA_MODE),
                   IGNORE_FILE_MTIME | IGNORE_EXTRA_MODE);
}

/* All flags by hand are the same as --semantic, and nothing of it is beyond it. */
static void test_semantic(void **state)
{
  (void)state;
  assert_int_equal(ignore_implied(IGNORE_SEMANTIC), IGNORE_ALL_SEMANTIC);
  assert_int_equal(ignore_implied(IGNORE_ALL_SEMANTIC), IGNORE_ALL_SEMANTIC);
  assert_int_equal(IGNORE_BEYOND_SEMANTIC(IGNORE_ALL_SEMANTIC | IGNORE_UNSEEN), 0);
  assert_int_equal(IGNORE_BEYOND_SEMANTIC(IGNORE_ALL_SEMANTIC | IGNORE_EXTRA_MODE),
                   IGNORE_EXTRA_MODE);
  assert_int_equal(IGNORE_ALL_SEMANTIC & (IGNORE_EXTRA_CONTENT | IGNORE_EXTRA_PERMISSIONS |
                                          IGNORE_EXTRA_MODE | IGNORE_EXTRA_LENGTH),
                   0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_implied),
    cmocka_unit_test(test_semantic),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
