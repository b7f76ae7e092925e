/* pyc: what the header of a compiled Python file notes of its source (PEP 552, and what CPython's
 * importlib says of older ones), by magic numbers of its list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "formats/pyc.h"

#define CODE "\xe3\0\0\0"

static void test_stamps(void **state)
{
  static const struct {
    const char *what;
    struct str bytes;
    bool noted;
    struct pyc_stamp stamp;
  } cases[] = {
    { "3.11",
      STR("\xa7\r\r\n\0\0\0\0\4\3\2\1\x0c\0\0\1" CODE),
      true,
      { 0x01020304, 0x0100000c, true } },
    { "3.6", STR("\x33\r\r\n\4\3\2\1\x0c\0\0\0" CODE), true, { 0x01020304, 12, true } },
    { "2.7", STR("\x03\xf3\r\n\4\3\2\1" CODE), true, { 0x01020304, 0, false } },
    { "a checked hash", STR("\xa7\r\r\n\3\0\0\0hashhash" CODE), false, { 0 } },
    { "an unchecked hash", STR("\xa7\r\r\n\1\0\0\0hashhash" CODE), false, { 0 } },
    { "unknown flags", STR("\xa7\r\r\n\4\0\0\0\4\3\2\1\x0c\0\0\0" CODE), false, { 0 } },
    { "no code", STR("\xa7\r\r\n\0\0\0\0\4\3\2\1\x0c\0\0\0"), false, { 0 } },
    { "cut short", STR("\xa7\r\r\n\0\0\0\0\4"), false, { 0 } },
    { "empty", STR(""), false, { 0 } },
    { "no magic", STR("\xa7\r\n\r\0\0\0\0\4\3\2\1\x0c\0\0\0" CODE), false, { 0 } },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct pyc_stamp found = { 0 };

    print_message("%s\n", cases[i].what);
    assert_int_equal(pyc_stamp(cases[i].bytes, &found), cases[i].noted);
    assert_int_equal(found.time, cases[i].stamp.time);
    assert_int_equal(found.size, cases[i].stamp.size);
    assert_int_equal(found.has_size, cases[i].stamp.has_size);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_stamps) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
