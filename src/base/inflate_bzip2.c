/* bzip2, several streams ("bzip2: Format Specification", Joe Tsai). */
#include <bzlib.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/inflate_codec.h"

struct bzip2 {
  bz_stream stream;
  bool in_stream, end;
};

/* Between streams: is there another one? */
static int bzip2_start(struct bzip2 *bzip2, struct inflate_input *input, struct error *err)
{
  if (inflate_input_need(input, 1, err) < 0)
    return -1;
  if (!inflate_input_left(input)) {
    bzip2->end = true;
    return 0;
  }
  bzip2->stream = (bz_stream) { 0 };
  if (BZ2_bzDecompressInit(&bzip2->stream, 0, 0) != BZ_OK)
    return error_set(err, ERROR_IO, "bzip2: out of memory");
  bzip2->in_stream = true;
  return 0;
}

static int bzip2_step(struct bzip2 *bzip2, struct inflate_input *input, unsigned char *out,
                      size_t *size, struct error *err)
{
  bz_stream *stream = &bzip2->stream;
  const unsigned room = (unsigned)MIN_OF(*size, (size_t)1 << 30);
  int result;

  *size = 0;
  if (inflate_input_need(input, 1, err) < 0)
    return -1;
  stream->next_in = (char *)input->bytes + input->pos;
  stream->avail_in = (unsigned)inflate_input_left(input);
  stream->next_out = (char *)out;
  stream->avail_out = room;
  result = BZ2_bzDecompress(stream);
  input->pos = input->len - stream->avail_in;
  *size = room - stream->avail_out;
  if (result == BZ_STREAM_END) {
    BZ2_bzDecompressEnd(stream);
    bzip2->in_stream = false;
    return 0;
  }
  if (result == BZ_MEM_ERROR)
    return error_set(err, ERROR_IO, "bzip2: out of memory");
  if (result == BZ_DATA_ERROR_MAGIC)
    return error_set(err, ERROR_CORRUPT, "bzip2: garbage after the last stream, at byte %llu",
                     inflate_input_offset(input));
  if (result != BZ_OK)
    return error_set(err, ERROR_CORRUPT,
                     "bzip2: the compressed data is corrupt, or its checksum is wrong, at about "
                     "byte %llu",
                     inflate_input_offset(input));
  if (!*size && !inflate_input_left(input) && input->end)
    return error_set(err, ERROR_CORRUPT, "bzip2: the stream ends early, at byte %llu",
                     inflate_input_offset(input));
  return 0;
}

static int bzip2_read(void *state, struct inflate_input *input, unsigned char *out, size_t size,
                      size_t *n, struct error *err)
{
  struct bzip2 *bzip2 = state;

  *n = 0;
  while (*n < size && !bzip2->end) {
    size_t more = bzip2->in_stream ? size - *n : 0;
    int result = bzip2->in_stream ? bzip2_step(bzip2, input, out + *n, &more, err)
                                  : bzip2_start(bzip2, input, err);

    *n += more;
    if (result < 0)
      return -1;
  }
  return !bzip2->end;
}

static void bzip2_free(void *state)
{
  struct bzip2 *bzip2 = state;

  if (bzip2->in_stream)
    BZ2_bzDecompressEnd(&bzip2->stream);
  free(bzip2);
}

void *inflate_bzip2_new(void)
{
  return xcalloc(1, sizeof(struct bzip2));
}

const struct inflate_codec inflate_bzip2 = { bzip2_read, bzip2_free };
