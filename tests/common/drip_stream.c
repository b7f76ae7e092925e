#include "drip_stream.h"

#include <stdlib.h>

#include "base/alloc.h"

struct drip_stream {
  struct stream base;
  struct str rest;
  size_t piece;
};

static ssize_t drip_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct drip_stream *drip = (struct drip_stream *)stream;
  size_t n = MIN_OF(MIN_OF(size, drip->piece), drip->rest.len);

  (void)err;
  if (n)
    memcpy(buffer, drip->rest.ptr, n);
  drip->rest = str_skip(drip->rest, n);
  return (ssize_t)n;
}

static void drip_close(struct stream *stream)
{
  free(stream);
}

struct stream *drip_stream_new(struct str bytes, size_t piece)
{
  static const struct stream_ops ops = { drip_read, drip_close };
  struct drip_stream *drip = xcalloc(1, sizeof(*drip));

  *drip = (struct drip_stream) { { &ops }, bytes, piece };
  return &drip->base;
}
