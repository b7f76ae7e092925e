/* image/platform: names and normalisation as containerd's platforms package documents them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "image/json.h"
#include "image/platform.h"
#include "image/platform_match.h"

static void test_parse(void **state)
{
  static const struct {
    const char *text;
    const char *wanted; /* NULL: ERROR_USAGE */
  } cases[] = {
    { "linux/amd64", "linux/amd64" },
    { "linux/x86_64", "linux/amd64" },
    { "linux/x86-64", "linux/amd64" },
    { "Linux/AMD64", "linux/amd64" },
    { "linux/amd64/v1", "linux/amd64" },
    { "linux/amd64/v3", "linux/amd64/v3" },
    { "linux/arm64", "linux/arm64" },
    { "linux/arm64/v8", "linux/arm64" },
    { "linux/arm64/8", "linux/arm64" },
    { "linux/arm64/v9", "linux/arm64/v9" },
    { "linux/aarch64", "linux/arm64" },
    { "linux/aarch64/v8", "linux/arm64" },
    { "linux/arm", "linux/arm/v7" },
    { "linux/arm/v7", "linux/arm/v7" },
    { "linux/arm/7", "linux/arm/v7" },
    { "linux/arm/v6", "linux/arm/v6" },
    { "linux/arm/6", "linux/arm/v6" },
    { "linux/armhf", "linux/arm/v7" },
    { "linux/armel", "linux/arm/v6" },
    { "linux/i386", "linux/386" },
    { "macos/arm64", "darwin/arm64" },
    { "windows(10.0.17763)/amd64", "windows/amd64" },
    { "arm64", "linux/arm64" },
    { "aarch64", "linux/arm64" },
    { "armhf", "linux/arm/v7" },
    { "ppc64le", "linux/ppc64le" },
    { "wasi/wasm", "wasi/wasm" },
    { "", NULL },
    { "/", NULL },
    { "linux/", NULL },
    { "/amd64", NULL },
    { "linux/arm64/v8/x", NULL },
    { "linux//v8", NULL },
    { "linux/am d64", NULL },
    { "linux/amd64\n", NULL },
    { "*", NULL },
    { "nonsense", NULL },
    { "windows(10/amd64", NULL },
    { "windows()/amd64", NULL },
    { "linux/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct platform platform;
    struct error err = { 0 };
    char text[PLATFORM_MAX_TEXT];
    int result = platform_parse(&platform, str_of(cases[i].text), &err);

    if ((result == 0) != (cases[i].wanted != NULL))
      fail_msg("\"%s\": result %d", cases[i].text, result);
    if (result == 0)
      assert_string_equal(platform_format(&platform, text), cases[i].wanted);
    else
      assert_int_equal(err.code, ERROR_USAGE);
  }
}

static void test_host(void **state)
{
  struct platform host = platform_host();
  struct platform named;
  struct utsname name;
  struct error err;

  (void)state;
  assert_int_equal(uname(&name), 0);
  assert_string_equal(host.os, "linux");
  assert_true(strlen(host.architecture) > 0);
  /* An operating system alone means this machine's architecture. */
  assert_int_equal(platform_parse(&named, STR("linux"), &err), 0);
  assert_true(platform_equal(&named, &host));
  if (strcmp(name.machine, "x86_64") == 0)
    assert_string_equal(host.architecture, "amd64");
  if (strcmp(name.machine, "aarch64") == 0)
    assert_string_equal(host.architecture, "arm64");
}

static void test_from_json(void **state)
{
  static const struct {
    const char *json;
    const char *wanted; /* NULL: ERROR_CORRUPT */
  } cases[] = {
    { "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}", "linux/arm64/v8" },
    { "{\"os\":\"linux\",\"architecture\":\"x86_64\"}", "linux/x86_64" },
    { "{\"os\":\"windows\",\"architecture\":\"amd64\",\"os.version\":\"10.0\",\"os.features\":["
      "\"win32k\"]}",
      "windows/amd64" },
    { "{}", "/" },
    { "{\"os\":1}", NULL },
    { "{\"os.features\":\"x\"}", NULL },
    { "{\"os.features\":[1]}", NULL },
    { "{\"variant\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct platform platform;
    struct error err = { 0 };
    char text[PLATFORM_MAX_TEXT];
    AUTO_JSON json = json_parse(str_of(cases[i].json), &err);
    int result = platform_from_json(&platform, json, &err);

    assert_int_equal(result == 0, cases[i].wanted != NULL);
    if (result == 0)
      assert_string_equal(platform_format(&platform, text), cases[i].wanted);
    else
      assert_int_equal(err.code, ERROR_CORRUPT);
  }
}

static void test_unknown(void **state)
{
  const struct platform unknown = { "unknown", "unknown", "", "" };
  const struct platform known = { "linux", "unknown", "", "" };

  (void)state;
  assert_true(platform_is_unknown(&unknown));
  assert_false(platform_is_unknown(&known));
}

static void test_set(void **state)
{
  struct platform_set set = { 0 };
  const struct platform amd64 = { "linux", "x86_64", "", "" };
  const struct platform arm = { "linux", "arm", "v7", "7.1" };
  const struct platform s390x = { "linux", "s390x", "", "" };
  struct error err;

  (void)state;
  assert_int_equal(platform_set_add(&set, STR("linux/amd64,arm,linux/amd64/v1"), &err), 0);
  assert_int_equal(set.n, 2);
  assert_true(platform_set_has(&set, &amd64));
  assert_true(platform_set_has(&set, &arm));
  assert_false(platform_set_has(&set, &s390x));
  assert_int_equal(platform_set_add(&set, STR("linux/s390x"), &err), 0);
  assert_true(platform_set_has(&set, &s390x));
  assert_int_equal(platform_set_add(&set, STR("linux/amd64,"), &err), -1);
  assert_int_equal(err.code, ERROR_USAGE);
  platform_set_release(&set);
  set.all = true;
  assert_true(platform_set_has(&set, &s390x));
}

/* What the comments of containerd's platforms.Only say that it matches, in their order. */
static void test_rank(void **state)
{
  static const struct {
    const char *wanted, *has;
    int rank;
  } rows[] = {
    { "linux/amd64", "linux/amd64", 0 },
    { "linux/amd64", "linux/x86_64/v1", 0 },
    { "linux/amd64/v3", "linux/amd64/v3", 0 },
    { "linux/amd64/v3", "linux/amd64/v2", 1 },
    { "linux/amd64/v3", "linux/amd64", 2 },
    { "linux/amd64", "linux/amd64/v2", -1 },
    { "linux/arm", "linux/arm/v7", 0 },
    { "linux/arm/v7", "linux/arm/v6", 1 },
    { "linux/arm/v7", "linux/arm/v5", 2 },
    { "linux/arm/v8", "linux/arm/v5", 3 },
    { "linux/arm/v6", "linux/arm/v7", -1 },
    { "linux/arm/v7", "linux/arm/v4", -1 },
    { "linux/arm64", "linux/arm64/v8", 0 },
    { "linux/arm64/v8.2", "linux/arm64/v8.1", 1 },
    { "linux/arm64/v8.2", "linux/arm64", 2 },
    { "linux/arm64/v8", "linux/arm64/v8.1", -1 },
    { "linux/arm64/v9", "linux/arm64/v8.5", 1 },
    { "linux/arm64/v9", "linux/arm64/v8", 6 },
    { "linux/arm64/v9", "linux/arm64/v8.6", -1 },
    { "linux/arm64/v9.2", "linux/arm64/v9", 2 },
    { "linux/arm64/v9.2", "linux/arm64/v8.7", 3 },
    { "linux/arm64/v8", "linux/arm64/v9", -1 },
    { "linux/arm64/v8.x", "linux/arm64/v8", -1 },
    { "linux/arm64/w8", "linux/arm64/w8", 0 },
    { "linux/ppc64le", "linux/ppc64le", 0 },
    { "linux/ppc64le/power9", "linux/ppc64le/power9", 0 },
    { "linux/amd64", "linux/386", -1 },
    { "linux/amd64", "windows/amd64", -1 },
    { "linux/arm64", "linux/arm/v7", -1 },
    { "windows(10.0.17763.1)/amd64", "windows(10.0.17763.2)/amd64", 0 },
    { "windows(10.0.17763.1)/amd64", "windows(10.0.20348.1)/amd64", -1 },
    { "windows(10.0.17763)/amd64", "windows/amd64", 0 },
    { "linux(1.2.3)/amd64", "linux(1.2.4)/amd64", 0 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct platform wanted;
    struct platform has;
    struct error err;

    assert_int_equal(platform_parse(&wanted, str_of(rows[i].wanted), &err), 0);
    assert_int_equal(platform_parse(&has, str_of(rows[i].has), &err), 0);
    if (platform_rank(&wanted, &has) != rows[i].rank)
      fail_msg("%s, %s: %d", rows[i].wanted, rows[i].has, platform_rank(&wanted, &has));
    if (rows[i].rank >= 0)
      assert_int_equal(platform_distance(&has, &wanted), rows[i].rank);
  }
}

static void test_builds(void **state)
{
  static const struct {
    const char *a, *b;
    bool same;
  } rows[] = {
    { "10.0.17763.1", "10.0.17763.9999", true },
    { "10.0.17763", "10.0.17763.1", true },
    { "10.0.17763.1", "10.0.1776.1", false },
    { "10.0.1776", "10.0.17763", false },
    { "10.1.17763", "10.0.17763", false },
    { "", "10.0.17763", true },
    { "", "", true },
    { "10", "10.0", false },
    { "10", "10", true },
    { "..", "..", true },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct platform a = { "windows", "amd64", "", "" };
    struct platform b = a;

    snprintf(a.os_version, sizeof(a.os_version), "%s", rows[i].a);
    snprintf(b.os_version, sizeof(b.os_version), "%s", rows[i].b);
    if (platform_same_build(&a, &b) != rows[i].same || platform_same_build(&b, &a) != rows[i].same)
      fail_msg("%s, %s", rows[i].a, rows[i].b);
  }
}

static void test_set_of_builds(void **state)
{
  struct platform_set set = { 0 };
  struct platform other;
  struct error err;

  (void)state;
  assert_int_equal(
      platform_set_add(&set, STR("windows(10.0.17763)/amd64,windows(10.0.20348)/amd64"), &err), 0);
  assert_int_equal(set.n, 2);
  assert_int_equal(platform_parse(&other, STR("windows(10.0.20348.7)/amd64"), &err), 0);
  assert_true(platform_set_has(&set, &other));
  assert_int_equal(platform_parse(&other, STR("windows(10.0.26100.1)/amd64"), &err), 0);
  assert_false(platform_set_has(&set, &other));
  platform_set_release(&set);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parse),     cmocka_unit_test(test_host),
    cmocka_unit_test(test_from_json), cmocka_unit_test(test_unknown),
    cmocka_unit_test(test_set),       cmocka_unit_test(test_rank),
    cmocka_unit_test(test_builds),    cmocka_unit_test(test_set_of_builds),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
