#include "base/verify.h"

#include <stdlib.h>

#include "base/alloc.h"

struct verify_stream {
  struct stream base;
  struct stream *inner;
  struct hasher *hasher;
  struct digest digest;
  uint64_t size;
  uint64_t seen;
};

static int check_end(struct verify_stream *verify, struct error *err)
{
  char expected[DIGEST_MAX_TEXT];
  char found[DIGEST_MAX_TEXT];
  struct digest digest;

  if (verify->seen < verify->size)
    return error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes, found %llu",
                     (unsigned long long)verify->size, (unsigned long long)verify->seen);
  digest = hasher_finish(verify->hasher);
  if (!digest_equal(&digest, &verify->digest))
    return error_set(err, ERROR_CORRUPT, "digest mismatch: expected %s, found %s",
                     digest_format(&verify->digest, expected), digest_format(&digest, found));
  return 0;
}

static ssize_t verify_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct verify_stream *verify = (struct verify_stream *)stream;
  ssize_t n = stream_read(verify->inner, buffer, size, err);

  if (n < 0)
    return -1;
  if (n == 0)
    return check_end(verify, err);
  if ((uint64_t)n > verify->size - verify->seen)
    return error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes, found more",
                     (unsigned long long)verify->size);
  verify->seen += (uint64_t)n;
  hasher_add(verify->hasher, buffer, (size_t)n);
  return n;
}

static void verify_close(struct stream *stream)
{
  struct verify_stream *verify = (struct verify_stream *)stream;

  stream_close(verify->inner);
  hasher_free(verify->hasher);
  free(verify);
}

struct stream *stream_verified(struct stream *inner, const struct digest *digest, uint64_t size)
{
  static const struct stream_ops ops = { verify_read, verify_close };
  struct verify_stream *verify = xcalloc(1, sizeof(*verify));

  *verify =
      (struct verify_stream) { { &ops }, inner, hasher_new(digest->algorithm), *digest, size, 0 };
  return &verify->base;
}

int stream_read_checked(struct stream *verified, uint64_t size, struct buf *out, struct error *err)
{
  void *room = size > out->max ? NULL : buf_reserve(out, (size_t)size);
  char beyond;

  if (!room)
    return error_set(err, ERROR_LIMIT, "%llu bytes, at most %zu allowed (see --max-scale)",
                     (unsigned long long)size, out->max);
  if (stream_read_full(verified, room, (size_t)size, err) < 0 ||
      stream_read(verified, &beyond, 1, err) < 0)
    return -1;
  out->len += (size_t)size;
  out->ptr[out->len] = '\0';
  return 0;
}
