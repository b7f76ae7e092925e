/* source/engine_commands: what a process that was taken over could have an engine's program do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/starter_plans.h"
#include "image/platform.h"
#include "source/engine/engine_commands.h"

_Noreturn void out_of_memory(void)
{
  abort();
}

#define ID "3279f3dd76d0b32b89feb0acaf5ee9ab17a79ec02bdd6d460ce14c1f6e85a208"

enum { INSPECT, VERSION, SAVE };

/* The words behind those of the plan, as they are sent. */
static bool may_start(const char *name, const struct source_options *options, int plan,
                      struct str words)
{
  struct starter *starter = starter_new();
  const char *argv[STARTER_ARGV_MAX];
  struct program_wanted out;
  AUTO_BUF request = BUF_INIT(STARTER_REQUEST_MAX);
  int number;

  source_engine_allow(engine_kind_of("podman"), name, options, starter);
  buf_putc(&request, (char)plan);
  buf_add(&request, words.ptr, words.len);
  number = starter_read_request(starter, request.ptr, request.len, &out, argv, STARTER_ARGV_MAX);
  assert_true(number < 0 || strcmp(argv[0], "podman") == 0);
  starter_free(starter);
  return number >= 0;
}

static void test_what_is_saved(void **state)
{
  static const struct {
    const char *name;
    struct str words;
    bool may;
  } rows[] = {
    { "app", STR("--\0app\0"), true },
    { "app", STR("--\0app:latest\0"), true },
    { "app", STR("--format=oci-archive\0--uncompressed\0--\0app\0"), true },
    { "3279f3dd", STR("--\0" ID "\0"), true },
    { "3279f3dd", STR("--\0sha256:" ID "\0"), true },
    { "sha256:3279f3dd", STR("--\0sha256:3279f3dd\0"), true },
    /* another image */
    { "app", STR("--\0apple\0"), false },
    { "app", STR("--\0app:1\0"), false },
    { "app", STR("--\0ap\0"), false },
    { "app", STR("--\0\0"), false },
    { "app", STR("--\0" ID "\0"), false },
    { "4279", STR("--\0" ID "\0"), false },
    { "3279", STR("--\0" ID "0\0"), false },
    { "3279", STR("--\0sha256:sha256:" ID "\0"), false },
    { "sha256:", STR("--\0sha256:" ID "\0"), false },
    { "sha256:", STR("--\0" ID "\0"), false },
    { "", STR("--\0" ID "\0"), false },
    { "", STR("--\0:latest\0"), false },
    /* more than one, or a flag that nobody wanted */
    { "app", STR("--\0app\0app\0"), false },
    { "app", STR("app\0"), false },
    { "app", STR("-o\0--\0app\0"), false },
    { "app", STR("--output=/etc/passwd\0--\0app\0"), false },
    { "app", STR("--all-platforms\0--\0app\0"), false },
    { "app", STR("--format=oci-dir\0--\0app\0"), false },
    { "app", STR("--\0app"), false }, /* a word without its end */
  };
  const struct source_options options = { .platforms = NULL };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    if (may_start(rows[i].name, &options, SAVE, rows[i].words) != rows[i].may)
      fail_msg("row %zu", i);
}

static void test_platforms_that_are_wanted(void **state)
{
  const struct platform_set all = { .all = true };
  const struct source_options options = { .platforms = &all };

  (void)state;
  assert_true(may_start("app", &options, SAVE, STR("--all-platforms\0--\0app\0")));
  assert_false(may_start("app", &options, SAVE, STR("--platform=linux/arm64\0--\0app\0")));
  assert_false(
      may_start("app", &options, SAVE, STR("--all-platforms\0--all-platforms\0--\0app\0")));
}

static void test_nothing_follows_what_is_asked(void **state)
{
  const struct source_options options = { .platforms = NULL };

  (void)state;
  for (int plan = INSPECT; plan <= VERSION; plan++) {
    assert_true(may_start("app", &options, plan, STR("")));
    assert_false(may_start("app", &options, plan, STR("app\0")));
  }
  assert_false(may_start("app", &options, SAVE + 1, STR("")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_what_is_saved),
    cmocka_unit_test(test_platforms_that_are_wanted),
    cmocka_unit_test(test_nothing_follows_what_is_asked),
  };

  unsetenv("PODMAN");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
