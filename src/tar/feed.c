#include "tar/feed.h"

#include <errno.h>
#include <unistd.h>

/* Of a file mostly headers are read, one here and one there. */
enum { FILE_PIECE = 8 * 1024 };

static ssize_t feed_read_file(struct tar_feed *feed, void *to, struct error *err)
{
  size_t want = (size_t)MIN_OF(feed->size - feed->at, (uint64_t)FILE_PIECE);
  ssize_t n;

  do
    n = pread(feed->fd, to, want, (off_t)feed->at);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return error_sys(err, errno, "reading at offset %llu", (unsigned long long)feed->at);
  feed->at += (uint64_t)n;
  return n;
}

static int feed_next(void *context, struct block **out, struct error *err)
{
  struct tar_feed *feed = context;
  struct block *block = block_new();
  ssize_t n = feed->stream ? stream_read(feed->stream, block->bytes, BLOCK_SIZE, err)
                           : feed_read_file(feed, block->bytes, err);

  *out = NULL;
  if (n > 0) {
    block->len = (size_t)n;
    *out = block;
    return 0;
  }
  block_unref(block);
  return n < 0 ? -1 : 0;
}

static void feed_skip(void *context, uint64_t *n)
{
  struct tar_feed *feed = context;
  uint64_t step = MIN_OF(*n, feed->size - feed->at);

  feed->at += step;
  *n -= step;
}

struct block_source tar_feed_source(struct tar_feed *feed)
{
  return (struct block_source) { feed_next, feed, feed->stream ? NULL : feed_skip };
}
