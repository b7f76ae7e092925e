/* image/reference: distribution's published grammar (reference.go) and Docker's defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/reference.h"

#define HEX64 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define DIGEST "@sha256:" HEX64

static void test_names(void **state)
{
  static const struct {
    const char *text;
    const char *full;     /* NULL: ERROR_USAGE */
    const char *familiar; /* or part of the message */
  } cases[] = {
    { "alpine", "docker.io/library/alpine:latest", "alpine:latest" },
    { "alpine:3.18", "docker.io/library/alpine:3.18", "alpine:3.18" },
    { "library/alpine", "docker.io/library/alpine:latest", "alpine:latest" },
    { "docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest" },
    { "index.docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest" },
    { "docker.io/library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest" },
    { "docker.io/a.b/repo", "docker.io/a.b/repo:latest", "docker.io/a.b/repo:latest" },
    { "docker.io/localhost/repo", "docker.io/localhost/repo:latest",
      "docker.io/localhost/repo:latest" },
    { "user/repo", "docker.io/user/repo:latest", "user/repo:latest" },
    { "localhost/repo:1", "localhost/repo:1", "localhost/repo:1" },
    { "localhost:5000/repo", "localhost:5000/repo:latest", "localhost:5000/repo:latest" },
    { "Upper/repo", "Upper/repo:latest", "Upper/repo:latest" },
    { "example.com/a/b/c:x", "example.com/a/b/c:x", "example.com/a/b/c:x" },
    { "example.com:80/a", "example.com:80/a:latest", "example.com:80/a:latest" },
    { "127.0.0.1:5000/a", "127.0.0.1:5000/a:latest", "127.0.0.1:5000/a:latest" },
    { "[::1]/a", "[::1]/a:latest", "[::1]/a:latest" },
    { "[fd00:1:2::3]:5000/a", "[fd00:1:2::3]:5000/a:latest", "[fd00:1:2::3]:5000/a:latest" },
    { "xn--n3h.com/a", "xn--n3h.com/a:latest", "xn--n3h.com/a:latest" },
    { "alpine" DIGEST, "docker.io/library/alpine" DIGEST, "alpine" DIGEST },
    { "alpine:3" DIGEST, "docker.io/library/alpine:3" DIGEST, "alpine:3" DIGEST },
    { "a.b_c__d-e---f/x", NULL, "no registry" },
    { "x/a.b_c__d-e---f", "docker.io/x/a.b_c__d-e---f:latest", "x/a.b_c__d-e---f:latest" },
    { "repo:5000", "docker.io/library/repo:5000", "repo:5000" },
    { "a:_x.Y-z", "docker.io/library/a:_x.Y-z", "a:_x.Y-z" },
    { "", NULL, "no repository name" },
    { ":tag", NULL, "no repository name" },
    { "a:", NULL, "no tag" },
    { "a:-x", NULL, "no tag" },
    { "a:.x", NULL, "no tag" },
    { "a:x/y", NULL, "no registry" },
    { "a:b:c", NULL, "no tag" },
    { "Alpine", NULL, "lower case" },
    { "example.com/Alpine", NULL, "lower case" },
    { "a..b", NULL, "no part" },
    { "a___b", NULL, "no part" },
    { "a._b", NULL, "no part" },
    { "-a", NULL, "no part" },
    { "a-", NULL, "no part" },
    { "a//b", NULL, "no part" },
    { "/a", NULL, "no part" },
    { "a/", NULL, "no part" },
    { "a b", NULL, "no part" },
    { "a\x80", NULL, "no part" },
    { "-x.com/a", NULL, "no registry" },
    { "x-.com/a", NULL, "no registry" },
    { "x..com/a", NULL, "no registry" },
    { "x.com./a", NULL, "no registry" },
    { "x.com:/a", NULL, "no registry" },
    { "x.com:8a/a", NULL, "no registry" },
    { "[::1/a", NULL, "no registry" },
    { "[]:1/a", NULL, "no registry" },
    { "[::g]/a", NULL, "no registry" },
    { "a@", NULL, "no digest" },
    { "a@sha256:00", NULL, "no digest" },
    { "a@md5:00112233445566778899aabbccddeeff", NULL, "sha256 and sha512" },
    { HEX64, NULL, "64 hex digits" },
    { "x/" HEX64, "docker.io/x/" HEX64 ":latest", "x/" HEX64 ":latest" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct reference reference;
    struct error err = { 0 };
    int result = reference_parse(&reference, str_of(cases[i].text), &err);
    bool good = cases[i].full && cases[i].familiar;

    if ((result == 0) != good)
      fail_msg("\"%s\": result %d (%s)", cases[i].text, result, err.message);
    if (good) {
      AUTO_FREE char *full = reference_format(&reference);
      AUTO_FREE char *familiar = reference_familiar(&reference);

      assert_string_equal(full, cases[i].full);
      assert_string_equal(familiar, cases[i].familiar);
      reference_release(&reference);
    } else {
      assert_int_equal(err.code, ERROR_USAGE);
      if (cases[i].familiar && !strstr(err.message, cases[i].familiar))
        fail_msg("\"%s\": found the message: %s", cases[i].text, err.message);
    }
  }
}

/* At most 255 bytes of repository name, "library/" counted, and 128 of tag. */
static int parse_lengths(size_t path, size_t tag)
{
  AUTO_FREE char *text = xcalloc(path + tag + 2, 1);
  struct reference reference;
  struct error err;

  memset(text, 'a', path + tag + 1);
  text[path] = ':';
  if (reference_parse(&reference, str_of(text), &err) < 0) {
    assert_non_null(strstr(err.message, "longer"));
    return -1;
  }
  reference_release(&reference);
  return 0;
}

static void test_lengths(void **state)
{
  (void)state;
  assert_int_equal(parse_lengths(247, 128), 0);
  assert_int_equal(parse_lengths(248, 1), -1);
  assert_int_equal(parse_lengths(1, 129), -1);
  assert_int_equal(parse_lengths(100000, 1), -1);
}

static void test_domain_length(void **state)
{
  char text[] = "example.com/x";
  AUTO_FREE char *good = xasprintf("%0244d%s", 0, text);  /* a domain of 255 bytes */
  AUTO_FREE char *wrong = xasprintf("%0245d%s", 0, text); /* of 256 */
  struct reference reference;
  struct error err;

  (void)state;
  assert_int_equal(reference_parse(&reference, str_of(good), &err), 0);
  reference_release(&reference);
  assert_int_equal(reference_parse(&reference, str_of(wrong), &err), -1);
  assert_non_null(strstr(err.message, "longer than 255 bytes"));
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_names), cmocka_unit_test(test_lengths),
                                      cmocka_unit_test(test_domain_length) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
