/* image/json: bounds of the parser, members by type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "image/json.h"

static void test_parse(void **state)
{
  static const struct {
    const char *text;
    enum error_code code; /* ERROR_NONE: it parses */
    const char *message;  /* part of it */
  } cases[] = {
    { "{}", ERROR_NONE, NULL },
    { " \n[1, \"x\", null, true, -2.5e3]\t", ERROR_NONE, NULL },
    { "\"a lone string\"", ERROR_NONE, NULL },
    { "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", ERROR_NONE, NULL },
    { "[\"[[[[\\\"]]]\"]", ERROR_NONE, NULL },
    { "", ERROR_CORRUPT, "JSON" },
    { "{", ERROR_CORRUPT, "line 1" },
    { "{} x", ERROR_CORRUPT, "line 1, column 4: end of file expected" },
    { "{\"a\":1,\"a\":1}", ERROR_NONE, NULL },
    { "{\"a\":1,\"a\":2}", ERROR_CORRUPT, "duplicate" },
    { "{\"a\":01}", ERROR_CORRUPT, "JSON" },
    { "{'a':1}", ERROR_CORRUPT, "JSON" },
    { "[1,]", ERROR_CORRUPT, "JSON" },
    { "[1 2]", ERROR_CORRUPT, "expected ','" },
    { "{\"a\":1,}", ERROR_CORRUPT, "expected a string, found byte 0x7d" },
    { "{1:2}", ERROR_CORRUPT, "expected a string" },
    { "{\"a\",1}", ERROR_CORRUPT, "expected ':'" },
    { "[\n1.]", ERROR_CORRUPT, "line 2, column 2" },
    { "-", ERROR_CORRUPT, "JSON" },
    { "+1", ERROR_CORRUPT, "JSON" },
    { "nul", ERROR_CORRUPT, "JSON" },
    { "truefalse", ERROR_CORRUPT, "end of file expected" },
    { "\"\\x\"", ERROR_CORRUPT, "invalid escape" },
    { "\"\\u12g4\"", ERROR_CORRUPT, "invalid escape" },
    { "\"\\u12", ERROR_CORRUPT, "invalid escape" },
    { "\"\\", ERROR_CORRUPT, "invalid escape" },
    { "\"\x01\"", ERROR_CORRUPT, "control character" },
    { "\"unfinished", ERROR_CORRUPT, "JSON" },
    { "]]]]", ERROR_CORRUPT, "JSON" },
    { "\xef\xbb\xbf{}", ERROR_CORRUPT, "JSON" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err = { 0 };
    AUTO_JSON json = json_parse(str_of(cases[i].text), &err);

    assert_int_equal(err.code, cases[i].code);
    assert_int_equal(json != NULL, cases[i].code == ERROR_NONE);
    if (cases[i].message && !strstr(err.message, cases[i].message))
      fail_msg("%s: found the message: %s", cases[i].text, err.message);
  }
}

/* Strings and numbers, as RFC 8259 allows them and as Go's encoding/json decodes them. */
static void test_values(void **state)
{
  static const struct {
    const char *text;
    struct str wanted; /* a string of these bytes; of a number its digits */
    bool digits;
  } cases[] = {
    { "\"\\u0000\"", STR("\0"), false },
    { "\"a\\u00e9\\n\\/\"", STR("a\xc3\xa9\n/"), false },
    { "\"\\ud83d\\ude00\"", STR("\xf0\x9f\x98\x80"), false },
    { "\"\\ud800\"", STR("\xef\xbf\xbd"), false },
    { "\"\\ud800\\ud83d\\ude00\"", STR("\xef\xbf\xbd\xf0\x9f\x98\x80"), false },
    { "\"\\ude00x\"", STR("\xef\xbf\xbdx"), false },
    { "\"\xff\"", STR("\xef\xbf\xbd"), false },
    { "\"\xc0\x80\"", STR("\xef\xbf\xbd\xef\xbf\xbd"), false },
    { "\"\xed\xa0\x80\"", STR("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"), false },
    { "123456789012345678901234567890", STR("123456789012345678901234567890"), true },
    { "9223372036854775808", STR("9223372036854775808"), true },
    { "1e999", STR("1e999"), true },
    { "1e-999", STR("1e-999"), true },
    { "0.1000000000000000055", STR("0.1000000000000000055"), true },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err = { 0 };
    AUTO_JSON json = json_parse(str_of(cases[i].text), &err);
    struct str found;

    if (!json)
      fail_msg("%s: %s", cases[i].text, err.message);
    assert_int_equal(json_is_digits(json), cases[i].digits);
    found = cases[i].digits ? json_digits(json)
                            : (struct str) { json_string_value(json), json_string_length(json) };
    if (!str_equal(found, cases[i].wanted))
      fail_msg("%s: found %.*s", cases[i].text, STR_ARGS(found));
  }
}

/* No string passes for a number, and numbers that differ are not equal. */
static void test_what_is_equal(void **state)
{
  static const struct {
    const char *a;
    const char *b;
    bool equal;
  } cases[] = {
    { "123456789012345678901234567890", "123456789012345678901234567891", false },
    { "123456789012345678901234567890",
      "\"\xef\xb7\x90"
      "123456789012345678901234567890\"",
      false },
    { "\"\xef\xb7\x90"
      "1\"",
      "\"\\ufdd01\"", true },
    { "\"\xef\xb7\x90"
      "1\"",
      "\"\\ufdd0\\ufdd01\"", false },
    { "\"\\u0000a\"", "\"\\u0000b\"", false },
    { "1.5", "1.50", true },
    { "-0", "0", true },
    { "9223372036854775807", "9223372036854775806", false },
    { "1.0", "1.0000000000000001", false },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err;
    AUTO_JSON a = json_parse(str_of(cases[i].a), &err);
    AUTO_JSON b = json_parse(str_of(cases[i].b), &err);

    assert_non_null(a);
    assert_non_null(b);
    if (json_equal(a, b) != cases[i].equal)
      fail_msg("%s and %s", cases[i].a, cases[i].b);
  }
}

/* What Go's encoding/json makes of names: any case, U+017F as s and U+212A as k. What stands twice
 * with different values is refused, but for what nobody knows. */
static void test_decode(void **state)
{
  static const struct json_field inner[] = { { "User", JSON_KIND_SCALAR, NULL },
                                             { "Labels", JSON_KIND_MAP, NULL },
                                             { NULL, JSON_KIND_ANY, NULL } };
  static const struct json_field members[] = { { "os", JSON_KIND_SCALAR, NULL },
                                               { "Worker", JSON_KIND_SCALAR, NULL },
                                               { "config", JSON_KIND_OBJECT, inner },
                                               { "list", JSON_KIND_ARRAY, inner },
                                               { NULL, JSON_KIND_ANY, NULL } };
  static const struct json_field type = { NULL, JSON_KIND_OBJECT, members };
  static const struct {
    const char *text;
    const char *wanted; /* as JSON; NULL: refused, with this in the message */
    const char *message;
  } cases[] = {
    { "{\"OS\":1,\"x\":2}", "{\"os\":1,\"x\":2}", NULL },
    { "{\"o\xc5\xbf\":1}", "{\"os\":1}", NULL },
    { "{\"wor\xe2\x84\xaa"
      "er\":1}",
      "{\"Worker\":1}", NULL },
    { "{\"o\":1,\"oss\":2,\"o\xc5\":3}", "{\"o\":1,\"oss\":2,\"o\xef\xbf\xbd\":3}", NULL },
    { "{\"Config\":{\"user\":\"x\"}}", "{\"config\":{\"User\":\"x\"}}", NULL },
    { "{\"LIST\":[{\"uSER\":\"x\"},7]}", "{\"list\":[{\"User\":\"x\"},7]}", NULL },
    { "{\"config\":{\"labels\":{\"a\":1,\"A\":2}}}", "{\"config\":{\"Labels\":{\"a\":1,\"A\":2}}}",
      NULL },
    { "{\"os\":1,\"os\":1,\"Os\":1}", "{\"os\":1}", NULL },
    { "{\"os\":1,\"os\":2}", NULL, "duplicate member \"os\"" },
    { "{\"OS\":1,\"Os\":2}", NULL, "\"Os\" is \"os\" again" },
    { "{\"os\":1,\"os\":null}", NULL, "duplicate" },
    { "{\"config\":{\"User\":\"x\"},\"Config\":{}}", NULL, "duplicate" },
    { "{\"config\":{\"User\":\"x\",\"user\":\"y\"}}", NULL, "duplicate" },
    { "{\"config\":{\"Labels\":{\"a\":1,\"a\":2}}}", NULL, "duplicate" },
    { "{\"config\":{\"User\":\"x\"},\"Config\":{\"user\":\"x\"}}", "{\"config\":{\"User\":\"x\"}}",
      NULL },
    { "{\"x\":1,\"x\":2}", "{\"x\":2}", NULL },
    { "{\"x\":123456789012345678901234567890,\"y\\u0000\":1}", "{}", NULL },
    { "{\"config\":{\"Labels\":{\"a\\u0000\":1}}}", NULL, "NUL" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err = { 0 };
    AUTO_JSON found = json_decode(str_of(cases[i].text), &type, &err);
    AUTO_JSON wanted = cases[i].wanted ? json_loads(cases[i].wanted, 0, NULL) : NULL;

    if (!found != !cases[i].wanted || !json_equal(found, wanted) != !wanted)
      fail_msg("%s: %s", cases[i].text, err.message);
    if (!found && !strstr(err.message, cases[i].message))
      fail_msg("%s: found the message: %s", cases[i].text, err.message);
  }
}

static void test_reads_no_further_than_its_length(void **state)
{
  struct error err;
  AUTO_JSON json = json_parse((struct str) { "[1]garbage", 3 }, &err);

  (void)state;
  assert_int_equal(json_array_size(json), 1);
}

static int parse_nested(size_t depth, struct error *err)
{
  AUTO_BUF text = BUF_INIT(1 << 20);
  AUTO_JSON json = NULL;

  for (size_t i = 0; i < depth; i++)
    buf_puts(&text, i % 2 ? "{\"a\":" : "[");
  buf_puts(&text, "1");
  for (size_t i = depth; i-- > 0;)
    buf_putc(&text, i % 2 ? '}' : ']');
  json = json_parse(buf_str(&text), err);
  return json ? 0 : -1;
}

static void test_depth(void **state)
{
  struct error err;

  (void)state;
  assert_int_equal(parse_nested(LIMIT_JSON_DEPTH, &err), 0);
  assert_int_equal(parse_nested(LIMIT_JSON_DEPTH + 1, &err), -1);
  assert_int_equal(err.code, ERROR_CORRUPT);
  assert_non_null(strstr(err.message, "nested"));
  assert_int_equal(parse_nested(100000, &err), -1);
}

/* A megabyte of "[]," would become some hundred megabytes of arrays. */
static void test_containers(void **state)
{
  AUTO_BUF text = BUF_INIT(1 << 20);
  struct error err;

  (void)state;
  buf_puts(&text, "[");
  while (text.len < (1 << 20) - 16)
    buf_puts(&text, "{},");
  buf_puts(&text, "1]");
  assert_null(json_parse(buf_str(&text), &err));
  assert_int_equal(err.code, ERROR_LIMIT);
}

/* One line per getter and value: what it gives, or the message. */
static void test_members(void **state)
{
  static const char object[] =
      "{\"s\":\"x\",\"n\":7,\"r\":7.5,\"e\":1e2,\"b\":true,\"o\":{\"k\":\"v\"},\"a\":[\"p\",\"q\"],"
      "\"null\":null,\"mixed\":{\"k\":1},\"mixeda\":[\"p\",1],\"nulls\":[null]}";
  struct error err;
  AUTO_JSON json = json_parse(str_of(object), &err);
  const char *s = NULL;
  int64_t n = 0;
  bool b = false;
  json_t *j = NULL;

  (void)state;
  assert_non_null(json);
  assert_int_equal(json_get_string(json, "s", &s, &err), 0);
  assert_string_equal(s, "x");
  assert_int_equal(json_get_string(json, "missing", &s, &err), 0);
  assert_string_equal(s, "");
  assert_int_equal(json_get_string(json, "null", &s, &err), 0);
  assert_int_equal(json_get_string(json, "n", &s, &err), -1);
  assert_int_equal(err.code, ERROR_CORRUPT);
  assert_string_equal(err.message, "field \"n\": expected a string, found a number");
  assert_int_equal(json_get_int(json, "n", &n, &err), 0);
  assert_int_equal(n, 7);
  assert_int_equal(json_get_int(json, "null", &n, &err), 0);
  assert_int_equal(n, 0);
  assert_int_equal(json_get_int(json, "r", &n, &err), -1);
  assert_string_equal(err.message, "field \"r\": expected an integer, found 7.5");
  assert_int_equal(json_get_int(json, "e", &n, &err), -1);
  assert_int_equal(json_get_int(json, "s", &n, &err), -1);
  assert_string_equal(err.message, "field \"s\": expected a number, found a string");
  assert_int_equal(json_get_bool(json, "b", &b, &err), 0);
  assert_true(b);
  assert_int_equal(json_get_bool(json, "missing", &b, &err), 0);
  assert_false(b);
  assert_int_equal(json_get_bool(json, "n", &b, &err), -1);
  assert_int_equal(json_get_object(json, "o", &j, &err), 0);
  assert_non_null(j);
  assert_int_equal(json_get_object(json, "null", &j, &err), 0);
  assert_null(j);
  assert_int_equal(json_get_object(json, "a", &j, &err), -1);
  assert_string_equal(err.message, "field \"a\": expected an object, found an array");
  assert_int_equal(json_get_array(json, "a", &j, &err), 0);
  assert_int_equal(json_array_size(j), 2);
  assert_int_equal(json_get_array(json, "o", &j, &err), -1);
  assert_int_equal(json_get_string_map(json, "o", &j, &err), 0);
  assert_int_equal(json_get_string_map(json, "mixed", &j, &err), -1);
  assert_string_equal(err.message, "field \"mixed\": \"k\": expected a string, found a number");
  assert_int_equal(json_get_string_array(json, "a", &j, &err), 0);
  assert_int_equal(json_get_string_array(json, "mixeda", &j, &err), -1);
  assert_string_equal(err.message,
                      "field \"mixeda\": element 1: expected a string, found a number");
  assert_int_equal(json_get_string_array(json, "nulls", &j, &err), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parse),
    cmocka_unit_test(test_values),
    cmocka_unit_test(test_what_is_equal),
    cmocka_unit_test(test_decode),
    cmocka_unit_test(test_reads_no_further_than_its_length),
    cmocka_unit_test(test_depth),
    cmocka_unit_test(test_containers),
    cmocka_unit_test(test_members),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
