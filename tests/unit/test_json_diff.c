/* json_diff: which members count, what is the same, and how a difference is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "diff/documents/json_diff.h"
#include "image/schema.h"

struct expected {
  const char *name, *value0, *value1; /* NULL value: absent */
};

struct row {
  const char *a, *b;
  const struct json_field *table;
  bool empty_is_absent;
  struct expected expected[3]; /* ends with a NULL name */
};

static const struct row rows[] = {
  /* zero values of Go's omitempty fields are no difference */
  { "{}", "{\"author\":\"\"}", schema_config, false, { { 0 } } },
  { "{\"author\":null}", "{}", schema_config, false, { { 0 } } },
  { "{\"author\":\"a\"}", "{}", schema_config, false, { { "author", "a", NULL } } },
  /* unknown members do not count */
  { "{\"x\":1}", "{\"x\":2}", schema_config, false, { { 0 } } },
  /* the same moment in another zone, and a real difference below a second */
  { "{\"created\":\"2023-08-01T00:00:00Z\"}",
    "{\"created\":\"2023-08-01T02:00:00+02:00\"}",
    schema_config,
    false,
    { { 0 } } },
  { "{\"created\":\"2023-08-01T00:00:00Z\"}",
    "{\"created\":\"2023-08-01T00:00:00.5Z\"}",
    schema_config,
    false,
    { { "created", "2023-08-01T00:00:00Z", "2023-08-01T00:00:00.5Z" } } },
  /* arrays by position, maps by key */
  { "{\"config\":{\"Env\":[\"A=1\",\"B=2\"]}}",
    "{\"config\":{\"Env\":[\"A=1\",\"B=3\"]}}",
    schema_config,
    false,
    { { "config.Env[1]", "B=2", "B=3" } } },
  { "{\"config\":{\"Env\":[\"A=1\"]}}",
    "{\"config\":{\"Env\":[\"A=1\",\"B=3\"]}}",
    schema_config,
    false,
    { { "config.Env[1]", NULL, "B=3" } } },
  { "{\"config\":{\"Labels\":{\"k\":\"1\",\"l\":\"2\"}}}",
    "{\"config\":{\"Labels\":{\"l\":\"2\",\"m\":\"3\"}}}",
    schema_config,
    false,
    { { "config.Labels.k", "1", NULL }, { "config.Labels.m", NULL, "3" } } },
  /* an empty container is no container only where that is asked for */
  { "{\"config\":{\"Labels\":{}}}", "{\"config\":{}}", schema_config, true, { { 0 } } },
  { "{\"config\":{\"Labels\":{}}}",
    "{\"config\":{}}",
    schema_config,
    false,
    { { "config.Labels", "{}", NULL } } },
  { "{\"config\":{\"Cmd\":[]}}", "{\"config\":{\"Cmd\":null}}", schema_config, true, { { 0 } } },
  { "{\"config\":{\"Cmd\":[\"a\"]}}",
    "{}",
    schema_config,
    true,
    { { "config.Cmd", "[\"a\"]", NULL } } },
  /* objects in arrays */
  { "{\"history\":[{\"created_by\":\"x\"}]}",
    "{\"history\":[{\"created_by\":\"y\"}]}",
    schema_config,
    false,
    { { "history[0].created_by", "x", "y" } } },
  { "{\"layers\":[{\"size\":1}]}",
    "{\"layers\":[{\"size\":2}]}",
    schema_manifest,
    false,
    { { "layers[0].size", "1", "2" } } },
  { "{\"history\":[{\"empty_layer\":true}]}",
    "{\"history\":[{\"empty_layer\":false}]}",
    schema_config,
    false,
    { { "history[0].empty_layer", "true", "false" } } },
  { "{\"history\":[{}]}",
    "{\"history\":[{\"empty_layer\":false}]}",
    schema_config,
    false,
    { { 0 } } },
};

static void check_value(struct str found, const char *expected)
{
  if (!expected) {
    assert_null(found.ptr);
    return;
  }
  assert_non_null(found.ptr);
  assert_string_equal(found.ptr, expected);
}

static void test_rows(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    AUTO_FIELDS fields = FIELDS_INIT;
    struct json_diff_options options = { .empty_is_absent = rows[i].empty_is_absent };
    json_t *a = json_loads(rows[i].a, 0, NULL);
    json_t *b = json_loads(rows[i].b, 0, NULL);
    size_t n = 0;

    assert_non_null(a);
    assert_non_null(b);
    while (n < ARRAY_LEN(rows[i].expected) && rows[i].expected[n].name)
      n++;
    assert_int_equal(json_diff(&fields, rows[i].table, a, b, &options), n > 0);
    assert_int_equal(fields.n, n);
    for (size_t j = 0; j < n; j++) {
      assert_string_equal(fields.items[j].name, rows[i].expected[j].name);
      check_value(fields.items[j].value[0], rows[i].expected[j].value0);
      check_value(fields.items[j].value[1], rows[i].expected[j].value1);
    }
    json_decref(a);
    json_decref(b);
  }
}

static void test_skip(void **state)
{
  static const char *const skip[] = { "created", "history", NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct json_diff_options options = { .skip = skip };
  json_t *a =
      json_loads("{\"created\":\"2023-08-01T00:00:00Z\",\"history\":[{}],\"os\":\"a\"}", 0, NULL);
  json_t *b = json_loads("{\"os\":\"b\"}", 0, NULL);

  (void)state;
  assert_true(json_diff(&fields, schema_config, a, b, &options));
  assert_int_equal(fields.n, 1);
  assert_string_equal(fields.items[0].name, "os");
  json_decref(a);
  json_decref(b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rows),
    cmocka_unit_test(test_skip),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
