/* base/stream and base/verify. The digests are from sha256sum and sha512sum. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stream.h"
#include "base/verify.h"

static const char text[] = "hello, world\n";
#define TEXT_SHA256 "sha256:853ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020"
#define TEXT_SHA512                                                                                \
  "sha512:f65f341b35981fda842b09b2c8af9bcdb7602a4c2e6fa1f7d41f0974d3e3122f268fc7"                  \
  "9d5a4af66358f5133885cd1c165c916f80ab25e5d8d95db46f803c782c"

static int temporary_file(const void *bytes, size_t len)
{
  char path[] = "/tmp/diffoci-test-XXXXXX";
  int fd = mkstemp(path);

  assert_true(fd >= 0);
  unlink(path);
  assert_int_equal(write(fd, bytes, len), (ssize_t)len);
  return fd;
}

static void check_content(struct stream *stream, const char *want)
{
  char got[100];
  struct error err;

  assert_int_equal(stream_read_full(stream, got, sizeof(got), &err), (ssize_t)strlen(want));
  assert_memory_equal(got, want, strlen(want));
}

static void test_memory(void **state)
{
  AUTO_STREAM all = stream_of_memory(text, 13);
  AUTO_STREAM nothing = stream_of_memory(NULL, 0);
  AUTO_STREAM pieces = stream_of_memory(text, 13);
  struct error err;
  char byte;

  (void)state;
  check_content(all, text);
  check_content(nothing, "");
  for (size_t i = 0; i < 13; i++) {
    assert_int_equal(stream_read(pieces, &byte, 1, &err), 1);
    assert_int_equal(byte, text[i]);
  }
  assert_int_equal(stream_read(pieces, &byte, 1, &err), 0);
  stream_close(NULL);
}

static void test_file(void **state)
{
  int fd = temporary_file(text, 13);
  struct stream *first = stream_of_file(fd, 0, 0, 5);
  struct stream *second = stream_of_file(fd, 0, 7, 5);
  struct stream *third = stream_of_file(fd, 1, 13, 0);

  (void)state;
  check_content(second, "world");
  check_content(first, "hello");
  check_content(third, "");
  stream_close(first);
  stream_close(second);
  assert_int_equal(fcntl(fd, F_GETFD) >= 0, 1);
  stream_close(third);
  assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void test_file_faults(void **state)
{
  AUTO_STREAM shorter = stream_of_file(temporary_file(text, 13), 1, 0, 14);
  AUTO_STREAM directory = stream_of_file(open("/", O_RDONLY), 1, 0, 14);
  char buffer[100];
  struct error err;

  (void)state;
  assert_int_equal(stream_read_full(shorter, buffer, sizeof(buffer), &err), -1);
  assert_int_equal(err.code, ERROR_CORRUPT);
  assert_string_equal(err.message, "the file ends 1 bytes early");
  assert_int_equal(stream_read(directory, buffer, sizeof(buffer), &err), -1);
  assert_int_equal(err.code, ERROR_IO);
}

static void test_verify(void **state)
{
  static const struct {
    const char *digest;
    uint64_t size;
    const char *message; /* NULL: it is good */
  } cases[] = {
    { TEXT_SHA256, 13, NULL },
    { TEXT_SHA512, 13, NULL },
    { TEXT_SHA256, 14, "size mismatch: expected 14 bytes, found 13" },
    { TEXT_SHA256, 12, "size mismatch: expected 12 bytes, found more" },
    { TEXT_SHA256, 0, "size mismatch: expected 0 bytes, found more" },
    { "sha256:953ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020", 13,
      "digest mismatch: expected "
      "sha256:953ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020, "
      "found " TEXT_SHA256 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    for (size_t piece = 1; piece < 20; piece++) {
      struct digest digest;
      struct error err = { 0 };
      char buffer[20];
      ssize_t n;
      struct stream *stream;

      assert_int_equal(digest_parse(&digest, str_of(cases[i].digest), &err), 0);
      stream = stream_verified(stream_of_memory(text, 13), &digest, cases[i].size);
      while ((n = stream_read(stream, buffer, piece, &err)) > 0)
        ;
      assert_int_equal(n, cases[i].message ? -1 : 0);
      if (cases[i].message) {
        assert_int_equal(err.code, ERROR_CORRUPT);
        assert_string_equal(err.message, cases[i].message);
      }
      stream_close(stream);
    }
}

static void test_verify_empty(void **state)
{
  struct error err;
  struct digest digest;
  struct stream *stream;
  char byte;

  (void)state;
  assert_int_equal(
      digest_parse(&digest,
                   STR("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                   &err),
      0);
  stream = stream_verified(stream_of_memory(NULL, 0), &digest, 0);
  assert_int_equal(stream_read(stream, &byte, 1, &err), 0);
  stream_close(stream);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_memory),       cmocka_unit_test(test_file),
    cmocka_unit_test(test_file_faults),  cmocka_unit_test(test_verify),
    cmocka_unit_test(test_verify_empty),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
