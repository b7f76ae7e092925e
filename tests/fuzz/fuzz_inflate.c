/* Decompression of whatever the bytes seem to be. The first byte says how large the pieces are in
 * which they come and are asked for; both gzip engines and all piece sizes have to give the same
 * bytes, and come to the same end. */
#include <stdint.h>
#include <stdlib.h>

#include "../common/drip_stream.h"
#include "base/alloc.h"
#include "base/inflate.h"

enum { OUT_MAX = 1 << 17 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
  unsigned char *bytes;
  size_t len;
  int failed;
  enum error_code code;
};

/* engine -1: as an archive, which may be xz or bzip2, too. */
static struct outcome inflate_all(struct str in, size_t piece, size_t chunk, int engine)
{
  struct outcome outcome = { xmalloc(OUT_MAX + chunk), 0, 0, ERROR_NONE };
  struct stream *inner = drip_stream_new(in, piece);
  struct stream *stream = engine < 0
                              ? stream_inflated_archive(inner, OUT_MAX)
                              : stream_inflated_with(inner, OUT_MAX, (enum gzip_engine)engine);
  struct error err;
  ssize_t n;

  while ((n = stream_read(stream, outcome.bytes + outcome.len, chunk, &err)) > 0)
    outcome.len += (size_t)n;
  outcome.failed = n < 0;
  if (n < 0)
    outcome.code = err.code;
  stream_close(stream);
  return outcome;
}

/* Where the data is corrupt, one engine may have given out more of it than the other before it
 * noticed. */
static void check_same(const struct outcome *a, const struct outcome *b)
{
  if (a->failed != b->failed || memcmp(a->bytes, b->bytes, MIN_OF(a->len, b->len)) != 0)
    abort();
  if (!a->failed && a->len != b->len)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct outcome outcomes[5];
  struct str in;
  size_t piece;
  size_t chunk;

  if (size < 1)
    return 0;
  in = (struct str) { (const char *)data + 1, size - 1 };
  piece = 1 + (size_t)(data[0] & 15) * 7;
  chunk = 1 + (size_t)(data[0] >> 4) * 300;
  outcomes[0] = inflate_all(in, SIZE_MAX, 65536, GZIP_ENGINE_FASTEST);
  outcomes[1] = inflate_all(in, piece, chunk, GZIP_ENGINE_FASTEST);
  outcomes[2] = inflate_all(in, piece, chunk, GZIP_ENGINE_ZLIB);
  outcomes[3] = inflate_all(in, SIZE_MAX, 65536, -1);
  outcomes[4] = inflate_all(in, piece, chunk, -1);
  check_same(&outcomes[3], &outcomes[4]);
  check_same(&outcomes[0], &outcomes[1]);
  check_same(&outcomes[0], &outcomes[2]);
  for (size_t i = 0; i < 5; i++)
    free(outcomes[i].bytes);
  return 0;
}
