/* Why a child ended, told apart by what its parent can know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/death.h"
#include "base/machine.h"
#include "file_tree.h"
#include "report/directory/remove_tree.h"

/* A place that /proc and /sys are looked for in. */
static char *root;

static void put(const char *path, const char *text)
{
  AUTO_FREE char *name = xasprintf("%s/%s", root, path);
  FILE *file;

  for (char *at = strchr(name + strlen(root) + 1, '/'); at; at = strchr(at + 1, '/')) {
    *at = '\0';
    mkdir(name, 0700);
    *at = '/';
  }
  file = fopen(name, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static int make_root(void **state)
{
  (void)state;
  root = tree_new();
  return 0;
}

static int remove_root(void **state)
{
  int result = remove_tree(AT_FDCWD, root);

  (void)state;
  free(root);
  return result;
}

static int killed_by(int number)
{
  return number; /* as wait(2) has it: no core file */
}

static const struct rusage little = { .ru_utime = { 0, 1000 } };

static void signals_of_its_own(void **state)
{
  const struct death_watch watch = { UINT64_MAX, UINT64_MAX, 10 };

  (void)state;
  assert_int_equal(death_cause(&watch, 0, &little, root), DEATH_BY_ITSELF);
  assert_int_equal(death_cause(&watch, 1 << 8, &little, root), DEATH_BY_ITSELF);
  assert_int_equal(death_cause(&watch, killed_by(SIGSEGV), &little, root), DEATH_BY_FAULT);
  assert_int_equal(death_cause(&watch, killed_by(SIGBUS), &little, root), DEATH_BY_FAULT);
  assert_int_equal(death_cause(&watch, killed_by(SIGSYS), &little, root), DEATH_BY_FILTER);
  assert_int_equal(death_cause(&watch, killed_by(SIGABRT), &little, root), DEATH_BY_ABORT);
  assert_int_equal(death_cause(&watch, killed_by(SIGXCPU), &little, root), DEATH_BY_PROCESSOR);
  assert_int_equal(death_cause(&watch, killed_by(SIGTERM), &little, root), DEATH_BY_OTHERS);
}

static void who_sent_the_kill(void **state)
{
  const struct rusage much = { .ru_utime = { 9, 900000 }, .ru_stime = { 0, 60000 } };
  struct death_watch watch;

  (void)state;
  put("proc/self/cgroup", "1:name=systemd:/\n0::/a/b\n");
  put("proc/vmstat", "nr_free_pages 1\noom_kill 3\nswap_ra 0\n");
  put("sys/fs/cgroup/a/b/memory.events", "low 0\noom 4\noom_kill 4\noom_group_kill 0\n");
  put("sys/fs/cgroup/a/memory.events", "low 0\noom 9\noom_kill 9\noom_group_kill 0\n");
  death_watch(&watch, 10, root);
  assert_int_equal(watch.group_kills, 4);
  assert_int_equal(watch.kills, 3);
  assert_int_equal(watch.cpu_seconds, 10);
  assert_int_equal(death_cause(&watch, killed_by(SIGKILL), &little, root), DEATH_BY_OTHERS);
  assert_int_equal(death_cause(&watch, killed_by(SIGKILL), &much, root), DEATH_BY_PROCESSOR);
  put("proc/vmstat", "oom_kill 4\n");
  assert_int_equal(death_cause(&watch, killed_by(SIGKILL), &little, root), DEATH_BY_MACHINE);
  put("sys/fs/cgroup/a/b/memory.events", "oom 5\noom_kill 5\n");
  assert_int_equal(death_cause(&watch, killed_by(SIGKILL), &little, root), DEATH_BY_GROUP);
  assert_string_equal(death_words(DEATH_BY_GROUP), "its control group ran out of memory");
}

/* A file that comes a page at a time and has its line behind the first. */
static void what_the_system_says(void **state)
{
  AUTO_BUF text = BUF_INIT(TREE_TEXT_MAX);

  (void)state;
  while (text.len < 9000)
    buf_puts(&text, "nr_something 17\n");
  buf_puts(&text, "not_oom_kill 5\noom_kill 12\n");
  put("proc/vmstat", text.ptr);
  assert_int_equal(machine_kills(root), 12);
  put("proc/vmstat", "nr_something 1\n");
  assert_int_equal(machine_kills(root), UINT64_MAX);
  put("proc/self/cgroup", "0::/none\n");
  assert_int_equal(machine_group_kills(root), UINT64_MAX);
}

/* The kernel's own limit, which is told with a signal that says so. */
static void the_processor_time(void **state)
{
  struct death_watch watch;
  struct rusage used;
  int status;
  pid_t pid;

  (void)state;
  death_watch(&watch, 1, "");
  pid = fork();
  if (pid == 0) {
    const struct rlimit limit = { 1, 1 }; /* both: then it is SIGKILL */

    setrlimit(RLIMIT_CPU, &limit);
    for (volatile unsigned i = 0;; i++)
      continue;
  }
  assert_int_equal(wait4(pid, &status, 0, &used), pid);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(death_cause(&watch, status, &used, ""), DEATH_BY_PROCESSOR);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(signals_of_its_own),
    cmocka_unit_test(who_sent_the_kill),
    cmocka_unit_test(what_the_system_says),
    cmocka_unit_test(the_processor_time),
  };

  return cmocka_run_group_tests(tests, make_root, remove_root);
}
