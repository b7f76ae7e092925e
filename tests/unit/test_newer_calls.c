/* In a container whose filter answers EPERM for calls that it does not know (Docker before v20.10):
 * all since Linux 5.1, of which the C library takes some for older ones. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/libc.h"
#include "base/program.h"

enum { FIRST_UNKNOWN = 424, WITHOUT_A_FILTER = 77 };

static bool know_no_newer(void)
{
  struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_UNKNOWN, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { sizeof(rules) / sizeof(*rules), rules };

  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* test: its exit status, 0 if all is as it should be. */
static void behind_filter(int (*test)(void))
{
  const pid_t pid = fork();
  int status;

  if (pid == 0)
    _exit(know_no_newer() ? test() : WITHOUT_A_FILTER);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == WITHOUT_A_FILTER)
    skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

static int look_for_files(void)
{
  if (!libc_is_there(AT_FDCWD, "/proc/self") || !libc_is_there(AT_FDCWD, "/"))
    return 1;
  if (libc_is_there(AT_FDCWD, "/proc/self/none") || errno != ENOENT)
    return 2;
  return 0;
}

static void test_files(void **state)
{
  (void)state;
  behind_filter(look_for_files);
}

static char folder[] = "/tmp/diffoci-calls-XXXXXX";

static int look_whether_it_can_be_changed(void)
{
  const int own = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int kernels = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (own < 0 || !libc_may_change(own))
    return 1;
  /* Root may write wherever the file system can. */
  if (geteuid() && (libc_may_change(kernels) || errno != EACCES))
    return 2;
  if (chmod(folder, 0500))
    return 3;
  return libc_may_change(own) == (geteuid() == 0) ? 0 : 4;
}

static void test_directories(void **state)
{
  (void)state;
  behind_filter(look_whether_it_can_be_changed);
}

/* What it writes to ends[which], and its status. */
static bool comes(struct program *program, int which, const char *wanted, int status)
{
  char text[256];
  size_t len = 0;
  ssize_t n;

  while ((n = read(program->ends[which], text + len, sizeof(text) - 1 - len)) > 0)
    len += (size_t)n;
  text[len] = '\0';
  return program_wait(program, true) && WIFEXITED(program->status) &&
         WEXITSTATUS(program->status) == status && strcmp(text, wanted) == 0;
}

static int start_one_that_writes(void)
{
  static const char *const argv[] = { "sh", "-c", "echo said >&2; read x; echo written$x$Y; exit 7",
                                      NULL };
  static char *const environment[] = { (char *)(uintptr_t) "Y=set", NULL };
  const struct program_wanted wanted = { argv, environment, PROGRAM_WRITES, NULL };
  struct program program;
  char said[16] = "";

  if (program_start_here(&program, &wanted) || !program_runs(&program))
    return 1;
  if (!comes(&program, 0, "writtenset\n", 7))
    return 2;
  return read(program.ends[1], said, sizeof(said) - 1) > 0 && strcmp(said, "said\n") == 0 ? 0 : 3;
}

/* The usual signals, none of them blocked or ignored, and a process group of its own. */
static int start_one_that_talks(void)
{
  static const char *const argv[] = { "sh", "-c",
                                      "cat; grep -E '^Sig(Blk|Ign):.*[1-9a-f]' /proc/self/status; "
                                      "test $$ = $(cut -d' ' -f5 /proc/$$/stat) && echo alone",
                                      NULL };
  const struct program_wanted wanted = { argv, NULL, PROGRAM_TALKS, "asked\n" };
  struct program program;
  sigset_t all;

  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_DFL); /* whoever started the test may have ignored some */
  signal(SIGPIPE, SIG_IGN);
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  if (program_start_here(&program, &wanted) || !program.group)
    return 1;
  return comes(&program, 0, "asked\nalone\n", 0) ? 0 : 2;
}

static int start_one_that_reads(void)
{
  static const char *const argv[] = { "sh", "-c", "read x; test \"$x\" = given", NULL };
  const struct program_wanted wanted = { argv, NULL, PROGRAM_READS, NULL };
  struct program program;

  if (program_start_here(&program, &wanted) || write(program.ends[0], "given\n", 6) != 6)
    return 1;
  close(program.ends[0]);
  return program_wait(&program, true) && program.status == 0 ? 0 : 2;
}

static int start_none(void)
{
  static const char *const argv[] = { "/none/at/all", NULL };
  const struct program_wanted wanted = { argv, NULL, PROGRAM_WRITES, NULL };
  struct program program;

  if (program_start_here(&program, &wanted) != ENOENT || program_runs(&program))
    return 1;
  return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? 0 : 2;
}

static void test_programs(void **state)
{
  (void)state;
  behind_filter(start_one_that_writes);
  behind_filter(start_one_that_talks);
  behind_filter(start_one_that_reads);
  behind_filter(start_none);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_files),
    cmocka_unit_test(test_directories),
    cmocka_unit_test(test_programs),
  };
  int status;

  if (!mkdtemp(folder))
    return 1;
  status = cmocka_run_group_tests(tests, NULL, NULL);
  rmdir(folder);
  return status;
}
