/* diff/inside: the processes that look into files, and what they may take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "diff/inside/inside_breed.h"
#include "diff/inside/inside_worker.h"

static struct later_content content_of(const char *text, size_t len)
{
  const int fd = memfd_create("content", MFD_CLOEXEC);

  assert_true(fd >= 0);
  assert_int_equal(write(fd, text, len), (ssize_t)len);
  return (struct later_content) { .fd = fd, .size = len };
}

/* A document of so many numbers, in which this one is the last. */
static struct later_content document(unsigned numbers, unsigned last)
{
  AUTO_BUF text = BUF_INIT(SIZE_MAX);
  struct later_content content;

  buf_puts(&text, "{\"a\":[");
  for (unsigned i = 0; i < numbers; i++)
    buf_printf(&text, "%u,", i);
  buf_printf(&text, "%u]}", last);
  content = content_of(text.ptr, text.len);
  return content;
}

static void no_row(struct inside_sink *sink, const struct inside_row *row)
{
  (void)sink;
  (void)row;
}

static struct inside_result look(struct inside_worker *worker, const struct later_content *a,
                                 const struct later_content *b)
{
  struct inside_sink sink = { .row = no_row };
  struct inside_job job = {
    .contents = { *a, *b },
    .names = { STR("x.json"), STR("x.json") },
  };
  struct inside_result result;

  inside_worker_compare(worker, &job, &sink, &result);
  return result;
}

static unsigned children_of(long pid)
{
  char path[64];
  char text[64];
  unsigned n = 0;
  FILE *file;

  snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
  file = fopen(path, "r");
  while (file && fscanf(file, "%60s", text) == 1)
    n++;
  if (file)
    fclose(file);
  return n;
}

static long only_child(void)
{
  char path[64];
  long pid = 0;
  FILE *file;

  snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)getpid(), (long)getpid());
  file = fopen(path, "r");
  if (!file)
    return 0;
  if (fscanf(file, "%ld", &pid) != 1)
    pid = 0;
  fclose(file);
  return pid;
}

/* However many files there are that take long, in whatever way they end: the time is for all. */
static void test_processor_time_is_for_all_files(void **state)
{
  static const struct confine_support none;
  const bool alone[] = { false, true };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(alone); i++) {
    const struct inside_worker_options options = {
      .max_bytes = 64 << 20, .seconds = 1, .alone = alone[i], .support = &none
    };
    struct error err;
    struct inside_worker *worker = inside_worker_start(&options, &err);
    const struct later_content a = document(5000, 1);
    const struct later_content b = document(5000, 2);
    struct inside_result result;
    unsigned looked = 0;

    assert_non_null(worker);
    do {
      result = look(worker, &a, &b);
      looked += result.outcome != INSIDE_HERE;
    } while (!strstr(result.reasons[0], "is used up") && looked < 10000);
    assert_in_range(looked, 1, 9999);
    result = look(worker, &a, &b);
    assert_int_equal(result.outcome, INSIDE_HERE);
    assert_string_equal(result.reasons[1],
                        "not looked into because the processor time for looking into files, 1 "
                        "seconds, is used up (see --max-scale)");
    close(a.fd);
    close(b.fd);
    inside_worker_stop(worker);
  }
}

/* Where each pair of files has a process of its own, none is there for the next. */
static void test_alone(void **state)
{
  static const struct confine_support none;

  (void)state;
  for (int alone = 0; alone < 2; alone++) {
    const struct inside_worker_options options = {
      .max_bytes = 1 << 20, .seconds = 60, .alone = alone, .support = &none
    };
    struct error err;
    struct inside_worker *worker = inside_worker_start(&options, &err);
    const struct later_content a = document(10, 1);
    const struct later_content b = document(10, 2);
    const long pid = only_child();

    assert_non_null(worker);
    for (int i = 0; i < 3; i++) {
      assert_int_equal(look(worker, &a, &b).outcome, INSIDE_ROWS);
      if (pid > 0)
        assert_int_equal(children_of(pid), alone ? 0 : 1);
    }
    close(a.fd);
    close(b.fd);
    inside_worker_stop(worker);
  }
}

static void assert_only_read(int fd, size_t offset, const char *text)
{
  char bytes[16] = { 0 };

  assert_true(fd >= 0);
  assert_int_equal(pread(fd, bytes, strlen(text), (off_t)offset), (ssize_t)strlen(text));
  assert_string_equal(bytes, text);
  assert_true(pwrite(fd, "X", 1, (off_t)offset) < 0);
  assert_true(ftruncate(fd, 0) < 0);
  assert_true(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
}

/* Contents of many pairs lie in one file, which is open to be written. */
static void test_contents_are_only_read(void **state)
{
  struct inside_request request = { .offsets = { 1, 2 }, .sizes = { 3, 3 } };
  int fds[INSIDE_FDS] = { content_of("abcdef", 6).fd, content_of("ghijkl", 6).fd, -1 };
  int copy;

  (void)state;
  copy = inside_content_copy(fds[0], 2, 3);
  assert_only_read(copy, 0, "cde");
  assert_int_equal(inside_content_copy(fds[0], 4, 3), -1);
  assert_int_equal(inside_contents_reopen(fds, &request), 0);
  assert_only_read(fds[0], request.offsets[0], "bcd");
  assert_only_read(fds[1], request.offsets[1], "ijk");
  close(copy);
  close(fds[0]);
  close(fds[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_processor_time_is_for_all_files),
    cmocka_unit_test(test_alone),
    cmocka_unit_test(test_contents_are_only_read),
  };

  return cmocka_run_group_tests_name("inside_breed", tests, NULL, NULL);
}
