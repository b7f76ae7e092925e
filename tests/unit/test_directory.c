/* source/members: directories, pipes, and the paths of members. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "source/archive/members.h"
#include "source/archive/path.h"

enum { MAX_BYTES = 4096 };

/* What members_read gives for a path: the content, or "!CODE MESSAGE"; to be freed. */
static char *read_path(struct members *members, const char *path)
{
  AUTO_BUF out = BUF_INIT(MAX_BYTES);
  struct error err;

  if (members_read(members, str_of(path), MAX_BYTES, &out, &err) < 0)
    return xasprintf("!%d %s", err.code, err.message);
  return buf_detach(&out);
}

static void assert_reads(struct members *members, const char *path, const char *wanted)
{
  AUTO_FREE char *found = read_path(members, path);

  if (wanted[0] == '!' ? strncmp(found, wanted, 2) != 0 || !strstr(found, wanted + 3)
                       : strcmp(found, wanted) != 0)
    fail_msg("%s: expected \"%s\", found \"%.300s\"", path, wanted, found);
}

/* What a directory of many links gives, however it is opened. */
static void check_directory(void)
{
  static const char outside[] = "!4 outside the directory";
  char dir[] = "/tmp/diffoci-members-XXXXXX";
  struct limits limits = limits_scaled(1);
  struct error err;
  struct members *members;
  int fd;

  assert_non_null(mkdtemp(dir));
  fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
  assert_int_equal(mkdirat(fd, "sub", 0755), 0);
  assert_int_equal(close(openat(fd, "sub/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644)), 0);
  assert_int_equal(symlinkat("sub/file", fd, "inside"), 0);
  assert_int_equal(symlinkat("sub/.././/sub", fd, "inside-dir"), 0);
  assert_int_equal(symlinkat("../inside-dir/file", fd, "sub/back"), 0);
  assert_int_equal(symlinkat("round", fd, "round"), 0);
  assert_int_equal(symlinkat("sub/../../sub/file", fd, "out-and-in"), 0);
  assert_int_equal(symlinkat("/etc/passwd", fd, "outside"), 0);
  assert_int_equal(symlinkat("/etc", fd, "outside-dir"), 0);
  assert_int_equal(symlinkat("../../../../../etc/passwd", fd, "above"), 0);
  assert_int_equal(symlinkat("nowhere/../sub/file", fd, "through-none"), 0);
  assert_int_equal(symlinkat("sub/file/../file", fd, "through-file"), 0);
  assert_int_equal(symlinkat("sub/file/.", fd, "below-file"), 0);
  assert_int_equal(symlinkat("sub/file/", fd, "as-directory"), 0);
  assert_int_equal(mkfifoat(fd, "fifo", 0644), 0);
  members = members_of_path(dir, &limits, &err);
  assert_non_null(members);
  assert_reads(members, "sub/file", "");
  assert_reads(members, "./sub//../inside", "");
  assert_reads(members, "inside-dir/back", "");
  assert_reads(members, "sub/back", "");
  assert_reads(members, "round", "!11 symbolic links");
  assert_reads(members, "out-and-in", outside);
  assert_reads(members, "inside-dir/none", "!2 No such file");
  assert_reads(members, "inside/file", "!2 Not a directory");
  assert_reads(members, "none", "!2 No such file");
  assert_reads(members, "through-none", "!2 No such file");
  assert_reads(members, "through-file", "!2 Not a directory");
  assert_reads(members, "below-file", "!2 Not a directory");
  assert_reads(members, "as-directory", "!2 Not a directory");
  assert_reads(members, "../x", "!2 no path");
  assert_reads(members, "outside", outside);
  assert_reads(members, "outside-dir/passwd", outside);
  assert_reads(members, "above", outside);
  assert_reads(members, "fifo", "!4 not a regular file");
  assert_reads(members, "sub", "!4 not a regular file");
  members_free(members);
  unlinkat(fd, "through-none", 0);
  unlinkat(fd, "through-file", 0);
  unlinkat(fd, "below-file", 0);
  unlinkat(fd, "as-directory", 0);
  unlinkat(fd, "out-and-in", 0);
  unlinkat(fd, "round", 0);
  unlinkat(fd, "sub/back", 0);
  unlinkat(fd, "inside-dir", 0);
  unlinkat(fd, "fifo", 0);
  unlinkat(fd, "above", 0);
  unlinkat(fd, "outside-dir", 0);
  unlinkat(fd, "outside", 0);
  unlinkat(fd, "inside", 0);
  unlinkat(fd, "sub/file", 0);
  unlinkat(fd, "sub", AT_REMOVEDIR);
  close(fd);
  assert_int_equal(rmdir(dir), 0);
}

static void test_directory(void **state)
{
  (void)state;
  check_directory();
}

/* As before Linux 5.6, and as we are confined where Landlock does not see that files are cut. Of
 * this process, for good. */
static void test_directory_without_openat2(void **state)
{
  struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { ARRAY_LEN(rules), rules };
  struct open_how how = { .flags = O_PATH | O_CLOEXEC };

  (void)state;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    skip();
  assert_int_equal(syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how)), -1);
  check_directory();
}

static void test_pipe(void **state)
{
  struct limits limits = limits_scaled(1);
  struct error err;
  AUTO_FREE char *path = NULL;
  int fds[2];

  (void)state;
  assert_int_equal(pipe(fds), 0);
  path = xasprintf("/proc/self/fd/%d", fds[0]);
  assert_null(members_of_path(path, &limits, &err));
  assert_int_equal(err.code, ERROR_UNSUPPORTED);
  close(fds[0]);
  close(fds[1]);
}

static void test_paths(void **state)
{
  static const struct {
    const char *dir, *path, *wanted; /* NULL: refused */
  } cases[] = {
    { "", "a", "a" },          { "", "", "" },           { "", "/", "" },
    { "", "./a//b/.", "a/b" }, { "", "a/../b", "b" },    { "x/y", "../a", "x/a" },
    { "x/y", "/a", "a" },      { "x", "../../a", NULL }, { "", "..", NULL },
    { "", "a/../..", NULL },   { "", "...", "..." },     { "x", "", "x" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct member_path path;
    bool good = member_path_resolve(&path, str_of(cases[i].dir), str_of(cases[i].path));

    assert_int_equal(good, cases[i].wanted != NULL);
    if (good)
      assert_string_equal(path.text, cases[i].wanted);
  }
}

static void test_path_length(void **state)
{
  AUTO_FREE char *text = xmalloc(MEMBER_PATH_MAX + 1);
  struct member_path path;

  (void)state;
  memset(text, 'a', MEMBER_PATH_MAX);
  assert_true(member_path_resolve(&path, STR(""), (struct str) { text, MEMBER_PATH_MAX - 2 }));
  assert_false(member_path_resolve(&path, STR(""), (struct str) { text, MEMBER_PATH_MAX }));
  assert_false(member_path_resolve(&path, STR(""), (struct str) { "a\0b", 3 }));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_directory),
    cmocka_unit_test(test_pipe),
    cmocka_unit_test(test_paths),
    cmocka_unit_test(test_path_length),
    cmocka_unit_test(test_directory_without_openat2),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
