/* Two decompressors for the same raw deflate data, as the data of a gzip member whose checksum is
 * made right, so that the fuzzer need not find it: what one of them takes the other takes too, and
 * both give the same. But for one thing: ISA-L takes sets of Huffman codes that are not complete,
 * where zlib and Go's compress/flate refuse the whole block; no such code is then used. */
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "../common/drip_stream.h"
#include "base/buf.h"
#include "base/inflate.h"

enum { OUT_MAX = 1 << 17, CHUNK_MAX = 256 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the data inflates to; false if it is corrupt, ends early, or becomes too much. *used: how
 * much of it there was. *incomplete: it was refused for an incomplete set of codes. */
static bool reference(const uint8_t *data, size_t size, struct buf *out, size_t *used,
                      bool *incomplete)
{
  z_stream z = { 0 };
  void *room = buf_reserve(out, OUT_MAX);
  int result;

  if (!room || inflateInit2(&z, -MAX_WBITS) != Z_OK)
    abort();
  z.next_in = (Bytef *)(uintptr_t)data;
  z.avail_in = (uInt)size;
  z.next_out = room;
  z.avail_out = OUT_MAX;
  result = inflate(&z, Z_FINISH);
  out->len = z.total_out;
  *used = z.total_in;
  *incomplete = result == Z_DATA_ERROR && z.msg && strstr(z.msg, "set");
  inflateEnd(&z);
  return result == Z_STREAM_END;
}

static void put_u32(struct buf *out, uint32_t value)
{
  for (int i = 0; i < 4; i++, value >>= 8)
    buf_putc(out, (char)value);
}

static void check(const struct buf *gzip, const struct buf *want, bool good, size_t piece,
                  size_t chunk, enum gzip_engine engine)
{
  struct stream *stream =
      stream_inflated_with(drip_stream_new(buf_str(gzip), piece), OUT_MAX, engine);
  AUTO_BUF got = BUF_INIT(OUT_MAX + CHUNK_MAX);
  struct error err;
  ssize_t n;

  do {
    void *room = buf_reserve(&got, chunk);

    if (!room)
      abort();
    n = stream_read(stream, room, chunk, &err);
    got.len += n > 0 ? (size_t)n : 0;
  } while (n > 0);
  stream_close(stream);
  if ((n == 0) != good || (good && got.len != want->len) ||
      memcmp(got.ptr, want->ptr, MIN_OF(got.len, want->len)) != 0)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_BUF want = BUF_INIT(OUT_MAX);
  AUTO_BUF gzip = BUF_INIT(OUT_MAX);
  size_t used;
  bool good;
  bool incomplete;

  if (size < 2 || size > OUT_MAX / 2)
    return 0;
  good = reference(data + 1, size - 1, &want, &used, &incomplete);
  buf_add(&gzip, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  buf_add(&gzip, data + 1, good ? used : size - 1);
  if (good) {
    put_u32(&gzip, (uint32_t)crc32(0, (const Bytef *)want.ptr, (uInt)want.len));
    put_u32(&gzip, (uint32_t)want.len);
  }
  if (!incomplete) {
    check(&gzip, &want, good, SIZE_MAX, CHUNK_MAX, GZIP_ENGINE_FASTEST);
    check(&gzip, &want, good, 1 + data[0] % 64, 1 + (size_t)(data[0] / 64) * 333,
          GZIP_ENGINE_FASTEST);
  }
  check(&gzip, &want, good, 1 + data[0] % 64, 65536, GZIP_ENGINE_ZLIB);
  return 0;
}
