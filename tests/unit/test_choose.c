/* source/choose: which of several images a REF means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "source/archive/choose.h"

#define HEX_A "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
#define HEX_B "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f"

/* The digests of "a\n" and "b\n", as sha256sum gives them. */
static struct digest digest_a(void)
{
  return digest_of(DIGEST_SHA256, "a\n", 2);
}

static struct digest digest_b(void)
{
  return digest_of(DIGEST_SHA256, "b\n", 2);
}

enum { NOT_FOUND = -1, AMBIGUOUS = -2 };

static int choose(const struct candidate *candidates, size_t n, const char *ref, struct error *err)
{
  size_t chosen = 99;

  if (choose_candidate(candidates, n, ref, &chosen, err) == 0)
    return (int)chosen;
  return err->code == ERROR_AMBIGUOUS ? AMBIGUOUS : NOT_FOUND;
}

static void test_refs(void **state)
{
  const struct candidate candidates[] = {
    { "docker.io/library/alpine:3.18", "3.18", digest_a(), NULL },
    { "docker.io/library/alpine:3.19", "3.19", digest_b(), NULL },
    { "example.com:5000/team/app:3.19", "3.19", digest_a(), NULL },
    { NULL, "localhost/built:x", digest_a(), NULL },
    { NULL, "plain", digest_b(), NULL },
    { "busybox:1", NULL, digest_b(), NULL },
    { "docker.io/library/alpine:same", "same", digest_a(), NULL },
    { "docker.io/other/alpine:same", "same", digest_a(), NULL },
  };
  static const struct {
    const char *ref;
    int wanted;
  } cases[] = {
    { "docker.io/library/alpine:3.18", 0 },
    { "alpine:3.18", 0 },
    { "library/alpine:3.19", 1 },
    { "3.18", 0 },
    { "3.19", AMBIGUOUS },
    { "example.com:5000/team/app:3.19", 2 },
    { "localhost/built:x", 3 },
    { "x", 3 },
    { "plain", 4 },
    { "busybox:1", 5 },
    { "docker.io/library/busybox:1", 5 },
    { "1", 5 },
    { "same", 6 }, /* one image under two names */
    { "alpine", NOT_FOUND },
    { "alpine:4", NOT_FOUND },
    { "lpine:3.18", NOT_FOUND },
    { "5000/team/app:3.19", NOT_FOUND },
    { "sha256:" HEX_A, 0 },
    { "sha256:" HEX_B, 1 },
    { "example.com/whatever@sha256:" HEX_B, 1 },
    { HEX_B, 1 },
    { "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", NOT_FOUND },
    { NULL, AMBIGUOUS },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err = { 0 };
    int found = choose(candidates, ARRAY_LEN(candidates), cases[i].ref, &err);

    if (found != cases[i].wanted)
      fail_msg("\"%s\": expected %d, found %d (%s)", cases[i].ref, cases[i].wanted, found,
               err.message);
  }
}

static void test_only_one(void **state)
{
  const struct candidate same[] = { { "a:1", NULL, digest_a(), NULL },
                                    { "a:2", NULL, digest_a(), NULL } };
  struct error err;

  (void)state;
  assert_int_equal(choose(same, 2, NULL, &err), 0);
  assert_int_equal(choose(same, 1, NULL, &err), 0);
  assert_int_equal(choose(same, 0, NULL, &err), NOT_FOUND);
  assert_non_null(strstr(err.message, "no image"));
  assert_int_equal(choose(same, 0, "x", &err), NOT_FOUND);
}

static void test_lists(void **state)
{
  const struct platform arm = { "linux", "arm64", "", "" };
  struct candidate many[30];
  struct error err;
  char name[2000];

  (void)state;
  memset(name, 'n', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  for (size_t i = 0; i < ARRAY_LEN(many); i++)
    many[i] = (struct candidate) { NULL, NULL, i ? digest_b() : digest_a(), &arm };
  assert_int_equal(choose(many, 2, NULL, &err), AMBIGUOUS);
  assert_non_null(strstr(err.message, "sha256:" HEX_A " (linux/arm64), sha256:" HEX_B));
  for (size_t i = 0; i < ARRAY_LEN(many); i++)
    many[i].name = "short:1";
  assert_int_equal(choose(many, ARRAY_LEN(many), NULL, &err), AMBIGUOUS);
  assert_non_null(strstr(err.message, "sha256:" HEX_A " (linux/arm64), sha256:" HEX_B));
  assert_null(strstr(err.message, "short:1"));
  assert_non_null(strstr(err.message, " more"));
  for (size_t i = 0; i < ARRAY_LEN(many); i++)
    many[i].name = name;
  assert_int_equal(choose(many, ARRAY_LEN(many), NULL, &err), AMBIGUOUS);
  assert_non_null(strstr(err.message, " more"));
  assert_true(strlen(err.message) < sizeof(err.message) - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_refs), cmocka_unit_test(test_only_one),
                                      cmocka_unit_test(test_lists) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
