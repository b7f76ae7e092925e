/* xz, "The .xz File Format", version 1.2.1. */
#include <lzma.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/inflate_codec.h"

/* A dictionary of 64 MiB, as `xz -9` has it, and what the library takes besides. */
#define MEMORY_MAX (UINT64_C(80) << 20)

struct xz {
  lzma_stream stream;
  bool started, end;
};

static int xz_report(lzma_ret result, const struct inflate_input *input, struct error *err)
{
  const unsigned long long at = inflate_input_offset(input);

  switch (result) {
  case LZMA_MEM_ERROR:
    return error_set(err, ERROR_IO, "xz: out of memory");
  case LZMA_MEMLIMIT_ERROR:
    return error_set(err, ERROR_LIMIT, "xz: it needs a dictionary over 64 MiB");
  case LZMA_OPTIONS_ERROR:
  case LZMA_UNSUPPORTED_CHECK:
    return error_set(err, ERROR_UNSUPPORTED, "xz: unknown options, at about byte %llu", at);
  case LZMA_BUF_ERROR:
    return error_set(err, ERROR_CORRUPT, "xz: the stream ends early, at byte %llu", at);
  default:
    return error_set(err, ERROR_CORRUPT,
                     "xz: the compressed data is corrupt, or its checksum is wrong, at about byte "
                     "%llu",
                     at);
  }
}

static int xz_read(void *state, struct inflate_input *input, unsigned char *out, size_t size,
                   size_t *n, struct error *err)
{
  struct xz *xz = state;
  lzma_ret result = LZMA_OK;

  *n = 0;
  if (!xz->started) {
    result = lzma_stream_decoder(&xz->stream, MEMORY_MAX,
                                 LZMA_TELL_UNSUPPORTED_CHECK | LZMA_CONCATENATED);
    if (result != LZMA_OK)
      return xz_report(result, input, err);
    xz->started = true;
  }
  xz->stream.next_out = out;
  xz->stream.avail_out = size;
  while (xz->stream.avail_out && !xz->end) {
    if (inflate_input_need(input, 1, err) < 0)
      return -1;
    xz->stream.next_in = input->bytes + input->pos;
    xz->stream.avail_in = inflate_input_left(input);
    result = lzma_code(&xz->stream, input->end ? LZMA_FINISH : LZMA_RUN);
    input->pos = input->len - xz->stream.avail_in;
    *n = size - xz->stream.avail_out;
    xz->end = result == LZMA_STREAM_END;
    if (result != LZMA_OK && !xz->end)
      return xz_report(result, input, err);
  }
  return !xz->end;
}

static void xz_free(void *state)
{
  struct xz *xz = state;

  lzma_end(&xz->stream);
  free(xz);
}

void *inflate_xz_new(void)
{
  struct xz *xz = xcalloc(1, sizeof(*xz));

  xz->stream = (lzma_stream)LZMA_STREAM_INIT;
  return xz;
}

const struct inflate_codec inflate_xz = { xz_read, xz_free };
