/* image/config: OCI config.md, RFC 3339. Seconds are those of date -u -d TIME +%s. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image/config.h"

static void test_times(void **state)
{
  static const struct {
    const char *text;
    bool good;
    int64_t seconds;
    int32_t nanoseconds;
  } cases[] = {
    { "1970-01-01T00:00:00Z", true, 0, 0 },
    { "2023-08-01T11:24:33Z", true, 1690889073, 0 },
    { "2023-08-01T11:24:33.5Z", true, 1690889073, 500000000 },
    { "2023-08-01T11:24:33.123456789Z", true, 1690889073, 123456789 },
    { "2023-08-01T11:24:33.1234567899Z", true, 1690889073, 123456789 },
    { "2023-08-01T13:24:33+02:00", true, 1690889073, 0 },
    { "2023-08-01T05:54:33-05:30", true, 1690889073, 0 },
    { "2024-02-29T00:00:00Z", true, 1709164800, 0 },
    { "2000-02-29T23:59:59Z", true, 951868799, 0 },
    { "1969-12-31T23:59:59Z", true, -1, 0 },
    { "0001-01-01T00:00:00Z", true, -62135596800, 0 },
    { "0000-03-01T00:00:00Z", true, -62162035200, 0 },
    { "9999-12-31T23:59:59Z", true, 253402300799, 0 },
    { "2023-02-29T00:00:00Z", false, 0, 0 },
    { "1900-02-29T00:00:00Z", false, 0, 0 },
    { "2023-13-01T00:00:00Z", false, 0, 0 },
    { "2023-00-01T00:00:00Z", false, 0, 0 },
    { "2023-04-31T00:00:00Z", false, 0, 0 },
    { "2023-04-00T00:00:00Z", false, 0, 0 },
    { "2023-04-01T24:00:00Z", false, 0, 0 },
    { "2023-04-01T00:60:00Z", false, 0, 0 },
    { "2023-04-01T00:00:60Z", false, 0, 0 },
    { "2023-04-01T00:00:00", false, 0, 0 },
    { "2023-04-01T00:00:00z", false, 0, 0 },
    { "2023-04-01 00:00:00Z", false, 0, 0 },
    { "2023-04-01T00:00:00.Z", false, 0, 0 },
    { "2023-04-01T00:00:00,5Z", false, 0, 0 },
    { "2023-04-01T00:00:00+24:00", false, 0, 0 },
    { "2023-04-01T00:00:00+02", false, 0, 0 },
    { "2023-04-01T00:00:00Zx", false, 0, 0 },
    { "2023-4-1T00:00:00Z", false, 0, 0 },
    { "2023", false, 0, 0 },
    { "", false, 0, 0 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    int64_t seconds = 0;
    int32_t nanoseconds = 0;

    if (time_parse_rfc3339(cases[i].text, &seconds, &nanoseconds) != cases[i].good)
      fail_msg("\"%s\": expected %d", cases[i].text, cases[i].good);
    assert_int_equal(seconds, cases[i].seconds);
    assert_int_equal(nanoseconds, cases[i].nanoseconds);
  }
}

static void test_parse(void **state)
{
  static const struct {
    const char *json;
    const char *message; /* NULL: it parses */
  } cases[] = {
    { "{}", NULL },
    { "{\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"2023-08-01T11:24:33Z\"}", NULL },
    { "{\"created\":null,\"config\":null,\"rootfs\":null,\"history\":null}", NULL },
    { "{\"config\":{\"Env\":[\"A=b\"],\"Cmd\":null,\"Volumes\":{\"/v\":{}},\"ExposedPorts\":"
      "{\"80/tcp\":null},\"Labels\":{\"a\":\"b\"},\"ArgsEscaped\":true,\"Healthcheck\":{\"x\":1}}}",
      NULL },
    { "{\"history\":[{\"created\":\"2023-08-01T11:24:33Z\",\"empty_layer\":true},{}]}", NULL },
    { "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:x\"]},\"unknown\":[1,2]}", NULL },
    { "[]", "expected an image configuration" },
    { "{\"os\":7}", "field \"os\"" },
    { "{\"architecture\":[]}", "field \"architecture\"" },
    { "{\"variant\":1}", "field \"variant\"" },
    { "{\"os.features\":{}}", "field \"os.features\"" },
    { "{\"created\":\"yesterday\"}", "field \"created\": expected a time" },
    { "{\"created\":\"\"}", "field \"created\": expected a time" },
    { "{\"created\":1690889073}", "field \"created\": expected a string" },
    { "{\"author\":[]}", "field \"author\"" },
    { "{\"config\":[]}", "field \"config\": expected an object" },
    { "{\"config\":{\"User\":0}}", "field \"config\": field \"User\"" },
    { "{\"config\":{\"WorkingDir\":0}}", "field \"config\": field \"WorkingDir\"" },
    { "{\"config\":{\"StopSignal\":9}}", "field \"config\": field \"StopSignal\"" },
    { "{\"config\":{\"Env\":{}}}", "field \"config\": field \"Env\"" },
    { "{\"config\":{\"Entrypoint\":\"sh\"}}", "field \"config\": field \"Entrypoint\"" },
    { "{\"config\":{\"Cmd\":[1]}}", "field \"config\": field \"Cmd\": element 0" },
    { "{\"config\":{\"Volumes\":[]}}", "field \"config\": field \"Volumes\"" },
    { "{\"config\":{\"ExposedPorts\":{\"80\":1}}}", "\"ExposedPorts\": \"80\": expected an empty" },
    { "{\"config\":{\"Labels\":{\"a\":1}}}", "field \"Labels\": \"a\"" },
    { "{\"config\":{\"ArgsEscaped\":1}}", "field \"ArgsEscaped\": expected a boolean" },
    { "{\"rootfs\":[]}", "field \"rootfs\"" },
    { "{\"rootfs\":{\"type\":1}}", "field \"rootfs\": field \"type\"" },
    { "{\"rootfs\":{\"diff_ids\":[null]}}", "field \"diff_ids\": element 0" },
    { "{\"history\":{}}", "field \"history\"" },
    { "{\"history\":[{},1]}", "field \"history\": element 1: expected an object" },
    { "{\"history\":[{\"created\":\"x\"}]}", "element 0: field \"created\"" },
    { "{\"history\":[{\"created_by\":1}]}", "element 0: field \"created_by\"" },
    { "{\"history\":[{\"empty_layer\":\"true\"}]}", "element 0: field \"empty_layer\"" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct config config;
    struct error err = { 0 };
    int result = config_parse(&config, str_of(cases[i].json), &err);

    if ((result == 0) != (cases[i].message == NULL))
      fail_msg("%s: result %d (%s)", cases[i].json, result, err.message);
    if (result < 0) {
      assert_int_equal(err.code, ERROR_CORRUPT);
      if (!strstr(err.message, cases[i].message))
        fail_msg("%s: found the message: %s", cases[i].json, err.message);
    } else {
      config_release(&config);
    }
  }
}

static void test_fields(void **state)
{
  struct config config;
  struct error err;

  (void)state;
  assert_int_equal(
      config_parse(&config,
                   STR("{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v6\","
                       "\"rootfs\":{\"diff_ids\":[\"sha256:x\"]},\"history\":[{},{}]}"),
                   &err),
      0);
  assert_string_equal(config.platform.variant, "v6");
  assert_int_equal(json_array_size(config.diff_ids), 1);
  assert_int_equal(json_array_size(config.history), 2);
  config_release(&config);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_times), cmocka_unit_test(test_parse),
                                      cmocka_unit_test(test_fields) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
