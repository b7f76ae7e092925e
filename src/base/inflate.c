#include "base/inflate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/inflate_codec.h"

enum { MAGIC_BYTES = 7 };

struct inflate_stream {
  struct stream base;
  enum gzip_engine engine;
  bool is_archive;
  const struct inflate_codec *codec; /* NULL: nothing is compressed, or not yet known */
  void *state;
  bool detected;
  bool failed; /* `error` is to be reported at the next read */
  uint64_t out, max_out;
  struct error error;
  struct budget *memory; /* NULL: no limit */
  struct inflate_input input;
};

static int detect(struct inflate_stream *inflate, struct error *err)
{
  struct inflate_input *input = &inflate->input;

  if (inflate_input_need(input, MAGIC_BYTES, err) < 0)
    return -1;
  switch ((inflate->is_archive ? compression_detect_archive : compression_detect)(
      input->bytes + input->pos, inflate_input_left(input))) {
  case COMPRESSION_GZIP:
    inflate->codec = &inflate_gzip;
    inflate->state = inflate_gzip_new(inflate->engine);
    break;
  case COMPRESSION_ZSTD:
    inflate->codec = &inflate_zstd;
    inflate->state = inflate_zstd_new(inflate->memory);
    break;
#ifdef HAVE_LZMA
  case COMPRESSION_XZ:
    inflate->codec = &inflate_xz;
    inflate->state = inflate_xz_new();
    break;
#endif
#ifdef HAVE_BZIP2
  case COMPRESSION_BZIP2:
    inflate->codec = &inflate_bzip2;
    inflate->state = inflate_bzip2_new();
    break;
#endif
  default:
    break;
  }
  inflate->detected = true;
  return 0;
}

/* What was read to look at the first bytes is handed on; after that the caller's buffer is filled
 * directly. */
static ssize_t pass_on(struct inflate_input *input, void *out, size_t size, struct error *err)
{
  size_t n = MIN_OF(inflate_input_left(input), size);

  if (n) {
    memcpy(out, input->bytes + input->pos, n);
    input->pos += n;
    return (ssize_t)n;
  }
  return input->end ? 0 : stream_read(input->inner, out, size, err);
}

/* A fault that comes after some bytes waits for the next read. */
static ssize_t inflate_decode(struct inflate_stream *inflate, void *out, size_t size,
                              struct error *err)
{
  size_t n = 0;

  if (inflate->codec->read(inflate->state, &inflate->input, out, size, &n, &inflate->error) < 0) {
    inflate->failed = true;
    if (n)
      return (ssize_t)n;
    *err = inflate->error;
    return -1;
  }
  return (ssize_t)n;
}

static ssize_t inflate_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct inflate_stream *inflate = (struct inflate_stream *)stream;
  ssize_t n;

  if (!inflate->detected && detect(inflate, err) < 0)
    return -1;
  if (inflate->failed) {
    *err = inflate->error;
    return -1;
  }
  if (inflate->codec)
    n = inflate_decode(inflate, buffer, size, err);
  else
    n = pass_on(&inflate->input, buffer, size, err);
  if (n <= 0)
    return n;
  if ((uint64_t)n > inflate->max_out - inflate->out)
    return error_set(err, ERROR_LIMIT, "more than %llu bytes%s (see --max-scale)",
                     (unsigned long long)inflate->max_out,
                     inflate->codec ? " when decompressed" : "");
  inflate->out += (uint64_t)n;
  return n;
}

static void inflate_close(struct stream *stream)
{
  struct inflate_stream *inflate = (struct inflate_stream *)stream;

  if (inflate->codec)
    inflate->codec->free(inflate->state);
  stream_close(inflate->input.inner);
  free(inflate);
}

struct stream *stream_inflated_with(struct stream *inner, uint64_t max_out, enum gzip_engine engine)
{
  static const struct stream_ops ops = { inflate_read, inflate_close };
  struct inflate_stream *inflate = xmalloc(sizeof(*inflate));

  /* The input's bytes are not cleared: a small stream is not to cost a page fault for each page. */
  memset(inflate, 0, offsetof(struct inflate_stream, input.bytes));
  inflate->base.ops = &ops;
  inflate->engine = engine;
  inflate->max_out = max_out;
  inflate->input.inner = inner;
  return &inflate->base;
}

void stream_inflated_within(struct stream *stream, struct budget *memory)
{
  ((struct inflate_stream *)stream)->memory = memory;
}

struct stream *stream_inflated(struct stream *inner, uint64_t max_out)
{
  return stream_inflated_with(inner, max_out, GZIP_ENGINE_FASTEST);
}

struct stream *stream_inflated_archive(struct stream *inner, uint64_t max_out)
{
  struct stream *stream = stream_inflated(inner, max_out);

  ((struct inflate_stream *)stream)->is_archive = true;
  return stream;
}
