/* net/docker_config: which entry of a config.json belongs to a repository, as Docker and
 * containers-auth.json(5) have it. The base64 is from coreutils. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "image/json.h"
#include "net/auth/auth_token.h"
#include "net/auth/credential_helper.h"
#include "net/auth/docker_config.h"

struct sample {
  const char *config, *domain, *path;
  int result;
  const char *user, *secret;
  bool identity;
};

#define AB "{\"auth\":\"YTpi\"}"      /* a:b */
#define CD "{\"auth\":\"YzpkOmU=\"}"  /* c:d:e */
#define NUL "{\"auth\":\"YTpiAAAA\"}" /* a:b and three NULs */
#define AUTHS(entries) "{\"auths\":{" entries "}}"

static const struct sample samples[] = {
  { "{}", "x.io", "a", 0, NULL, NULL, false },
  { "{\"auths\":null}", "x.io", "a", 0, NULL, NULL, false },
  { AUTHS("\"x.io\":" AB), "x.io", "a", 1, "a", "b", false },
  { AUTHS("\"x.io\":" CD), "x.io", "a", 1, "c", "d:e", false },
  { AUTHS("\"x.io\":" NUL), "x.io", "a", 1, "a", "b", false },
  { AUTHS("\"x.io\":{}"), "x.io", "a", 0, NULL, NULL, false },
  { AUTHS("\"x.io:5000\":" AB), "x.io", "a", 0, NULL, NULL, false },
  { AUTHS("\"x.io\":" AB), "x.io:5000", "a", 0, NULL, NULL, false },
  { AUTHS("\"https://x.io/v1/\":" AB), "x.io", "a", 1, "a", "b", false },
  { AUTHS("\"http://x.io\":" AB), "x.io", "a", 1, "a", "b", false },
  { AUTHS("\"x.io/v2/\":" AB), "x.io", "a", 1, "a", "b", false },
  { AUTHS("\"x.io\":" AB ",\"x.io/team\":" CD), "x.io", "team/app", 1, "c", "d:e", false },
  { AUTHS("\"x.io\":" AB ",\"x.io/team\":" CD), "x.io", "teams/app", 1, "a", "b", false },
  { AUTHS("\"x.io/team/app\":" AB ",\"x.io/team\":" CD), "x.io", "team/app", 1, "a", "b", false },
  { AUTHS("\"x.io/team\":" AB), "x.io", "other", 0, NULL, NULL, false },
  { AUTHS("\"evil.x.io\":" AB), "x.io", "a", 0, NULL, NULL, false },
  { AUTHS("\"x.io.evil\":" AB), "x.io", "a", 0, NULL, NULL, false },
  { AUTHS("\"https://index.docker.io/v1/\":" AB), "docker.io", "library/a", 1, "a", "b", false },
  /* Docker looks for this key alone, and takes another only where there is none. */
  { AUTHS("\"docker.io\":{\"auth\":\"Yzpk\"},\"https://index.docker.io/v1/\":" AB), "docker.io",
    "library/a", 1, "a", "b", false },
  { AUTHS("\"docker.io\":" AB), "docker.io", "library/a", 1, "a", "b", false },
  { AUTHS("\"docker.io/me\":" AB), "docker.io", "library/a", 0, NULL, NULL, false },
  { AUTHS("\"https://index.docker.io/v1/\":" AB), "x.io", "a", 0, NULL, NULL, false },
  { AUTHS("\"x.io\":{\"username\":\"u\",\"password\":\"p\"}"), "x.io", "a", 1, "u", "p", false },
  { AUTHS("\"x.io\":{\"auth\":\"YTpi\",\"identitytoken\":\"t\"}"), "x.io", "a", 1, "", "t", true },
  { "{\"auths\":7}", "x.io", "a", -1, NULL, NULL, false },
  { AUTHS("\"x.io\":7"), "x.io", "a", -1, NULL, NULL, false },
  { AUTHS("\"x.io\":{\"auth\":7}"), "x.io", "a", -1, NULL, NULL, false },
  { AUTHS("\"x.io\":{\"auth\":\"%%%%\"}"), "x.io", "a", -1, NULL, NULL, false },
  { AUTHS("\"x.io\":{\"auth\":\"YTp\"}"), "x.io", "a", -1, NULL, NULL, false },
  { AUTHS("\"x.io\":{\"auth\":\"YWI=\"}"), "x.io", "a", -1, NULL, NULL, false }, /* no colon */
};

static void test_find(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    struct error err;
    AUTO_JSON config = docker_config_parse(str_of(samples[i].config), &err);
    struct credential found = { 0 };

    assert_non_null(config);
    assert_int_equal(docker_config_find(config, samples[i].domain, samples[i].path, &found, &err),
                     samples[i].result);
    if (samples[i].result > 0) {
      assert_string_equal(found.user, samples[i].user);
      assert_string_equal(found.secret, samples[i].secret);
      assert_int_equal(found.identity, samples[i].identity);
    }
    credential_release(&found);
  }
}

/* A token for the registry itself comes before all else that an entry holds, as for Docker. */
static void test_registry_token(void **state)
{
  static const struct {
    const char *entry, *secret; /* secret NULL: refused */
  } rows[] = {
    { "{\"registrytoken\":\"t.-_~+/=\"}", "t.-_~+/=" },
    { "{\"registrytoken\":\"t\",\"auth\":\"YTpi\",\"identitytoken\":\"i\"}", "t" },
    { "{\"registrytoken\":\"a b\"}", NULL },
    { "{\"registrytoken\":\"a\\r\\nX: y\"}", NULL },
    { "{\"registrytoken\":\"\\u00e9\"}", NULL },
    { "{\"registrytoken\":7}", NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    AUTO_FREE char *text = xasprintf("{\"auths\":{\"x.io\":%s}}", rows[i].entry);
    struct credential found = { 0 };
    struct error err;
    AUTO_JSON config = docker_config_parse(str_of(text), &err);

    assert_non_null(config);
    assert_int_equal(docker_config_find(config, "x.io", "a", &found, &err),
                     rows[i].secret ? 1 : -1);
    if (rows[i].secret) {
      assert_string_equal(found.secret, rows[i].secret);
      assert_true(found.registry);
      assert_false(found.identity);
    } else {
      assert_null(strstr(err.message, "a b"));
    }
    credential_release(&found);
  }
}

static void test_helper(void **state)
{
  static const struct {
    const char *config, *domain, *helper;
  } helpers[] = {
    { "{}", "x.io", NULL },
    { "{\"credsStore\":\"desktop\"}", "x.io", "desktop" },
    { "{\"credsStore\":\"\"}", "x.io", NULL },
    { "{\"credHelpers\":{\"x.io\":\"ecr\"},\"credsStore\":\"desktop\"}", "x.io", "ecr" },
    { "{\"credHelpers\":{\"x.io\":\"ecr\"},\"credsStore\":\"desktop\"}", "y.io", "desktop" },
    { "{\"credHelpers\":{\"x.io\":\"ecr\"}}", "y.io", NULL },
    { "{\"credHelpers\":{\"https://index.docker.io/v1/\":\"h\"}}", "docker.io", "h" },
    { "{\"credHelpers\":{\"docker.io\":\"g\",\"https://index.docker.io/v1/\":\"h\"}}", "docker.io",
      "h" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(helpers); i++) {
    struct error err;
    AUTO_JSON config = docker_config_parse(str_of(helpers[i].config), &err);
    const char *found = "unset";

    assert_int_equal(docker_config_helper(config, helpers[i].domain, &found, &err), 0);
    if (helpers[i].helper)
      assert_string_equal(found, helpers[i].helper);
    else
      assert_null(found);
  }
}

static void test_no_secret_in_errors(void **state)
{
  static const char *const broken[] = {
    "{\"auths\":{\"x.io\":{\"auth\":\"hunter2\"",
    "{\"auths\":{\"x.io\":{\"auth\":\"hunter2\"}}, }",
    "{\"auths\":{\"x.io\":{\"auth\" \"hunter2\"}}}",
    "hunter2",
    "[\"hunter2\"]",
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
    struct error err;

    assert_null(docker_config_parse(str_of(broken[i]), &err));
    assert_null(strstr(err.message, "hunter2"));
  }
}

static void test_basic(void **state)
{
  char *header = auth_basic("Aladdin", "open sesame"); /* the example of RFC 7617 */

  (void)state;
  assert_string_equal(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  free(header);
}

static void test_token(void **state)
{
  static const struct {
    const char *answer, *text;
    unsigned seconds;
  } answers[] = {
    { "{\"token\":\"abc\"}", "abc", 60 },
    { "{\"access_token\":\"abc\",\"expires_in\":300}", "abc", 300 },
    { "{\"token\":\"abc\",\"access_token\":\"def\",\"expires_in\":0}", "abc", 60 },
    { "{\"token\":\"\",\"access_token\":\"def\",\"expires_in\":-5}", "def", 60 },
    { "{\"token\":\"abc\",\"expires_in\":99999999999}", "abc", 2147483647 },
    { "{}", NULL, 0 },
    { "{\"token\":\"a b\"}", NULL, 0 },
    { "{\"token\":\"a\\r\\nHost: b\"}", NULL, 0 },
    { "{\"token\":7}", NULL, 0 },
    { "{\"token\":\"abc\",\"expires_in\":\"soon\"}", NULL, 0 },
    { "", NULL, 0 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
    struct token token = { 0 };
    struct error err;
    int result = token_parse(str_of(answers[i].answer), &token, &err);

    assert_int_equal(result, answers[i].text ? 0 : -1);
    if (answers[i].text) {
      assert_string_equal(token.text, answers[i].text);
      assert_int_equal(token.seconds, answers[i].seconds);
    }
    token_release(&token);
  }
}

/* What has ended may stay as a zombie, until whoever adopted it takes notice. */
static bool runs(int pid)
{
  AUTO_FREE char *path = xasprintf("/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  char state = 'Z';

  if (!file)
    return false;
  if (fscanf(file, "%*d %*s %c", &state) != 1)
    state = 'Z';
  assert_int_equal(fclose(file), 0);
  return state != 'Z';
}

/* A helper that gives no answer is ended, with what it started. */
static void test_helper_hangs(void **state)
{
  static const char script[] = "#!/bin/sh\n"
                               "echo $$ >\"${0%/*}/pid\"\n"
                               "sleep 300 &\n"
                               "echo $! >\"${0%/*}/pid2\"\n"
                               "wait\n";
  char place[] = "/tmp/diffoci-helper-XXXXXX";
  AUTO_FREE char *path = NULL;
  AUTO_FREE char *program = NULL;
  struct credential found = { 0 };
  const char *const pids[] = { "pid", "pid2" };
  const time_t before = time(NULL);
  struct error err;
  FILE *file;

  (void)state;
  assert_non_null(mkdtemp(place));
  program = xasprintf("%s/docker-credential-slow", place);
  file = fopen(program, "w");
  assert_non_null(file);
  assert_true(fputs(script, file) >= 0);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(chmod(program, 0755), 0);
  path = xasprintf("%s:%s", place, getenv("PATH"));
  assert_int_equal(setenv("PATH", path, 1), 0);
  assert_int_equal(credential_helper_get("slow", "x.io", 1, &found, &err), -1);
  assert_int_equal(err.code, ERROR_TIMEOUT);
  assert_non_null(strstr(err.message, "docker-credential-slow"));
  assert_true(time(NULL) - before < 60);
  for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
    AUTO_FREE char *name = xasprintf("%s/%s", place, pids[i]);
    int pid = 0;

    file = fopen(name, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    assert_int_equal(fclose(file), 0);
    for (int tries = 0; tries < 500 && runs(pid); tries++)
      nanosleep(&(struct timespec) { 0, 10 * 1000000 }, NULL);
    assert_false(runs(pid));
    assert_int_equal(unlink(name), 0);
  }
  assert_int_equal(unlink(program), 0);
  assert_int_equal(rmdir(place), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_find),         cmocka_unit_test(test_helper),
    cmocka_unit_test(test_basic),        cmocka_unit_test(test_no_secret_in_errors),
    cmocka_unit_test(test_token),        cmocka_unit_test(test_registry_token),
    cmocka_unit_test(test_helper_hangs),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
