/* Extraction at the limits: long names, times, holes, failures; and the removal of trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>

#include "extract_place.h"

/* COUNT components of LEN bytes each; to be freed. */
static char *long_name(size_t count, size_t len)
{
  char *name = xmalloc(count * (len + 1));

  memset(name, 'n', count * (len + 1));
  for (size_t i = 1; i <= count; i++)
    name[i * (len + 1) - 1] = i < count ? '/' : '\0';
  return name;
}

/* How many directories one goes down to the file, which must hold "x". */
static size_t depth_of_file(const char *root)
{
  char name[NAME_MAX + 1];
  size_t depth = 0;
  int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (;;) {
    DIR *dir = fdopendir(dup(fd));
    struct dirent *entry;
    int next;

    rewinddir(dir);
    do
      entry = readdir(dir);
    while (entry && entry->d_name[0] == '.');
    assert_non_null(entry);
    snprintf(name, sizeof(name), "%s", entry->d_name);
    closedir(dir);
    next = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    assert_true(next >= 0);
    close(fd);
    fd = next;
    if (read(fd, name, 1) == 1) {
      assert_int_equal(name[0], 'x');
      close(fd);
      return depth;
    }
    depth++;
  }
}

static void long_names(void **state)
{
  static const struct {
    size_t count, len;
    const char *reason; /* NULL: it is written */
  } names[] = {
    { 1, 255, NULL },  { 1, 256, "255 bytes" },   { 50, 80, NULL }, /* 4050 bytes */
    { 40, 255, NULL }, /* 10,240 bytes: no system call takes it as one path */
    { 1100, 1, NULL }, /* more directories than there may be open files */
    { 4096, 1, NULL }, { 4097, 1, "components" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    char *name = long_name(names[i].count, names[i].len);
    struct tar_entry entry = make_entry(name);
    struct place place;
    struct error err = { 0 };

    place_init(&place);
    for (int again = 0; again < 2; again++) /* the second time over the first */
      if (put(&place, &entry, "x", &err) != 0)
        fail_msg("%s", err.message);
    extract_finish(place.extract);
    if (names[i].reason) {
      assert_int_equal(extract_notes(place.extract)->n, 2);
      assert_non_null(strstr(extract_notes(place.extract)->lines[0], names[i].reason));
    } else {
      assert_int_equal(extract_notes(place.extract)->n, 0);
      assert_int_equal(depth_of_file(place.root), names[i].count - 1);
    }
    place_release(&place);
    free(name);
  }
}

static void a_nul_in_a_name(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("x");
  struct error err = { 0 };

  (void)state;
  entry.name = (struct str) { "a\0b", 3 };
  place_init(&place);
  assert_int_equal(put(&place, &entry, "x", &err), 0);
  check(&place, "", "/: \"a\\x00b\": the name holds a NUL\n");
  place_release(&place);
}

static void assert_mtime(const struct place *place, const char *name, int64_t seconds, long nanos)
{
  AUTO_FREE char *path = xasprintf("%s/%s", place->root, name);
  struct stat status;

  assert_int_equal(lstat(path, &status), 0);
  assert_int_equal(status.st_mtim.tv_sec, seconds);
  assert_int_equal(status.st_mtim.tv_nsec, nanos);
}

static void times(void **state)
{
  static const struct made made[] = { { 'd', "d", NULL, 0555 },
                                      { 'f', "d/f", "x", 0 },
                                      { 'l', "d/l", "t", 0 },
                                      { 'd', "d/e", NULL, 0 } };
  struct place place;
  struct error err = { 0 };
  struct tar_entry extreme = make_entry("extreme");

  (void)state;
  place_init(&place);
  for (size_t i = 0; i < ARRAY_LEN(made); i++) {
    struct tar_entry entry = entry_of(&made[i]);

    entry.mtime = (struct tar_time) { 1690889073 + (int64_t)i, 123456789, true };
    assert_int_equal(put(&place, &entry, made[i].text, &err), 0);
  }
  extreme.mtime = (struct tar_time) { INT64_MAX, 999999999, true };
  assert_int_equal(put(&place, &extreme, "x", &err), 0);
  extreme.mtime = (struct tar_time) { INT64_MIN, -1, true };
  assert_int_equal(put(&place, &extreme, "x", &err), 0);
  extract_finish(place.extract);
  for (size_t i = 0; i < ARRAY_LEN(made); i++)
    assert_mtime(&place, made[i].name, 1690889073 + (int64_t)i, 123456789);
  place_release(&place);
}

/* A hole of a GiB, two bytes, a hole of a GiB. */
static int next_sparse(void *context, struct tar_chunk *chunk, struct error *err)
{
  int *step = context;

  (void)err;
  *chunk = (struct tar_chunk) { .bytes = NULL, .len = (size_t)1 << 30, .block = NULL };
  if (*step == 1)
    *chunk = (struct tar_chunk) { .bytes = (const unsigned char *)"ab",
                                  .len = 2,
                                  .block = (struct block *)(void *)&any_block };
  return (*step)++ < 3;
}

static void holes(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("sparse");
  struct error err = { 0 };
  char *path;
  struct stat status;
  int step = 0;

  (void)state;
  place_init(&place);
  assert_int_equal(
      extract_entry(place.extract, &entry, &(struct extract_content) { next_sparse, &step }, &err),
      0);
  path = xasprintf("%s/sparse", place.root);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_size, ((int64_t)1 << 31) + 2);
  assert_true(status.st_blocks < 1000);
  free(path);
  place_release(&place);
}

static int next_broken(void *context, struct tar_chunk *chunk, struct error *err)
{
  int *step = context;

  if ((*step)++ == 0) {
    *chunk = (struct tar_chunk) { .bytes = (const unsigned char *)"ab",
                                  .len = 2,
                                  .block = (struct block *)(void *)&any_block };
    return 1;
  }
  return error_set(err, ERROR_CORRUPT, "truncated");
}

/* Half a file is no file. */
static void broken_content(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("half");
  struct error err = { 0 };
  int step = 0;

  (void)state;
  place_init(&place);
  assert_int_equal(
      extract_entry(place.extract, &entry, &(struct extract_content) { next_broken, &step }, &err),
      -1);
  assert_string_equal(err.message, "truncated");
  check(&place, "", "");
  place_release(&place);
}

/* The limit on a file's size stands for a full disk: pwrite fails in the middle. */
static void no_space(void **state)
{
  struct rlimit old;
  struct rlimit little;
  struct place place;
  struct tar_entry entry = make_entry("usr/big");
  struct error err = { 0 };
  char text[100] = { 0 };

  (void)state;
  memset(text, 'x', sizeof(text) - 1);
  place_init(&place);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  little = old;
  little.rlim_cur = 10;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  assert_int_equal(put(&place, &entry, text, &err), -1);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_string_equal(err.message, "DIR/input-0/usr/big: File too large");
  check(&place, "d 755 usr\n", "");
  place_release(&place);
}

/* The error is kept even where the path is longer than a message. */
static void long_path_in_error(void **state)
{
  struct place place;
  char *name = long_name(50, 80);
  struct tar_entry entry = make_entry(name);
  struct error err = { 0 };
  struct rlimit old;
  struct rlimit little;

  (void)state;
  place_init(&place);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  little = old;
  little.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  assert_int_equal(put(&place, &entry, "x", &err), -1);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_non_null(strstr(err.message, "nnn: File too large"));
  place_release(&place);
  free(name);
}

static void many_notes(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("p");
  struct error err = { 0 };

  (void)state;
  entry.type = TAR_FIFO;
  place_init(&place);
  for (int i = 0; i < NOTES_MAX + 7; i++)
    assert_int_equal(put(&place, &entry, NULL, &err), 0);
  assert_int_equal(extract_notes(place.extract)->n, NOTES_MAX);
  assert_int_equal(extract_notes(place.extract)->more, 7);
  place_release(&place);
}

/* Old trees: symlinks are not followed, directories without rights are no obstacle. */
static void removal(void **state)
{
  struct place place;
  AUTO_FREE char *a = NULL;
  AUTO_FREE char *link = NULL;
  AUTO_FREE char *number = NULL;
  char *name = long_name(300, 2);
  struct tar_entry deep = make_entry(name);
  struct error err = { 0 };

  (void)state;
  place_init(&place);
  a = xasprintf("%s/a", place.root);
  link = xasprintf("%s/a/link", place.root);
  number = xasprintf("%s/0", place.root);
  assert_int_equal(put(&place, &deep, "x", &err), 0);
  assert_int_equal(mkdir(a, 0700), 0);
  assert_int_equal(symlink("../../outside", link), 0);
  tree_write(place.root, "1", "a file named as the removal would name a directory");
  assert_int_equal(mkdir(number, 0), 0);
  assert_int_equal(chmod(a, 0), 0);
  assert_int_equal(chmod(place.root, 0500), 0);
  free(link);
  link = xasprintf("%s/toplink", place.path);
  assert_int_equal(symlink("outside", link), 0);
  assert_int_equal(remove_tree(AT_FDCWD, link), 0);
  assert_int_equal(remove_tree(AT_FDCWD, place.root), 0);
  assert_int_equal(access(place.root, F_OK), -1);
  assert_int_equal(remove_tree(AT_FDCWD, place.root), 0); /* nothing there */
  place_release(&place);
  free(name);
}

static int run_all(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(long_names),
    cmocka_unit_test(a_nul_in_a_name),
    cmocka_unit_test(times),
    cmocka_unit_test(holes),
    cmocka_unit_test(broken_content),
    cmocka_unit_test(no_space),
    cmocka_unit_test(long_path_in_error),
    cmocka_unit_test(many_notes),
    cmocka_unit_test(removal),
  };
  int failed;

  use_plain = false;
  failed = cmocka_run_group_tests_name("extract, limits", tests, NULL, NULL);
  use_plain = true;
  return failed +
         cmocka_run_group_tests_name("extract, limits, without openat2", tests, NULL, NULL);
}

int main(void)
{
  return run_as_both(run_all);
}
