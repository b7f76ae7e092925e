/* layer/block and layer/layer: blocks come in order, errors after them, and stopping early neither
 * hangs nor leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

#include <cmocka.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/verify.h"
#include "layer/decoder.h"
#include "layer/layer.h"

/* A stream of so many bytes, each the low byte of its offset divided by 1000, in pieces; it may
 * fail at its end. */
struct counter {
  struct stream base;
  uint64_t at, size;
  size_t piece;
  bool fails;
  bool *closed;
};

static unsigned char byte_at(uint64_t offset)
{
  return (unsigned char)(offset / 1000);
}

static ssize_t counter_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct counter *counter = (struct counter *)stream;
  size_t n = (size_t)MIN_OF((uint64_t)MIN_OF(size, counter->piece), counter->size - counter->at);

  if (!n && counter->fails)
    return error_set(err, ERROR_NETWORK, "the connection broke");
  for (size_t i = 0; i < n; i++)
    ((unsigned char *)buffer)[i] = byte_at(counter->at + i);
  counter->at += n;
  return (ssize_t)n;
}

static void counter_close(struct stream *stream)
{
  *((struct counter *)stream)->closed = true;
  free(stream);
}

static struct stream *counter_new(uint64_t size, size_t piece, bool fails, bool *closed)
{
  static const struct stream_ops ops = { counter_read, counter_close };
  struct counter *counter = xcalloc(1, sizeof(*counter));

  *counter = (struct counter) { { &ops }, 0, size, piece, fails, closed };
  *closed = false;
  return &counter->base;
}

static void read_all(uint64_t size, size_t piece, bool fails, size_t ahead)
{
  struct error err;
  bool closed;
  struct decoder *decoder = decoder_start(counter_new(size, piece, fails, &closed), ahead, NULL);
  uint64_t have = 0;
  int result;

  assert_non_null(decoder);
  for (;;) {
    struct block *block = NULL;

    result = decoder_next(decoder, &block, &err);
    if (result < 0 || !block)
      break;
    assert_true(block->len > 0 && block->len <= BLOCK_SIZE);
    assert_true(have + block->len == size || block->len == BLOCK_SIZE);
    for (size_t i = 0; i < block->len; i += 97)
      assert_int_equal(block->bytes[i], byte_at(have + i));
    have += block->len;
    block_unref(block);
  }
  assert_int_equal(have, size);
  assert_int_equal(result, fails ? -1 : 0);
  if (fails)
    assert_string_equal(err.message, "the connection broke");
  assert_false(closed);
  decoder_stop(decoder);
  assert_true(closed);
}

static void test_order(void **state)
{
  static const uint64_t sizes[] = {
    0, 1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 3 * BLOCK_SIZE, 40 * BLOCK_SIZE + 12345
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
    for (int fails = 0; fails <= 1; fails++) {
      read_all(sizes[i], SIZE_MAX, fails, 2);
      read_all(sizes[i], 10007, fails, 8);
    }
}

/* Two that one reader takes from, in turn, in a random order, or one far ahead of the other; left
 * at the end, or in the middle. */
static void read_in_step(size_t threads, int manner, bool left)
{
  const uint64_t sizes[] = { 150 * (uint64_t)BLOCK_SIZE + 77, 170 * (uint64_t)BLOCK_SIZE };
  struct pace *pace = pace_new(threads);
  struct decoder *decoders[2];
  uint64_t have[2] = { 0, 0 };
  bool ended[2] = { false, false };
  bool closed[2];
  size_t n = 0;

  for (int i = 0; i < 2; i++)
    decoders[i] = decoder_start(counter_new(sizes[i], SIZE_MAX, false, &closed[i]), 5, pace);
  for (; !(ended[0] && ended[1]) && !(left && n == 200); n++) {
    const int turns[] = { (int)(n % 2), (int)(random() % 2), n < 100 ? 1 : 0 };
    const int i = ended[turns[manner]] ? 1 - turns[manner] : turns[manner];
    struct block *block = NULL;
    struct error err;

    assert_int_equal(decoder_next(decoders[i], &block, &err), 0);
    ended[i] = !block;
    if (!block)
      continue;
    assert_int_equal(block->bytes[block->len - 1], byte_at(have[i] + block->len - 1));
    have[i] += block->len;
    block_unref(block);
  }
  for (int i = 0; i < 2; i++) {
    if (!left)
      assert_int_equal(have[i], sizes[i]);
    decoder_stop(decoders[i]);
    assert_true(closed[i]);
  }
  pace_free(pace);
}

static void test_in_step(void **state)
{
  (void)state;
  srandom(20261123);
  for (size_t threads = 0; threads <= 2; threads++)
    for (int manner = 0; manner < 3; manner++)
      for (int left = 0; left <= 1; left++)
        read_in_step(threads, manner, left);
}

/* Stopped at every stage: before the first block, with some read, with the ring full. */
static void test_stop(void **state)
{
  (void)state;
  for (size_t n = 0; n < 12; n++)
    for (int pause = 0; pause <= 1; pause++) {
      static const struct timespec moment = { 0, 2 * 1000 * 1000 };
      struct block *kept[12] = { NULL };
      struct error err;
      bool closed;
      struct decoder *decoder =
          decoder_start(counter_new(UINT64_MAX, SIZE_MAX, false, &closed), 3, NULL);

      assert_non_null(decoder);
      for (size_t i = 0; i < n; i++)
        assert_int_equal(decoder_next(decoder, &kept[i], &err), 0);
      if (pause)
        nanosleep(&moment, NULL);
      decoder_stop(decoder);
      assert_true(closed);
      /* Blocks outlive their decoder. */
      for (size_t i = 0; i < n; i++) {
        assert_int_equal(kept[i]->bytes[7], byte_at(i * BLOCK_SIZE + 7));
        block_ref(kept[i]);
        block_unref(kept[i]);
        block_unref(kept[i]);
      }
    }
  decoder_stop(NULL);
  block_unref(NULL);
}

/* Who keeps all blocks does not stop the decoder. */
static void test_kept(void **state)
{
  struct block *kept[50];
  struct block *last;
  struct error err;
  bool closed;
  struct decoder *decoder =
      decoder_start(counter_new(50 * (uint64_t)BLOCK_SIZE, SIZE_MAX, false, &closed), 2, NULL);

  (void)state;
  for (size_t i = 0; i < 50; i++)
    assert_int_equal(decoder_next(decoder, &kept[i], &err), 0);
  assert_int_equal(decoder_next(decoder, &last, &err), 0);
  assert_null(last);
  for (size_t i = 0; i < 50; i++) {
    assert_int_equal(kept[i]->bytes[0], byte_at(i * BLOCK_SIZE));
    if (i % 2)
      block_unref(kept[i]);
  }
  decoder_stop(decoder);
  for (size_t i = 0; i < 50; i += 2)
    block_unref(kept[i]);
}

static void make_layer(struct buf *out, size_t n)
{
  AUTO_BUF tar = BUF_INIT(64 << 20);
  z_stream z = { 0 };
  char *room;

  for (size_t i = 0; i < n; i++) {
    char name[32];

    snprintf(name, sizeof(name), "file%zu", i);
    tar_make(&tar, &(struct tar_item) { .name = name, .content = STR("content") });
  }
  tar_make_end(&tar);
  room = buf_reserve(out, tar.len / 2 + 1000);
  assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = (Bytef *)tar.ptr;
  z.avail_in = (uInt)tar.len;
  z.next_out = (Bytef *)room;
  z.avail_out = (uInt)(tar.len / 2 + 1000);
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  out->len = z.total_out;
  deflateEnd(&z);
}

/* From stored bytes to entries; a wrong digest is noticed, after all entries. */
static void test_layer(void **state)
{
  struct limits limits = limits_scaled(1);
  AUTO_BUF blob = BUF_INIT(64 << 20);
  struct digest digest;

  (void)state;
  make_layer(&blob, 3000);
  digest = digest_of(DIGEST_SHA256, blob.ptr, blob.len);
  for (int wrong = 0; wrong <= 2; wrong++) {
    struct layer layer;
    struct error err = { 0 };
    struct tar_entry entry;
    size_t n = 0;
    int result;

    digest.bytes[0] ^= wrong == 1;
    limits.tar_bytes = wrong == 2 ? 2000000 : UINT64_MAX;
    layer_open(&layer, stream_verified(stream_of_memory(blob.ptr, blob.len), &digest, blob.len),
               NULL, &limits);
    digest.bytes[0] ^= wrong == 1;
    while ((result = tar_next(layer.tar, &entry, &err)) > 0) {
      assert_int_equal(entry.index, n);
      n++;
    }
    assert_int_equal(result, wrong ? -1 : 0);
    if (wrong == 1)
      assert_non_null(strstr(err.message, "digest mismatch"));
    if (wrong == 2)
      assert_int_equal(err.code, ERROR_LIMIT);
    if (wrong < 2)
      assert_int_equal(n, 3000);
    layer_close(&layer);
  }
}

/* Left in the middle. */
static void test_layer_left(void **state)
{
  struct limits limits = limits_scaled(1);
  AUTO_BUF blob = BUF_INIT(64 << 20);

  (void)state;
  make_layer(&blob, 5000);
  for (size_t n = 0; n < 2000; n += 500) {
    struct layer layer;
    struct tar_entry entry;
    struct error err;

    layer_open(&layer, stream_of_memory(blob.ptr, blob.len), NULL, &limits);
    for (size_t i = 0; i < n; i++)
      assert_int_equal(tar_next(layer.tar, &entry, &err), 1);
    layer_close(&layer);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_order), cmocka_unit_test(test_in_step), cmocka_unit_test(test_stop),
    cmocka_unit_test(test_kept),  cmocka_unit_test(test_layer),   cmocka_unit_test(test_layer_left),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
