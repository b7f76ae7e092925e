/* base/inflate: gzip with both engines, zstd, nothing. Wanted bytes come from zlib's deflate and
 * from libzstd's compressor, or are written down by hand from RFC 1952 and RFC 8878. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/inflate.h"

enum { TEXT_SIZE = 300 * 1000 };

/* A stream that hands out a few bytes at a time and counts, and can fail at the end. */
struct slow {
  struct stream base;
  const char *next;
  size_t left, piece;
  bool fails, *closed, *ended;
};

static ssize_t slow_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct slow *slow = (struct slow *)stream;
  size_t n = MIN_OF(MIN_OF(size, slow->piece), slow->left);

  if (!n && slow->fails)
    return error_set(err, ERROR_NETWORK, "the connection broke");
  if (!n)
    *slow->ended = true;
  if (n)
    memcpy(buffer, slow->next, n);
  slow->next += n;
  slow->left -= n;
  return (ssize_t)n;
}

static void slow_close(struct stream *stream)
{
  *((struct slow *)stream)->closed = true;
  free(stream);
}

static struct stream *slow_new(struct str bytes, size_t piece, bool fails, bool *closed,
                               bool *ended)
{
  static const struct stream_ops ops = { slow_read, slow_close };
  struct slow *slow = xcalloc(1, sizeof(*slow));

  *slow = (struct slow) { { &ops }, bytes.ptr, bytes.len, piece, fails, closed, ended };
  return &slow->base;
}

/* Text that compresses, but not to nothing. */
static char *make_text(size_t len)
{
  char *text = xmalloc(len);
  uint32_t x = 12345;

  for (size_t i = 0; i < len; i++) {
    x = x * 1664525 + 1013904223;
    text[i] = (char)(i % 7 ? 'a' + (x >> 24) % 16 : ' ');
  }
  return text;
}

/* One gzip member; window_bits 31 makes zlib write header and trailer. */
static void add_gzip(struct buf *out, struct str text, int level)
{
  z_stream z = { 0 };
  size_t room = text.len + text.len / 100 + 1000;
  char *bytes = buf_reserve(out, room);

  assert_non_null(bytes);
  assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = (Bytef *)(uintptr_t)text.ptr;
  z.avail_in = (uInt)text.len;
  z.next_out = (Bytef *)bytes;
  z.avail_out = (uInt)room;
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  out->len += room - z.avail_out;
  deflateEnd(&z);
}

static void add_zstd(struct buf *out, struct str text, int checksum)
{
  size_t room = ZSTD_compressBound(text.len);
  char *bytes = buf_reserve(out, room);
  ZSTD_CCtx *context = ZSTD_createCCtx();
  size_t n;

  assert_non_null(bytes);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum);
  n = ZSTD_compress2(context, bytes, room, text.ptr, text.len);
  assert_false(ZSTD_isError(n));
  out->len += n;
  ZSTD_freeCCtx(context);
}

struct outcome {
  int failed;
  struct error err;
  struct buf out;
};

static struct outcome run(struct str bytes, size_t piece, size_t chunk, enum gzip_engine engine,
                          uint64_t max)
{
  bool closed = false;
  bool ended = false;
  struct outcome outcome = { 0, { 0 }, BUF_INIT(64 << 20) };
  struct stream *stream =
      stream_inflated_with(slow_new(bytes, piece, false, &closed, &ended), max, engine);

  for (;;) {
    char *room = buf_reserve(&outcome.out, chunk);
    ssize_t n;

    assert_non_null(room);
    n = stream_read(stream, room, chunk, &outcome.err);
    if (n <= 0) {
      outcome.failed = n < 0;
      break;
    }
    assert_true((size_t)n <= chunk);
    outcome.out.len += (size_t)n;
  }
  if (!outcome.failed)
    assert_true(ended);
  stream_close(stream);
  assert_true(closed);
  return outcome;
}

static const enum gzip_engine engines[] = { GZIP_ENGINE_FASTEST, GZIP_ENGINE_ZLIB };

static void check_good(struct buf *bytes, struct str text)
{
  static const size_t pieces[][2] = {
    { SIZE_MAX, 256 * 1024 }, { 1000, 4096 }, { 65536, 100 }, { 7, 65536 }
  };

  for (size_t e = 0; e < ARRAY_LEN(engines); e++)
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
      struct outcome got = run(buf_str(bytes), pieces[i][0], pieces[i][1], engines[e], UINT64_MAX);

      if (got.failed)
        fail_msg("%s", got.err.message);
      assert_true(str_equal(buf_str(&got.out), text));
      buf_release(&got.out);
    }
}

static void check_bad(struct str bytes, enum error_code code, const char *message)
{
  for (size_t e = 0; e < ARRAY_LEN(engines); e++) {
    struct outcome got = run(bytes, 1000, 4096, engines[e], UINT64_MAX);

    assert_true(got.failed);
    if (got.err.code != code || !strstr(got.err.message, message))
      fail_msg("engine %d: %d \"%s\", expected \"%s\"", engines[e], got.err.code, got.err.message,
               message);
    buf_release(&got.out);
  }
}

static void test_detect(void **state)
{
  static const struct {
    struct str bytes;
    enum compression want;
  } cases[] = {
    { { NULL, 0 }, COMPRESSION_NONE },
    { STR("\x1f\x8b"), COMPRESSION_NONE },
    { STR("\x1f\x8b\x08"), COMPRESSION_GZIP },
    { STR("\x1f\x8b\x07"), COMPRESSION_NONE },
    { STR("\x28\xb5\x2f"), COMPRESSION_NONE },
    { STR("\x28\xb5\x2f\xfd"), COMPRESSION_ZSTD },
    { STR("\x50\x2a\x4d\x18"), COMPRESSION_ZSTD },
    { STR("\x5f\x2a\x4d\x18"), COMPRESSION_ZSTD },
    { STR("\x60\x2a\x4d\x18"), COMPRESSION_NONE },
    { STR("\x27\xb5\x2f\xfd"), COMPRESSION_NONE }, /* zstd 0.7, before the RFC */
    { STR("etc/passwd"), COMPRESSION_NONE },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    assert_int_equal(compression_detect(cases[i].bytes.ptr, cases[i].bytes.len), cases[i].want);
}

static void test_plain(void **state)
{
  static const size_t sizes[] = { 0, 1, 3, 4, 5, 65536, 65537, 200000 };
  AUTO_FREE char *text = make_text(200000);

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
    struct str all = { text, sizes[i] };
    struct buf bytes = { text, sizes[i], 0, 0, false };

    check_good(&bytes, all);
  }
}

static void test_gzip(void **state)
{
  AUTO_FREE char *text = make_text(TEXT_SIZE);
  struct str all = { text, TEXT_SIZE };

  (void)state;
  for (int level = 0; level <= 9; level += 9) {
    AUTO_BUF one = BUF_INIT(16 << 20);
    AUTO_BUF many = BUF_INIT(16 << 20);

    add_gzip(&one, all, level);
    check_good(&one, all);
    buf_add(&one, "\0\0\0\0\0\0\0", 7);
    check_good(&one, all);
    /* Members of many sizes, empty ones among them. */
    for (size_t at = 0, n = 0; at < all.len; at += n, n = n * 3 + 1)
      add_gzip(&many, (struct str) { text + at, MIN_OF(n, all.len - at) }, level);
    buf_add(&many, NULL, 0);
    check_good(&many, all);
  }
}

/* RFC 1952, 2.3: header with FEXTRA, FNAME, FCOMMENT and FHCRC; the data is a stored block. The
 * checksums are from Python's zlib.crc32. */
#define GZ_DATA                                                                                    \
  "\x01\x05\x00\xfa\xff"                                                                           \
  "hello"
#define GZ_TRAILER "\x86\xa6\x10\x36\x05\x00\x00\x00"
#define GZ_PLAIN "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
#define GZ_FULL                                                                                    \
  "\x1f\x8b\x08\x1e\x00\x00\x00\x00\x00\x03"                                                       \
  "\x06\x00"                                                                                       \
  "ab\x02\x00xy"                                                                                   \
  "name\0comment\0"

static void test_gzip_header(void **state)
{
  static const struct {
    struct str bytes;
    const char *message; /* NULL: it is good */
  } cases[] = {
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER), NULL },
    { STR(GZ_FULL "\xdf\x88" GZ_DATA GZ_TRAILER), NULL },
    { STR(GZ_FULL "\xe0\x88" GZ_DATA GZ_TRAILER),
      "checksum mismatch in the header at byte 0: expected 88e0, found 88df" },
    { STR(GZ_FULL "\xdf"), "ends in a member's header, at byte 32" },
    { STR("\x1f\x8b\x08\x20\x00\x00\x00\x00\x00\x03" GZ_DATA GZ_TRAILER), "unknown flags 0x20" },
    { STR(GZ_PLAIN GZ_DATA "\x87\xa6\x10\x36\x05\x00\x00\x00"),
      "checksum mismatch in the member that ends at byte 28: expected 3610a687, found 3610a686" },
    { STR(GZ_PLAIN GZ_DATA "\x86\xa6\x10\x36\x06\x00\x00\x00"),
      "length mismatch in the member that ends at byte 28: expected 6, found 5" },
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER "\0\0\0\0"), NULL },
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER "\0\0\x01"), "garbage after the last member, at byte 30" },
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER "x"), "garbage after the last member, at byte 28" },
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER "\x1f\x8c\x08"),
      "garbage after the last member, at byte 28" },
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER "\x1f\x8b\x07"), "unknown compression method 7 at byte 28" },
    { STR(GZ_PLAIN GZ_DATA GZ_TRAILER "\x1f\x8b"), "ends in a member's header, at byte 30" },
    { STR(GZ_PLAIN "\x07"), "the compressed data is corrupt" },
    { STR(GZ_PLAIN "\x01\x05\x00\xfb\xff"
                   "hello" GZ_TRAILER),
      "the compressed data is corrupt" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct str s = cases[i].bytes;
    struct buf bytes = { (char *)(uintptr_t)s.ptr, s.len, 0, 0, false };

    if (cases[i].message)
      check_bad(s, ERROR_CORRUPT, cases[i].message);
    else
      check_good(&bytes, STR("hello"));
  }
}

/* A header's name may be longer than any buffer. */
static void test_gzip_long_name(void **state)
{
  AUTO_BUF bytes = BUF_INIT(1 << 20);

  (void)state;
  buf_add(&bytes, "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03", 10);
  for (int i = 0; i < 300000; i++)
    buf_putc(&bytes, 'n');
  buf_add(&bytes, "\0" GZ_DATA GZ_TRAILER, 1 + 10 + 8);
  check_good(&bytes, STR("hello"));
}

static void test_zstd(void **state)
{
  AUTO_FREE char *text = make_text(TEXT_SIZE);
  struct str all = { text, TEXT_SIZE };
  static const char skippable[] = "\x53\x2a\x4d\x18\x05\x00\x00\x00xxxxx";

  (void)state;
  for (int checksum = 0; checksum <= 1; checksum++) {
    AUTO_BUF one = BUF_INIT(16 << 20);
    AUTO_BUF many = BUF_INIT(16 << 20);

    add_zstd(&one, all, checksum);
    check_good(&one, all);
    for (size_t at = 0, n = 0; at < all.len; at += n, n = n * 3 + 1) {
      buf_add(&many, skippable, 13);
      add_zstd(&many, (struct str) { text + at, MIN_OF(n, all.len - at) }, checksum);
    }
    buf_add(&many, skippable, 13);
    check_good(&many, all);
  }
}

/* A frame that says it has three bytes in a header of one segment, and then one raw block, the
 * last, of none, or of four: RFC 8878, 3.1.1.1 and 3.1.1.2. */
static void test_zstd_wrong_size(void **state)
{
  (void)state;
  check_bad(STR("\x28\xb5\x2f\xfd\x20\x03\x01\0\0"), ERROR_CORRUPT, "zstd: ");
  check_bad(STR("\x28\xb5\x2f\xfd\x20\x03\x21\0\0abcd"), ERROR_CORRUPT, "zstd: ");
}

/* A frame of one byte that asks for a window of 128 MiB (RFC 8878, 3.1.1.1.2). */
static void test_zstd_window(void **state)
{
  static const char frame[] = "\x28\xb5\x2f\xfd\x00\x88\x09\x00\x00"
                              "a";
  const struct str bytes = { frame, sizeof(frame) - 1 };
  struct budget memory = BUDGET_INIT(UINT64_C(64) << 20);
  struct error err;
  char out[8];

  (void)state;
  for (int enough = 0; enough < 2; enough++) {
    struct stream *stream = stream_inflated(stream_of_memory(bytes.ptr, bytes.len), 100);

    memory.limit <<= 2 * enough;
    stream_inflated_within(stream, &memory);
    assert_int_equal(stream_read(stream, out, sizeof(out), &err), enough ? 1 : -1);
    if (enough)
      assert_int_equal(memory.used, 128 << 20);
    else
      assert_int_equal(err.code, ERROR_LIMIT);
    stream_close(stream);
    assert_int_equal(memory.used, 0);
  }
}

static void test_zstd_bad(void **state)
{
  AUTO_FREE char *text = make_text(5000);
  struct str all = { text, 5000 };
  AUTO_BUF bytes = BUF_INIT(1 << 20);
  AUTO_BUF longer = BUF_INIT(1 << 20);
  /* RFC 8878, 3.1.1.1: no single segment, no content size, window 256 MiB: exponent 18. */
  static const char window[] = "\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00";
  /* A dictionary ID of one byte: 7. */
  static const char dictionary[] = "\x28\xb5\x2f\xfd\x01\x00\x07\x01\x00\x00";

  (void)state;
  add_zstd(&bytes, all, 1);
  buf_add_str(&longer, buf_str(&bytes));
  buf_add(&longer, "\x27\xb5\x2f\xfd", 4);
  check_bad(buf_str(&longer), ERROR_CORRUPT, "zstd: garbage after the last frame, at byte ");
  longer.len -= 3;
  check_bad(buf_str(&longer), ERROR_CORRUPT, "zstd: garbage after the last frame, at byte ");
  bytes.ptr[bytes.len - 1] ^= 1;
  check_bad(buf_str(&bytes), ERROR_CORRUPT, "zstd: checksum mismatch in the frame that ends at");
  check_bad((struct str) { window, sizeof(window) - 1 }, ERROR_LIMIT, "a window over 128 MiB");
  check_bad((struct str) { dictionary, sizeof(dictionary) - 1 }, ERROR_UNSUPPORTED,
            "needs a dictionary");
}

/* However a stream is cut off, that is an error, and what is there comes out first. */
static void check_truncated(const struct buf *bytes, struct str text, size_t whole)
{
  for (size_t e = 0; e < ARRAY_LEN(engines); e++)
    for (size_t len = 4; len < bytes->len; len++) {
      struct outcome got =
          run((struct str) { bytes->ptr, len }, SIZE_MAX, 65536, engines[e], UINT64_MAX);

      if (got.failed == (len == whole))
        fail_msg("%zu of %zu bytes: %s", len, bytes->len, got.failed ? got.err.message : "good");
      if (got.failed && !strstr(got.err.message, "the stream ends in") &&
          !strstr(got.err.message, "garbage after the last frame"))
        fail_msg("%zu of %zu bytes: %s", len, bytes->len, got.err.message);
      assert_true(str_has_prefix(text, buf_str(&got.out)));
      if (len >= whole)
        assert_true(got.out.len >= text.len / 2);
      buf_release(&got.out);
    }
}

static void test_truncated(void **state)
{
  AUTO_FREE char *text = make_text(2000);
  AUTO_BUF gzip = BUF_INIT(1 << 20);
  AUTO_BUF zstd = BUF_INIT(1 << 20);
  size_t gzip_whole;
  size_t zstd_whole;

  (void)state;
  add_gzip(&gzip, (struct str) { text, 1000 }, 6);
  gzip_whole = gzip.len;
  add_gzip(&gzip, (struct str) { text + 1000, 1000 }, 6);
  check_truncated(&gzip, (struct str) { text, 2000 }, gzip_whole);
  add_zstd(&zstd, (struct str) { text, 1000 }, 1);
  zstd_whole = zstd.len;
  add_zstd(&zstd, (struct str) { text + 1000, 1000 }, 1);
  check_truncated(&zstd, (struct str) { text, 2000 }, zstd_whole);
}

static void test_limit(void **state)
{
  AUTO_FREE char *text = make_text(5000);
  struct str all = { text, 5000 };
  AUTO_BUF gzip = BUF_INIT(1 << 20);
  AUTO_BUF zstd = BUF_INIT(1 << 20);
  struct buf plain = { text, 5000, 0, 0, false };
  const struct buf *inputs[] = { &gzip, &zstd, &plain };

  (void)state;
  add_gzip(&gzip, all, 6);
  add_zstd(&zstd, all, 1);
  for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
    for (size_t e = 0; e < ARRAY_LEN(engines); e++) {
      struct outcome got = run(buf_str(inputs[i]), SIZE_MAX, 100, engines[e], 5000);

      assert_false(got.failed);
      buf_release(&got.out);
      got = run(buf_str(inputs[i]), SIZE_MAX, 100, engines[e], 4999);
      assert_true(got.failed);
      assert_int_equal(got.err.code, ERROR_LIMIT);
      assert_non_null(strstr(got.err.message, "more than 4999 bytes"));
      assert_true(got.out.len <= 4999);
      buf_release(&got.out);
    }
}

/* The inner stream's error is passed on as it is, after what came before it. */
static void test_inner_error(void **state)
{
  AUTO_FREE char *text = make_text(TEXT_SIZE);
  AUTO_BUF gzip = BUF_INIT(1 << 20);

  (void)state;
  add_gzip(&gzip, (struct str) { text, TEXT_SIZE }, 6);
  for (size_t e = 0; e < ARRAY_LEN(engines); e++)
    for (size_t len = 0; len <= gzip.len; len += len < 8 ? 1 : gzip.len / 9) {
      bool closed = false;
      bool ended = false;
      struct stream *stream =
          stream_inflated_with(slow_new((struct str) { gzip.ptr, len }, 999, true, &closed, &ended),
                               UINT64_MAX, engines[e]);
      AUTO_FREE char *out = xmalloc(TEXT_SIZE + 1);
      size_t have = 0;
      ssize_t n;
      struct error err;

      while ((n = stream_read(stream, out + have, TEXT_SIZE + 1 - have, &err)) > 0)
        have += (size_t)n;
      assert_int_equal(n, -1);
      assert_int_equal(err.code, ERROR_NETWORK);
      assert_string_equal(err.message, "the connection broke");
      assert_memory_equal(out, text, have);
      if (len > 50000)
        assert_true(have > 20000);
      stream_close(stream);
      assert_true(closed);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_detect),
    cmocka_unit_test(test_plain),
    cmocka_unit_test(test_gzip),
    cmocka_unit_test(test_gzip_header),
    cmocka_unit_test(test_gzip_long_name),
    cmocka_unit_test(test_zstd),
    cmocka_unit_test(test_zstd_wrong_size),
    cmocka_unit_test(test_zstd_window),
    cmocka_unit_test(test_zstd_bad),
    cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_limit),
    cmocka_unit_test(test_inner_error),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
