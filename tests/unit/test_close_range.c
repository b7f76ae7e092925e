/* Descriptors are closed also where the system refuses close_range(2): before Linux 5.9, and in a
 * container whose filter does not know it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/libc.h"

enum { FIRST = 20, LAST = 29, WITHOUT_A_FILTER = 77 };

/* From here on the call fails with this errno value; 0: as it is. */
static bool refuse(int code)
{
  struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)code),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { sizeof(rules) / sizeof(*rules), rules };

  return code == 0 || (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static bool is_open(int fd)
{
  return fcntl(fd, F_GETFD) >= 0;
}

/* The exit status of a process that closes FIRST to LAST of those around them. */
static int close_them(int code)
{
  const struct rlimit limit = { 64, 64 };

  for (int fd = FIRST - 1; fd <= LAST + 1; fd++)
    if (dup2(STDIN_FILENO, fd) < 0)
      return 2;
  if (setrlimit(RLIMIT_NOFILE, &limit))
    return 2;
  if (!refuse(code))
    return WITHOUT_A_FILTER;
  if (libc_close_range(FIRST, LAST))
    return 3;
  for (int fd = FIRST; fd <= LAST; fd++)
    if (is_open(fd))
      return 4;
  if (!is_open(FIRST - 1) || !is_open(LAST + 1))
    return 5;
  if (libc_close_range(STDERR_FILENO + 1, ~0U))
    return 6;
  for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
    if (is_open(fd))
      return 7;
  return is_open(STDIN_FILENO) ? 0 : 8;
}

static void closes(int code)
{
  const pid_t pid = fork();
  int status;

  if (pid == 0)
    _exit(close_them(code));
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == WITHOUT_A_FILTER)
    skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_as_it_is(void **state)
{
  (void)state;
  closes(0);
}

static void test_there_is_no_such_call(void **state)
{
  (void)state;
  closes(ENOSYS);
}

static void test_it_is_not_permitted(void **state)
{
  (void)state;
  closes(EPERM);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_as_it_is),
    cmocka_unit_test(test_there_is_no_such_call),
    cmocka_unit_test(test_it_is_not_permitted),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
