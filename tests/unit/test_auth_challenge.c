/* net/challenge: WWW-Authenticate by RFC 9110, 11.6.1, with its example and what registries send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/auth/challenge.h"

struct wanted {
  const char *scheme, *realm, *service, *scope, *error;
};

struct sample {
  const char *header;
  size_t n;
  struct wanted wanted[3];
};

static const struct sample good[] = {
  { "", 0, { { 0 } } },
  { " ,, ", 0, { { 0 } } },
  { "Basic realm=\"simple\"", 1, { { .scheme = "Basic", .realm = "simple" } } },
  { "Basic REALM=simple", 1, { { .scheme = "Basic", .realm = "simple" } } },
  { "Basic realm = \"simple\" ", 1, { { .scheme = "Basic", .realm = "simple" } } },
  /* The example of RFC 9110, 11.6.1. */
  { "Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\"",
    2,
    { { .scheme = "Basic", .realm = "simple" }, { .scheme = "Newauth", .realm = "apps" } } },
  { "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
    "scope=\"repository:library/alpine:pull\",error=\"invalid_token\"",
    1,
    { { "Bearer", "https://auth.docker.io/token", "registry.docker.io",
        "repository:library/alpine:pull", "invalid_token" } } },
  { "Bearer scope=\"repository:a:pull,push repository:b:pull\"",
    1,
    { { .scheme = "Bearer", .scope = "repository:a:pull,push repository:b:pull" } } },
  { "Bearer realm=\"a\\\"b\\\\c\"", 1, { { .scheme = "Bearer", .realm = "a\"b\\c" } } },
  { "Bearer realm=first,realm=second", 1, { { .scheme = "Bearer", .realm = "first" } } },
  { "Negotiate", 1, { { .scheme = "Negotiate" } } },
  { "Negotiate, Basic realm=x",
    2,
    { { .scheme = "Negotiate" }, { .scheme = "Basic", .realm = "x" } } },
  { "Negotiate YWJj/+==, Basic realm=x",
    2,
    { { .scheme = "Negotiate" }, { .scheme = "Basic", .realm = "x" } } },
  { "Basic realm=x,, ,Bearer realm=y",
    2,
    { { .scheme = "Basic", .realm = "x" }, { .scheme = "Bearer", .realm = "y" } } },
};

static void assert_same(const char *found, const char *wanted)
{
  if (wanted)
    assert_string_equal(found, wanted);
  else
    assert_null(found);
}

static void test_good(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(good); i++) {
    struct challenge_list list = { 0 };
    struct error err;

    assert_int_equal(challenges_parse(&list, str_of(good[i].header), &err), 0);
    assert_int_equal(list.n, good[i].n);
    for (size_t k = 0; k < list.n; k++) {
      assert_same(list.items[k].scheme, good[i].wanted[k].scheme);
      assert_same(list.items[k].realm, good[i].wanted[k].realm);
      assert_same(list.items[k].service, good[i].wanted[k].service);
      assert_same(list.items[k].scope, good[i].wanted[k].scope);
      assert_same(list.items[k].error, good[i].wanted[k].error);
    }
    challenges_release(&list);
  }
}

static void test_bad(void **state)
{
  static const char *const bad[] = {
    "=",
    "\"x\"",
    "Basic realm=\"x",
    "Basic realm=\"x\\",
    "Basic realm=\"x\" y=\"z\"",
    "Bas(c realm=x",
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    struct challenge_list list = { 0 };
    struct error err;

    assert_int_equal(challenges_parse(&list, str_of(bad[i]), &err), -1);
    assert_int_equal(err.code, ERROR_CORRUPT);
    challenges_release(&list);
  }
}

static void test_find(void **state)
{
  struct challenge_list list = { 0 };
  struct error err;

  (void)state;
  assert_int_equal(challenges_parse(&list, STR("Basic realm=a"), &err), 0);
  assert_int_equal(challenges_parse(&list, STR("bearer realm=b, BEARER realm=c"), &err), 0);
  assert_string_equal(challenges_find(&list, "Bearer")->realm, "b");
  assert_string_equal(challenges_find(&list, "basic")->realm, "a");
  assert_null(challenges_find(&list, "Digest"));
  challenges_release(&list);
}

static void test_many(void **state)
{
  struct challenge_list list = { 0 };
  struct error err;

  (void)state;
  assert_int_equal(challenges_parse(&list, STR("a,b,c,d,e,f,g,h,i,j,k,l"), &err), 0);
  assert_int_equal(list.n, CHALLENGES_IN_HEADER);
  challenges_release(&list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),
    cmocka_unit_test(test_bad),
    cmocka_unit_test(test_find),
    cmocka_unit_test(test_many),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
