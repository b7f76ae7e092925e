/* Strings, escapes and digests of base/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/escape.h"
#include "base/map.h"

struct escape_row {
  struct str text;
  const char *terminal, *quoted, *utf8; /* quoted: what Go's strconv.Quote gives */
};

static const struct escape_row escapes[] = {
  { { "", 0 }, "", "\"\"", "" },
  { { "etc/conf", 8 }, "etc/conf", "\"etc/conf\"", "etc/conf" },
  { { "a \"q\" \\", 7 }, "a \"q\" \\", "\"a \\\"q\\\" \\\\\"", "a \"q\" \\" },
  { { "\t\n\r\a\b\f\v", 7 },
    "\\t\\n\\r\\a\\b\\f\\v",
    "\"\\t\\n\\r\\a\\b\\f\\v\"",
    "\t\n\r\a\b\f\v" },
  { { "\x1b[31m\x7f", 6 }, "\\x1b[31m\\x7f", "\"\\x1b[31m\\x7f\"", "\x1b[31m\x7f" },
  { { "\0x", 2 }, "\\x00x", "\"\\x00x\"", NULL },
  { { "bad\xff\xfe", 5 }, "bad\\xff\\xfe", "\"bad\\xff\\xfe\"", "bad\xef\xbf\xbd\xef\xbf\xbd" },
  { { "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", 9 },
    "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80",
    "\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\"",
    "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80" },
  /* overlong, a surrogate, cut off: each byte is invalid by itself */
  { { "\xc0\xaf", 2 }, "\\xc0\\xaf", "\"\\xc0\\xaf\"", "\xef\xbf\xbd\xef\xbf\xbd" },
  { { "\xed\xa0\x80", 3 },
    "\\xed\\xa0\\x80",
    "\"\\xed\\xa0\\x80\"",
    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
  { { "\xe6\x97", 2 }, "\\xe6\\x97", "\"\\xe6\\x97\"", "\xef\xbf\xbd\xef\xbf\xbd" },
  /* C1 control, right-to-left override, line separator, tag character */
  { { "\xc2\x9b", 2 }, "\\u009b", "\"\\u009b\"", "\xc2\x9b" },
  { { "\xe2\x80\xae", 3 }, "\\u202e", "\"\\u202e\"", "\xe2\x80\xae" },
  { { "\xe2\x80\xa8", 3 }, "\\u2028", "\"\\u2028\"", "\xe2\x80\xa8" },
  { { "\xf3\xa0\x80\x81", 4 }, "\\U000e0001", "\"\\U000e0001\"", "\xf3\xa0\x80\x81" },
};

static void check_escape(void (*escape)(struct buf *, struct str), struct str text,
                         const char *expected)
{
  AUTO_BUF out = BUF_INIT(1000);

  escape(&out, text);
  assert_string_equal(out.ptr ? out.ptr : "", expected);
}

static void test_escapes(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
    check_escape(escape_terminal, escapes[i].text, escapes[i].terminal);
    check_escape(escape_quote, escapes[i].text, escapes[i].quoted);
    if (escapes[i].utf8)
      check_escape(escape_utf8, escapes[i].text, escapes[i].utf8);
  }
}

/* A document that another program wrote keeps its values. */
static void test_escape_json(void **state)
{
  (void)state;
  check_escape(escape_json, STR("{\"a\":\"\\n\\\\ \xc3\xa9\"}\n"),
               "{\"a\":\"\\n\\\\ \xc3\xa9\"}\n");
  check_escape(escape_json, STR("\"\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\""),
               "\"\\u007f\\u009b\\u202e\\udb40\\udc01\"");
  check_escape(escape_json, STR("\"\xc0\xaf\""), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_order(void **state)
{
  static const char *const ascending[] = { "",          "/",          "/layers-1",
                                           "/layers-2", "/layers-10", "/layers-10/layer",
                                           "a01",       "a1" };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(ascending); i++)
    for (size_t j = 0; j < ARRAY_LEN(ascending); j++) {
      int order = str_compare_natural(str_of(ascending[i]), str_of(ascending[j]));

      assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
    }
  assert_true(str_compare(STR("/layers-10"), STR("/layers-2")) < 0);
}

static void test_numbers(void **state)
{
  uint64_t number = 7;
  int64_t integer = 7;

  (void)state;
  assert_true(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &number));
  assert_true(number == UINT64_MAX);
  number = 7;
  assert_false(str_to_u64(STR("18446744073709551616"), UINT64_MAX, &number));
  assert_false(str_to_u64(STR("256"), 255, &number));
  assert_false(str_to_u64(STR("9"), 5, &number));
  assert_false(str_to_u64(STR(""), UINT64_MAX, &number));
  assert_false(str_to_u64(STR("+1"), UINT64_MAX, &number));
  assert_false(str_to_u64(STR("1 "), UINT64_MAX, &number));
  assert_int_equal(number, 7); /* untouched */
  assert_true(str_to_i64(STR("-9223372036854775808"), &integer));
  assert_true(integer == INT64_MIN);
  assert_false(str_to_i64(STR("-9223372036854775809"), &integer));
  assert_false(str_to_i64(STR("9223372036854775808"), &integer));
  assert_false(str_to_i64(STR("-"), &integer));
}

static void test_digests(void **state)
{
  static const char one[] =
      "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"; /* of "1" */
  static const char *const bad[] = {
    "",
    "sha256:",
    "sha256:6b86",
    "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    "sha256:6B86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    "sha512:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    "md5:c4ca4238a0b923820dcc509a6f75849b",
  };
  struct digest digest;
  struct digest computed = digest_of(DIGEST_SHA256, "1", 1);
  struct error err;
  char text[DIGEST_MAX_TEXT];

  (void)state;
  assert_int_equal(digest_parse(&digest, STR(one), &err), 0);
  assert_true(digest_equal(&digest, &computed));
  assert_string_equal(digest_format(&digest, text), one);
  for (size_t i = 0; i < ARRAY_LEN(bad); i++)
    assert_int_equal(digest_parse(&digest, str_of(bad[i]), &err), -1);
  computed = digest_of(DIGEST_SHA512, "", 0);
  assert_int_equal(strlen(digest_hex(&computed, text)), 128);
  assert_memory_equal(text, "cf83e1357eefb8bd", 16);
}

static void test_buffer_maximum(void **state)
{
  AUTO_BUF buf = BUF_INIT(5);

  (void)state;
  buf_puts(&buf, "abc");
  buf_puts(&buf, "def"); /* would be six */
  buf_puts(&buf, "g");   /* nothing comes after a gap */
  assert_true(buf.overflow);
  assert_string_equal(buf.ptr, "abc");
  buf_clear(&buf);
  buf_puts(&buf, "abcde");
  assert_false(buf.overflow);
}

static void test_map(void **state)
{
  static char names[5000][8];
  struct map map = MAP_INIT;

  (void)state;
  assert_null(map_find(&map, STR("x")));
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    snprintf(names[i], sizeof(names[i]), "%zu", i * 7919 % ARRAY_LEN(names));
    map_put(&map, str_of(names[i]))->value = names[i];
  }
  assert_int_equal(map.n, ARRAY_LEN(names));
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    assert_ptr_equal(map_find(&map, str_of(names[i]))->value, names[i]);
    assert_ptr_equal(map.entries[i].value, names[i]); /* in the order of insertion */
  }
  assert_null(map_find(&map, STR("5000")));
  map_release(&map);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_escapes), cmocka_unit_test(test_escape_json),
    cmocka_unit_test(test_order),   cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_digests), cmocka_unit_test(test_buffer_maximum),
    cmocka_unit_test(test_map),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
