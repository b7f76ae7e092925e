/* diff/inside/inside_fields: what two files say beside their members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diff/inside/inside_fields.h"

/* Members of a file that is only shown may share bytes: these are looked at once. */
static void test_ranges_that_overlap(void **state)
{
  static const struct format text = { .name = "text", .is_text = true };
  struct format_range ranges[] = { { 1, 8, NULL, 0 }, { 2, 4, NULL, 0 }, { 6, 9, NULL, 0 } };
  struct format_parts parts[2];
  struct looking looking = { 0 };

  (void)state;
  for (int side = 0; side < 2; side++)
    parts[side] = (struct format_parts) {
      .bytes =
          side ? STR("(abc4567+)") : STR("(ABC7654-)"), /* but for what is in ranges the same */
      .ranges = ranges,
      .n_ranges = ARRAY_LEN(ranges),
    };
  assert_true(inside_tells_all(&looking, &text, parts));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ranges_that_overlap),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
