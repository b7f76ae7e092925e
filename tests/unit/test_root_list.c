/* source/archive/root_list: a directory as tar, read again by the tar reader. Who runs this and
 * what xattrs files have is told by the functions below, in place of the C library's. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "source/archive/root_list.h"
#include "tar/tar.h"

enum { USER = 1234, VALUE = 60000 };
enum field { OWNERS, TIMES };

static uid_t user;
static unsigned xattrs;        /* how many each file has */
static const char *sign = "."; /* in their names */
static const char *named;      /* the only xattr of each file, instead */
static dev_t elsewhere;        /* added to the device of what lies below "m" */

uid_t geteuid(void)
{
  return user;
}

gid_t getegid(void)
{
  return user;
}

ssize_t llistxattr(const char *path, char *names, size_t size)
{
  size_t n = 0;

  (void)path;
  if (named && size)
    snprintf(names, size, "%s", named);
  if (named)
    return (ssize_t)strlen(named) + 1;
  for (unsigned i = 0; i < xattrs; i++)
    n += (size_t)snprintf(size ? names + n : NULL, size ? size - n : 0, "user.a%s%u", sign, i) + 1;
  return (ssize_t)n;
}

ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
  (void)path;
  (void)name;
  assert_true(size >= VALUE);
  memset(value, 'v', VALUE);
  return VALUE;
}

/* A file system that is mounted at "m". */
int fstat(int fd, struct stat *st)
{
  AUTO_FREE char *link = xasprintf("/proc/self/fd/%d", fd);
  char path[4096];
  const ssize_t n = readlink(link, path, sizeof(path));
  const int result = fstatat(fd, "", st, AT_EMPTY_PATH);

  if (n > 2 && memcmp(path + n - 2, "/m", 2) == 0)
    st->st_dev += elsewhere;
  return result;
}

static char root[] = "/tmp/diffoci-root-XXXXXX";

static char *path_of(const char *name)
{
  return xasprintf("%s/%s", root, name);
}

static void make_file(const char *name)
{
  AUTO_FREE char *path = path_of(name);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

  assert_true(fd >= 0);
  close(fd);
}

static void set_owner(const char *name, uid_t uid, gid_t gid)
{
  AUTO_FREE char *path = path_of(name);

  assert_int_equal(lchown(path, uid, gid), 0);
}

static struct root_list *list_new(struct error *err)
{
  int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  assert_true(fd >= 0);
  return root_list_new(fd, root, err);
}

/* The whole stream in memory; to be freed. */
static char *read_stream(struct root_list *list, size_t *n)
{
  enum { ROOM = 8 * 1024 * 1024 };
  AUTO_STREAM stream = root_list_stream(list);
  char *bytes = xmalloc(ROOM);
  struct error err;
  ssize_t len = stream_read_full(stream, bytes, ROOM, &err);

  assert_true(len > 0);
  *n = (size_t)len;
  return bytes;
}

/* Of each entry its name and the field, or "!MESSAGE" of the list; to be freed. */
static char *show(enum field field)
{
  struct error err;
  struct root_list *list = list_new(&err);
  AUTO_BUF out = BUF_INIT(1 << 20);
  AUTO_FREE char *bytes = NULL;
  struct tar_memory memory = { .piece = 4096 };
  struct tar_reader *reader;
  struct tar_entry entry;
  int result;

  if (!list)
    return xasprintf("!%d %s", (int)err.code, err.message);
  bytes = read_stream(list, &memory.rest.len);
  memory.rest.ptr = bytes;
  reader = tar_reader_new(tar_memory_source(&memory));
  while ((result = tar_next(reader, &entry, &err)) > 0) {
    buf_printf(&out, "%s%.*s", out.len ? ", " : "", STR_ARGS(entry.name));
    if (field == OWNERS)
      buf_printf(&out, " %d:%d", (int)entry.uid, (int)entry.gid);
    else
      buf_printf(&out, " %lld+%d", (long long)entry.mtime.seconds, (int)entry.mtime.nanoseconds);
  }
  if (result < 0)
    buf_printf(&out, "!%s", err.message);
  tar_reader_free(reader);
  root_list_free(list);
  return buf_detach(&out);
}

static void assert_shown(enum field field, const char *wanted)
{
  AUTO_FREE char *shown = show(field);

  assert_string_equal(shown, wanted);
}

static void test_owners(void **state)
{
  (void)state;
  if (getuid() != 0)
    skip(); /* nobody else can give files away */
  set_owner("a", USER, USER);
  set_owner("b", 7, 8);
  assert_shown(OWNERS, "a 1234:1234, b 7:8");
  user = USER;
  assert_shown(OWNERS, "a 0:0, b 7:8");
  set_owner("b", 0, 8);
  assert_shown(OWNERS, "a 1234:0, b 0:8");
  set_owner("b", 7, 0);
  assert_shown(OWNERS, "a 0:1234, b 7:0");
  user = 0;
}

static void set_time(const char *name, time_t seconds, long nanoseconds)
{
  AUTO_FREE char *path = path_of(name);
  const struct timespec times[2] = { { 0 }, { seconds, nanoseconds } };

  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_times(void **state)
{
  (void)state;
  set_time("a", 8589934592, 0);
  set_time("b", 0, 500000000);
  assert_shown(TIMES, "a 8589934592+0, b 0+500000000");
  set_time("a", -86400, 0);
  set_time("b", 8589934591, 0);
  assert_shown(TIMES, "a -86400+0, b 8589934591+0");
  set_time("a", 1, 1);
  set_time("b", 0, 0);
  assert_shown(TIMES, "a 1+1, b 0+0");
}

/* Before 1970 with a fraction: the same number, however its parts are told. */
static void test_times_below(void **state)
{
  static const struct timespec below[] = { { -1, 750000000 }, { -2, 1 }, { -86400, 999999999 } };

  (void)state;
  set_time("b", 0, 0);
  for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++) {
    AUTO_FREE char *shown = NULL;
    long long seconds;
    int nanoseconds;

    set_time("a", below[i].tv_sec, below[i].tv_nsec);
    shown = show(TIMES);
    assert_int_equal(sscanf(shown, "a %lld+%d,", &seconds, &nanoseconds), 2);
    assert_int_equal(seconds * 1000000000 + nanoseconds,
                     below[i].tv_sec * 1000000000LL + below[i].tv_nsec);
  }
}

static void test_xattrs(void **state)
{
  (void)state;
  xattrs = 16;
  set_time("a", 1, 0);
  set_time("b", 2, 0);
  assert_shown(TIMES, "a 1+0, b 2+0");
  for (xattrs = 18; xattrs < 2000; xattrs *= 10) {
    AUTO_FREE char *shown = show(OWNERS);
    AUTO_FREE char *wanted = xasprintf("!%d \"a\": more than ", (int)ERROR_LIMIT);

    assert_memory_equal(shown, wanted, strlen(wanted));
    assert_non_null(strstr(shown, " bytes of extended attributes"));
  }
  xattrs = 0;
}

/* user.a with the value "1=v" and user.a=1 with "v" would be the same record. */
static void test_xattr_name(void **state)
{
  AUTO_FREE char *shown = NULL;
  AUTO_FREE char *wanted = xasprintf("!%d \"a\": ", (int)ERROR_UNSUPPORTED);

  (void)state;
  xattrs = 1;
  sign = "=";
  shown = show(OWNERS);
  assert_memory_equal(shown, wanted, strlen(wanted));
  xattrs = 0;
}

/* What is mounted in it is part of a tree, as to tar. */
static void test_mounts(void **state)
{
  AUTO_FREE char *directory = path_of("m");
  AUTO_FREE char *file = path_of("m/f");

  (void)state;
  assert_int_equal(mkdir(directory, 0755), 0);
  make_file("m/f");
  set_time("m/f", 3, 0);
  set_time("m", 4, 0);
  set_time("a", 1, 0);
  set_time("b", 2, 0);
  for (elsewhere = 0; elsewhere < 2; elsewhere++)
    assert_shown(TIMES, "a 1+0, b 2+0, m/ 4+0, m/f 3+0");
  elsewhere = 0;
  unlink(file);
  rmdir(directory);
}

/* What the list leaves out; to be freed. */
static char *unseen(void)
{
  struct error err;
  struct root_list *list = list_new(&err);
  char *text;

  assert_non_null(list);
  text = root_list_unseen(list);
  root_list_free(list);
  return text;
}

/* ACLs give rights, so that they count; labels that the host gives are told of. */
static void test_xattrs_wanted(void **state)
{
  static const char *const wanted[] = { "user.x", "trusted.x", "security.capability",
                                        "system.posix_acl_access", "system.posix_acl_default" };
  static const char *const others[] = { "security.selinux", "system.nfs4_acl", "btrfs.x" };

  (void)state;
  for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
    struct error err;
    struct root_list *list;
    AUTO_FREE char *record = xasprintf(" SCHILY.xattr.%s=v", wanted[i]);
    AUTO_FREE char *bytes = NULL;
    size_t n;

    named = wanted[i];
    list = list_new(&err);
    assert_non_null(list);
    assert_null(root_list_unseen(list));
    bytes = read_stream(list, &n);
    assert_non_null(memmem(bytes, n, record, strlen(record)));
    root_list_free(list);
  }
  for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
    AUTO_FREE char *text = NULL;
    AUTO_FREE char *told = xasprintf("the extended attribute %s of \"a\" and 1 more", others[i]);

    named = others[i];
    text = unseen();
    assert_non_null(text);
    assert_string_equal(text, told);
  }
  named = NULL;
}

static void test_sockets(void **state)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  AUTO_FREE char *path = path_of("s");
  AUTO_FREE char *text = NULL;
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  (void)state;
  assert_true(fd >= 0);
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
  assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
  text = unseen();
  assert_non_null(text);
  assert_string_equal(text, "the socket \"s\"");
  unlink(path);
  close(fd);
}

static int open_root(void)
{
  const int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  assert_true(fd >= 0);
  return fd;
}

/* The list as it goes to another process; to be freed. */
static struct str written(const struct root_list *list)
{
  AUTO_CLOSE const int fd = memfd_create("list", MFD_CLOEXEC);
  struct stat st;
  struct error err;
  char *bytes;

  assert_int_equal(root_list_write(list, fd, &err), 0);
  assert_int_equal(fstat(fd, &st), 0);
  bytes = xmalloc((size_t)st.st_size);
  assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
  return (struct str) { bytes, (size_t)st.st_size };
}

/* What one process lists is for another what it would have listed itself. */
static void test_read_by_another(void **state)
{
  AUTO_FREE char *link = path_of("l"), *second = path_of("n"), *first = path_of("a");
  AUTO_FREE char *own = NULL, *theirs = NULL, *told = NULL, *told_there = NULL, *wire = NULL;
  struct root_list *list, *read;
  struct error err;
  size_t n[2];
  struct str text;

  (void)state;
  assert_int_equal(symlink("a", link), 0);
  assert_int_equal(linkat(AT_FDCWD, first, AT_FDCWD, second, 0), 0);
  sign = ".";
  xattrs = 3;
  list = list_new(&err);
  assert_non_null(list);
  text = written(list);
  wire = (char *)(uintptr_t)text.ptr;
  read = root_list_read(open_root(), text, &err);
  assert_non_null(read);
  own = read_stream(list, &n[0]);
  theirs = read_stream(read, &n[1]);
  assert_int_equal(n[0], n[1]);
  assert_memory_equal(own, theirs, n[0]);
  root_list_free(list);
  root_list_free(read);
  xattrs = 0;
  named = "security.selinux";
  list = list_new(&err);
  free(wire);
  text = written(list);
  wire = (char *)(uintptr_t)text.ptr;
  read = root_list_read(open_root(), text, &err);
  told = root_list_unseen(list);
  told_there = root_list_unseen(read);
  assert_string_equal(told, told_there);
  root_list_free(list);
  root_list_free(read);
  named = NULL;
  unlink(link);
  unlink(second);
}

/* Cut short, with more behind it, of another directory, or with a number that is out of its range.
 */
static void test_read_what_is_no_list(void **state)
{
  struct error err;
  struct root_list *list = list_new(&err);
  const struct str text = written(list);
  AUTO_FREE char *wire = xmalloc(text.len + 1);

  (void)state;
  memcpy(wire, text.ptr, text.len);
  wire[text.len] = 0;
  for (size_t len = 0; len <= text.len + 1; len++) {
    struct root_list *read;

    read = root_list_read(open_root(), (struct str) { wire, len }, &err);
    assert_int_equal(read != NULL, len == text.len);
    if (!read)
      assert_int_equal(err.code, ERROR_CORRUPT);
    root_list_free(read);
  }
  assert_null(root_list_read(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), text, &err));
  assert_int_equal(err.code, ERROR_CORRUPT);
  assert_string_equal(err.message, "another directory than the one that was listed");
  wire[text.len - 1] = 2; /* whether it is a hard link */
  assert_null(root_list_read(open_root(), (struct str) { wire, text.len }, &err));
  free((char *)(uintptr_t)text.ptr);
  root_list_free(list);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_owners),          cmocka_unit_test(test_times),
    cmocka_unit_test(test_times_below),     cmocka_unit_test(test_xattrs),
    cmocka_unit_test(test_xattr_name),      cmocka_unit_test(test_mounts),
    cmocka_unit_test(test_xattrs_wanted),   cmocka_unit_test(test_sockets),
    cmocka_unit_test(test_read_by_another), cmocka_unit_test(test_read_what_is_no_list),
  };
  AUTO_FREE char *a = NULL, *b = NULL;
  int status;

  if (!mkdtemp(root))
    return 1;
  make_file("a");
  make_file("b");
  status = cmocka_run_group_tests(tests, NULL, NULL);
  a = path_of("a");
  b = path_of("b");
  unlink(a);
  unlink(b);
  rmdir(root);
  return status;
}
