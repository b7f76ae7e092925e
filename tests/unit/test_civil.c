/* base/civil. Wanted: what date(1) says, and the rules of the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/civil.h"
#include "base/macros.h"

/* What date(1) of GNU coreutils says: date -u -d @SECONDS +%FT%TZ. */
static const struct {
  int64_t seconds;
  const char *text;
} of_date[] = {
  { 0, "1970-01-01T00:00:00Z" },
  { -1, "1969-12-31T23:59:59Z" },
  { 951782400, "2000-02-29T00:00:00Z" },
  { 4107542399, "2100-02-28T23:59:59Z" },
  { 4107542400, "2100-03-01T00:00:00Z" },
  { 1795874400, "2026-11-28T14:00:00Z" },
  { 253402300799, "9999-12-31T23:59:59Z" },
  { -62135596800, "0001-01-01T00:00:00Z" },
};

static void test_texts(void **state)
{
  char text[CIVIL_TEXT_MAX];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(of_date); i++)
    assert_string_equal(civil_rfc3339(of_date[i].seconds, text), of_date[i].text);
}

/* Day by day through 400 years and a leap day more on either side: each day follows the one before,
 * by the rules for the lengths of months alone. */
static void test_days(void **state)
{
  int64_t year = 1799;
  int month = 1;
  int day = 1;

  (void)state;
  for (int64_t days = civil_days(1799, 1, 1); year < 2210; days++) {
    const struct civil civil = civil_of_seconds(days * CIVIL_DAY_SECONDS + 86399);

    assert_int_equal(civil.year, year);
    assert_int_equal(civil.month, month);
    assert_int_equal(civil.day, day);
    assert_int_equal(civil.hour * 10000 + civil.minute * 100 + civil.second, 235959);
    assert_int_equal(civil_days(year, month, day), days);
    if (++day > civil_month_days(year, month)) {
      day = 1;
      month = month % 12 + 1;
      year += month == 1;
    }
  }
  assert_int_equal(civil_days(1970, 1, 1), 0);
}

static void test_far(void **state)
{
  char text[CIVIL_TEXT_MAX];

  (void)state;
  assert_int_equal(civil_of_seconds(INT64_MAX).year, 292277026596); /* as Go and date(1) say */
  assert_string_equal(civil_rfc3339(INT64_MIN, text), "-292277022657-01-27T08:29:52Z");
  assert_int_equal(civil_days(1980, 0, 0), civil_days(1979, 11, 30)); /* an empty date of a zip */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_texts),
    cmocka_unit_test(test_days),
    cmocka_unit_test(test_far),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
