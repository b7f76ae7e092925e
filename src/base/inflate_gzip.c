/* gzip, RFC 1952. Headers and trailers are read here, so that both decompressors for what lies
 * between them behave the same and each fault has its own message. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "base/alloc.h"
#include "base/inflate_codec.h"

enum phase { PHASE_HEADER, PHASE_DATA, PHASE_END };

enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

struct gzip {
  enum phase phase;
  uint32_t crc;  /* of this member's output; ISA-L keeps its own */
  uint32_t size; /* of this member's output, modulo 2^32 */
  bool zlib_ready;
  z_stream zlib;
#ifdef HAVE_ISAL
  struct inflate_state *isal; /* NULL: zlib does the work */
#endif
};

static int truncated(const struct inflate_input *input, const char *where, struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "gzip: the stream ends in %s, at byte %llu", where,
                   inflate_input_offset(input));
}

/* The header's parts, each of which adds to the header's checksum. */

static int header_byte(struct inflate_input *input, uint32_t *crc, unsigned char *out,
                       struct error *err)
{
  if (inflate_input_need(input, 1, err) < 0)
    return -1;
  if (!inflate_input_left(input))
    return truncated(input, "a member's header", err);
  *out = input->bytes[input->pos++];
  *crc = (uint32_t)crc32(*crc, out, 1);
  return 0;
}

static int header_u16(struct inflate_input *input, uint32_t *crc, unsigned *out, struct error *err)
{
  unsigned char low;
  unsigned char high;

  if (header_byte(input, crc, &low, err) < 0 || header_byte(input, crc, &high, err) < 0)
    return -1;
  *out = low | (unsigned)high << 8;
  return 0;
}

static int header_skip(struct inflate_input *input, uint32_t *crc, size_t n, struct error *err)
{
  unsigned char byte;

  while (n--)
    if (header_byte(input, crc, &byte, err) < 0)
      return -1;
  return 0;
}

static int header_skip_text(struct inflate_input *input, uint32_t *crc, struct error *err)
{
  unsigned char byte;

  do {
    if (header_byte(input, crc, &byte, err) < 0)
      return -1;
  } while (byte);
  return 0;
}

static int inflate_gzip_read_header(struct inflate_input *input, struct error *err)
{
  uint32_t crc = (uint32_t)crc32(0, NULL, 0);
  unsigned long long start = inflate_input_offset(input);
  unsigned char flags;
  unsigned extra;
  unsigned expected;

  if (header_skip(input, &crc, 3, err) < 0 || header_byte(input, &crc, &flags, err) < 0 ||
      header_skip(input, &crc, 6, err) < 0)
    return -1;
  if (flags & FLAGS_RESERVED)
    return error_set(err, ERROR_CORRUPT, "gzip: the header at byte %llu has unknown flags 0x%02x",
                     start, flags);
  if (flags & FLAG_EXTRA) {
    if (header_u16(input, &crc, &extra, err) < 0 || header_skip(input, &crc, extra, err) < 0)
      return -1;
  }
  if (flags & FLAG_NAME && header_skip_text(input, &crc, err) < 0)
    return -1;
  if (flags & FLAG_COMMENT && header_skip_text(input, &crc, err) < 0)
    return -1;
  if (flags & FLAG_HCRC) {
    unsigned found = crc & 0xffff;

    if (header_u16(input, &crc, &expected, err) < 0)
      return -1;
    if (expected != found)
      return error_set(err, ERROR_CORRUPT,
                       "gzip: checksum mismatch in the header at byte %llu: expected %04x, found "
                       "%04x",
                       start, expected, found);
  }
  return 0;
}

/* Writers that fill up whole blocks leave zeros behind the last member. */
static int skip_padding(struct inflate_input *input, struct error *err)
{
  for (;;) {
    while (inflate_input_left(input)) {
      if (input->bytes[input->pos])
        return error_set(err, ERROR_CORRUPT, "gzip: garbage after the last member, at byte %llu",
                         inflate_input_offset(input));
      input->pos++;
    }
    if (input->end)
      return 0;
    if (inflate_input_need(input, 1, err) < 0)
      return -1;
  }
}

static int start_data(struct gzip *gzip, struct error *err)
{
  gzip->crc = (uint32_t)crc32(0, NULL, 0);
  gzip->size = 0;
#ifdef HAVE_ISAL
  if (gzip->isal) {
    isal_inflate_init(gzip->isal);
    gzip->isal->crc_flag = ISAL_GZIP_NO_HDR;
    return 0;
  }
#endif
  if (!gzip->zlib_ready && inflateInit2(&gzip->zlib, -MAX_WBITS) != Z_OK)
    return error_set(err, ERROR_IO, "gzip: out of memory");
  if (gzip->zlib_ready && inflateReset(&gzip->zlib) != Z_OK)
    return error_set(err, ERROR_IO, "gzip: zlib cannot start again");
  gzip->zlib_ready = true;
  return 0;
}

/* Goes to the data of the next member, or to the end. */
static int start_member(struct gzip *gzip, struct inflate_input *input, struct error *err)
{
  const unsigned char *p;
  size_t left;

  if (inflate_input_need(input, 3, err) < 0)
    return -1;
  p = input->bytes + input->pos;
  left = inflate_input_left(input);
  if (!left || p[0] == 0) {
    if (skip_padding(input, err) < 0)
      return -1;
    gzip->phase = PHASE_END;
    return 0;
  }
  if (p[0] != 0x1f || (left > 1 && p[1] != 0x8b))
    return error_set(err, ERROR_CORRUPT, "gzip: garbage after the last member, at byte %llu",
                     inflate_input_offset(input));
  if (left > 2 && p[2] != 8)
    return error_set(err, ERROR_CORRUPT, "gzip: unknown compression method %d at byte %llu", p[2],
                     inflate_input_offset(input));
  if (inflate_gzip_read_header(input, err) < 0 || start_data(gzip, err) < 0)
    return -1;
  gzip->phase = PHASE_DATA;
  return 0;
}

static int inflate_gzip_corrupt(const struct inflate_input *input, struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "gzip: the compressed data is corrupt at about byte %llu",
                   inflate_input_offset(input));
}

/* Both decompress what is in the input's buffer into out; *done at the end of the member's data,
 * with the bytes of the trailer that were already taken in trailer[0..*taken). */

#ifdef HAVE_ISAL
static int step_isal(struct gzip *gzip, struct inflate_input *input, unsigned char *out,
                     size_t *size, bool *done, unsigned char trailer[8], size_t *taken,
                     struct error *err)
{
  struct inflate_state *isal = gzip->isal;
  int result;

  isal->next_in = input->bytes + input->pos;
  isal->avail_in = (uint32_t)inflate_input_left(input);
  isal->next_out = out;
  isal->avail_out = (uint32_t)*size;
  result = isal_inflate(isal);
  input->pos = (size_t)(isal->next_in - input->bytes);
  *size = (size_t)(isal->next_out - out);
  if (result != ISAL_DECOMP_OK) {
    *size = 0; /* behind what is good there may be bytes that nobody wrote */
    return inflate_gzip_corrupt(input, err);
  }
  *done = isal->block_state == ISAL_BLOCK_FINISH;
  if (!*done)
    return 0;
  gzip->crc = isal->crc;
  /* It reads ahead, up to eight bytes: never past the trailer. */
  isal->read_in >>= isal->read_in_length % 8;
  isal->read_in_length -= isal->read_in_length % 8;
  for (*taken = 0; isal->read_in_length > 0; isal->read_in_length -= 8, isal->read_in >>= 8)
    trailer[(*taken)++] = (unsigned char)isal->read_in;
  return 0;
}
#endif

static int step_zlib(struct gzip *gzip, struct inflate_input *input, unsigned char *out,
                     size_t *size, bool *done, struct error *err)
{
  z_stream *zlib = &gzip->zlib;
  int result;

  zlib->next_in = input->bytes + input->pos;
  zlib->avail_in = (uInt)inflate_input_left(input);
  zlib->next_out = out;
  zlib->avail_out = (uInt)*size;
  result = inflate(zlib, Z_NO_FLUSH);
  input->pos = (size_t)(zlib->next_in - input->bytes);
  *size = (size_t)(zlib->next_out - out);
  gzip->crc = (uint32_t)crc32(gzip->crc, out, (uInt)*size);
  *done = result == Z_STREAM_END;
  if (result == Z_MEM_ERROR)
    return error_set(err, ERROR_IO, "gzip: out of memory");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return inflate_gzip_corrupt(input, err);
  return 0;
}

static uint32_t little_endian_u32(const unsigned char *p)
{
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int check_trailer(struct gzip *gzip, struct inflate_input *input, unsigned char trailer[8],
                         size_t taken, struct error *err)
{
  uint32_t crc;
  uint32_t size;

  if (inflate_input_need(input, 8 - taken, err) < 0)
    return -1;
  if (inflate_input_left(input) < 8 - taken) {
    input->pos = input->len;
    return truncated(input, "a member's checksum", err);
  }
  memcpy(trailer + taken, input->bytes + input->pos, 8 - taken);
  input->pos += 8 - taken;
  crc = little_endian_u32(trailer);
  size = little_endian_u32(trailer + 4);
  if (crc != gzip->crc)
    return error_set(err, ERROR_CORRUPT,
                     "gzip: checksum mismatch in the member that ends at byte %llu: expected "
                     "%08x, found %08x",
                     inflate_input_offset(input), crc, gzip->crc);
  if (size != gzip->size)
    return error_set(err, ERROR_CORRUPT,
                     "gzip: length mismatch in the member that ends at byte %llu: expected %u, "
                     "found %u (modulo 2^32)",
                     inflate_input_offset(input), size, gzip->size);
  gzip->phase = PHASE_HEADER;
  return 0;
}

static int inflate_gzip_decompress(struct gzip *gzip, struct inflate_input *input,
                                   unsigned char *out, size_t *size, struct error *err)
{
  unsigned char trailer[8] = { 0 };
  size_t room = *size;
  size_t taken = 0;
  size_t left;
  bool done = false;
  int result;

  *size = 0;
  if (inflate_input_need(input, 1, err) < 0)
    return -1;
  left = inflate_input_left(input);
  *size = room;
#ifdef HAVE_ISAL
  if (gzip->isal)
    result = step_isal(gzip, input, out, size, &done, trailer, &taken, err);
  else
#endif
    result = step_zlib(gzip, input, out, size, &done, err);
  gzip->size += (uint32_t)*size;
  if (result < 0)
    return -1;
  if (done)
    return check_trailer(gzip, input, trailer, taken, err);
  if (!*size && !left)
    return truncated(input, "the compressed data", err);
  if (!*size && inflate_input_left(input) == left)
    return inflate_gzip_corrupt(input, err);
  return 0;
}

static int gzip_read(void *state, struct inflate_input *input, unsigned char *out, size_t size,
                     size_t *n, struct error *err)
{
  struct gzip *gzip = state;

  *n = 0;
  while (*n < size && gzip->phase != PHASE_END) {
    size_t more = size - *n;
    int result;

    if (gzip->phase == PHASE_HEADER) {
      result = start_member(gzip, input, err);
      more = 0;
    } else {
      result = inflate_gzip_decompress(gzip, input, out + *n, &more, err);
    }
    *n += more;
    if (result < 0)
      return -1;
  }
  return gzip->phase != PHASE_END;
}

static void gzip_free(void *state)
{
  struct gzip *gzip = state;

  if (gzip->zlib_ready)
    inflateEnd(&gzip->zlib);
#ifdef HAVE_ISAL
  free(gzip->isal);
#endif
  free(gzip);
}

void *inflate_gzip_new(enum gzip_engine engine)
{
  struct gzip *gzip = xcalloc(1, sizeof(*gzip));

  (void)engine;
#ifdef HAVE_ISAL
  if (engine == GZIP_ENGINE_FASTEST)
    gzip->isal = xmalloc(sizeof(*gzip->isal));
#endif
  return gzip;
}

const struct inflate_codec inflate_gzip = { gzip_read, gzip_free };
