/* zstd, RFC 8878. */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "base/inflate_codec.h"

enum {
  WINDOW_LOG_MAX = 27, /* 128 MiB, as much as `zstd --ultra` uses without --long */
  HEADER_MAX = 18,     /* bytes of a frame's header (RFC 8878, 3.1.1.1) */
};

struct zstd {
  ZSTD_DCtx *context;
  bool in_frame; /* a frame has begun and not ended */
  bool end;
  unsigned long long expected; /* bytes in the frame as its header says, or ZSTD_CONTENTSIZE_… */
  unsigned long long found;    /* so far */
  struct budget *memory;
  uint64_t taken; /* of it, for the window */
};

static bool is_frame_magic(const unsigned char *p, size_t len)
{
  return len >= 4 && compression_detect(p, len) == COMPRESSION_ZSTD;
}

/* How far back the frame refers (RFC 8878, 3.1.1.1.2; where it is one segment, its size). What is
 * no whole header needs no window: the library refuses it. */
static uint64_t frame_window(const unsigned char *header, size_t len, uint64_t content)
{
  enum { SINGLE_SEGMENT = 1 << 5, MAGIC = 4 };
  const uint64_t most = UINT64_C(1) << WINDOW_LOG_MAX;
  uint64_t base;

  if (len < MAGIC + 2 || header[0] != 0x28)
    return 0;
  if (header[MAGIC] & SINGLE_SEGMENT)
    return content > most ? most : content;
  base = UINT64_C(1) << (10 + (header[MAGIC + 1] >> 3));
  return MIN_OF(base + base / 8 * (header[MAGIC + 1] & 7), most);
}

/* The library keeps the largest window that it needed. */
static int take_window(struct zstd *zstd, uint64_t window, struct error *err)
{
  if (window <= zstd->taken)
    return 0;
  if (!budget_take(zstd->memory, window - zstd->taken))
    return budget_error(zstd->memory, "windows of zstd", err);
  zstd->taken = window;
  return 0;
}

/* Between frames: is there another one? The library is asked only where there is, since it would
 * also take the frames of its formats from before the RFC. */
static int start_frame(struct zstd *zstd, struct inflate_input *input, struct error *err)
{
  if (inflate_input_need(input, HEADER_MAX, err) < 0)
    return -1;
  if (!inflate_input_left(input)) {
    zstd->end = true;
    return 0;
  }
  if (!is_frame_magic(input->bytes + input->pos, inflate_input_left(input)))
    return error_set(err, ERROR_CORRUPT, "zstd: garbage after the last frame, at byte %llu",
                     inflate_input_offset(input));
  zstd->in_frame = true;
  zstd->expected = ZSTD_getFrameContentSize(input->bytes + input->pos, inflate_input_left(input));
  zstd->found = 0;
  return take_window(
      zstd, frame_window(input->bytes + input->pos, inflate_input_left(input), zstd->expected),
      err);
}

/* The library checks this too, but not where the last block is empty and the frame is not
 * decompressed at once. */
static int end_frame(struct zstd *zstd, const struct inflate_input *input, struct error *err)
{
  zstd->in_frame = false;
  if (zstd->expected == ZSTD_CONTENTSIZE_UNKNOWN || zstd->expected == ZSTD_CONTENTSIZE_ERROR ||
      zstd->expected == zstd->found)
    return 0;
  return error_set(err, ERROR_CORRUPT,
                   "zstd: length mismatch in the frame that ends at byte %llu: expected %llu, "
                   "found %llu",
                   inflate_input_offset(input), zstd->expected, zstd->found);
}

static int inflate_zstd_report(size_t result, const struct inflate_input *input, struct error *err)
{
  unsigned long long at = inflate_input_offset(input);

  switch (ZSTD_getErrorCode(result)) {
  case ZSTD_error_frameParameter_windowTooLarge:
    return error_set(err, ERROR_LIMIT, "zstd: the frame at byte %llu needs a window over %d MiB",
                     at, 1 << (WINDOW_LOG_MAX - 20));
  case ZSTD_error_checksum_wrong:
    return error_set(err, ERROR_CORRUPT,
                     "zstd: checksum mismatch in the frame that ends at about byte %llu", at);
  case ZSTD_error_dictionary_wrong:
    return error_set(err, ERROR_UNSUPPORTED, "zstd: the frame at byte %llu needs a dictionary", at);
  case ZSTD_error_memory_allocation:
    return error_set(err, ERROR_IO, "zstd: out of memory");
  default:
    return error_set(err, ERROR_CORRUPT,
                     "zstd: the compressed data is corrupt at about byte %llu: %s", at,
                     ZSTD_getErrorName(result));
  }
}

static int inflate_zstd_decompress(struct zstd *zstd, struct inflate_input *input,
                                   unsigned char *out, size_t *size, struct error *err)
{
  ZSTD_outBuffer to = { out, *size, 0 };
  ZSTD_inBuffer from;
  size_t result;

  *size = 0;
  if (inflate_input_need(input, 1, err) < 0)
    return -1;
  from = (ZSTD_inBuffer) { input->bytes + input->pos, inflate_input_left(input), 0 };
  result = ZSTD_decompressStream(zstd->context, &to, &from);
  input->pos += from.pos;
  *size = to.pos;
  if (ZSTD_isError(result))
    return inflate_zstd_report(result, input, err);
  zstd->found += to.pos;
  if (result == 0)
    return end_frame(zstd, input, err);
  if (!from.size && !to.pos)
    return error_set(err, ERROR_CORRUPT, "zstd: the stream ends in a frame, at byte %llu",
                     inflate_input_offset(input));
  return 0;
}

static int zstd_read(void *state, struct inflate_input *input, unsigned char *out, size_t size,
                     size_t *n, struct error *err)
{
  struct zstd *zstd = state;

  *n = 0;
  if (!zstd->context) {
    zstd->context = ZSTD_createDCtx();
    if (!zstd->context ||
        ZSTD_isError(ZSTD_DCtx_setParameter(zstd->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
      return error_set(err, ERROR_IO, "zstd: out of memory");
  }
  while (*n < size && !zstd->end) {
    size_t more = size - *n;
    int result;

    if (zstd->in_frame) {
      result = inflate_zstd_decompress(zstd, input, out + *n, &more, err);
    } else {
      result = start_frame(zstd, input, err);
      more = 0;
    }
    *n += more;
    if (result < 0)
      return -1;
  }
  return !zstd->end;
}

static void zstd_free(void *state)
{
  struct zstd *zstd = state;

  ZSTD_freeDCtx(zstd->context);
  budget_give(zstd->memory, zstd->taken);
  free(zstd);
}

void *inflate_zstd_new(struct budget *memory)
{
  struct zstd *zstd = xcalloc(1, sizeof(*zstd));

  zstd->memory = memory;
  return zstd;
}

const struct inflate_codec inflate_zstd = { zstd_read, zstd_free };
