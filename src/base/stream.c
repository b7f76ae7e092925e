#include "base/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum { PASS_BLOCK = 256 * 1024 };

ssize_t stream_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  return stream->ops->read(stream, buffer, size, err);
}

ssize_t stream_read_full(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  size_t have = 0;

  while (have < size) {
    ssize_t n = stream_read(stream, (char *)buffer + have, size - have, err);

    if (n < 0)
      return -1;
    if (n == 0)
      break;
    have += (size_t)n;
  }
  return (ssize_t)have;
}

int stream_read_through(struct stream *stream, struct error *err)
{
  AUTO_FREE char *block = xmalloc(PASS_BLOCK);
  ssize_t n = 1;

  while (n > 0)
    n = stream_read(stream, block, PASS_BLOCK, err);
  return n < 0 ? -1 : 0;
}

int stream_pass(struct stream *stream, uint64_t bytes, struct error *err)
{
  AUTO_FREE char *block = xmalloc(PASS_BLOCK);

  while (bytes > 0) {
    ssize_t n = stream_read(stream, block, (size_t)MIN_OF(bytes, (uint64_t)PASS_BLOCK), err);

    if (n < 0)
      return -1;
    if (n == 0)
      return error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes more",
                       (unsigned long long)bytes);
    bytes -= (uint64_t)n;
  }
  return 0;
}

void stream_close(struct stream *stream)
{
  if (stream)
    stream->ops->close(stream);
}

void cleanup_stream(struct stream **stream)
{
  stream_close(*stream);
}

struct file_stream {
  struct stream base;
  int fd;
  int owns_fd;
  uint64_t offset;
  uint64_t left;
};

static ssize_t file_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct file_stream *file = (struct file_stream *)stream;
  ssize_t n;

  size = (size_t)MIN_OF((uint64_t)size, file->left);
  if (!size)
    return 0;
  do {
    n = pread(file->fd, buffer, size, (off_t)file->offset);
  } while (n < 0 && errno == EINTR);
  if (n < 0)
    return error_sys(err, errno, "reading at offset %llu", (unsigned long long)file->offset);
  if (n == 0)
    return error_set(err, ERROR_CORRUPT, "the file ends %llu bytes early",
                     (unsigned long long)file->left);
  file->offset += (uint64_t)n;
  file->left -= (uint64_t)n;
  return n;
}

static void file_close(struct stream *stream)
{
  struct file_stream *file = (struct file_stream *)stream;

  if (file->owns_fd)
    close(file->fd);
  free(file);
}

static const struct stream_ops file_ops = { file_read, file_close };

bool stream_is_range(const struct stream *stream, struct stream_range *out)
{
  const struct file_stream *file = (const struct file_stream *)stream;

  if (stream->ops != &file_ops)
    return false;
  *out = (struct stream_range) { file->fd, file->offset, file->left };
  return true;
}

struct stream *stream_of_file(int fd, int owns_fd, uint64_t offset, uint64_t length)
{
  struct file_stream *file = xcalloc(1, sizeof(*file));

  *file = (struct file_stream) { { &file_ops }, fd, owns_fd, offset, length };
  return &file->base;
}

struct memory_stream {
  struct stream base;
  const char *next;
  size_t left;
  void *owned; /* NULL: nothing */
};

static ssize_t memory_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct memory_stream *memory = (struct memory_stream *)stream;
  size_t n = MIN_OF(size, memory->left);

  (void)err;
  if (n) { /* next may be NULL where there is nothing */
    memcpy(buffer, memory->next, n);
    memory->next += n;
    memory->left -= n;
  }
  return (ssize_t)n;
}

static void memory_close(struct stream *stream)
{
  free(((struct memory_stream *)stream)->owned);
  free(stream);
}

static struct stream *memory_new(const void *bytes, size_t len, void *owned)
{
  static const struct stream_ops ops = { memory_read, memory_close };
  struct memory_stream *memory = xcalloc(1, sizeof(*memory));

  *memory = (struct memory_stream) { { &ops }, bytes, len, owned };
  return &memory->base;
}

struct stream *stream_of_memory(const void *bytes, size_t len)
{
  return memory_new(bytes, len, NULL);
}

struct stream *stream_of_owned(void *bytes, size_t len)
{
  return memory_new(bytes, len, bytes);
}
