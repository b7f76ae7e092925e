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
    { "{} x", ERROR_CORRUPT, "end of file expected" },
    { "{\"a\":1,\"a\":2}", ERROR_CORRUPT, "duplicate" },
    { "{\"a\":01}", ERROR_CORRUPT, "JSON" },
    { "{'a':1}", ERROR_CORRUPT, "JSON" },
    { "[1,]", ERROR_CORRUPT, "JSON" },
    { "\"\xff\"", ERROR_CORRUPT, "unable to decode" },
    { "\"\xc0\x80\"", ERROR_CORRUPT, "unable to decode" },
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
    cmocka_unit_test(test_parse),   cmocka_unit_test(test_reads_no_further_than_its_length),
    cmocka_unit_test(test_depth),   cmocka_unit_test(test_containers),
    cmocka_unit_test(test_members),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
