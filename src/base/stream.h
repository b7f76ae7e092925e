/* A pull stream of bytes: a blob as it is stored, a decompressed blob, a checked blob. Streams
 * nest; the outer one owns the inner one. One thread at a time. */
#ifndef DIFFOCI_BASE_STREAM_H
#define DIFFOCI_BASE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/macros.h"

struct stream;

struct stream_ops {
  /* Up to size bytes into buffer; 0 only at the end of the stream (size > 0); -1 with *err. After
   * -1 or 0 it is not called again. */
  ssize_t (*read)(struct stream *stream, void *buffer, size_t size, struct error *err);
  /* Frees the stream and what it owns. */
  void (*close)(struct stream *stream);
};

struct stream { /* the first member of every kind of stream */
  const struct stream_ops *ops;
};

/* As ops->read. */
MUST_CHECK ssize_t stream_read(struct stream *stream, void *buffer, size_t size, struct error *err);
/* Reads until size bytes are there or the stream ends; returns how many. */
MUST_CHECK ssize_t stream_read_full(struct stream *stream, void *buffer, size_t size,
                                    struct error *err);
/* Reads to the end and drops all. */
MUST_CHECK int stream_read_through(struct stream *stream, struct error *err);
/* Reads so many bytes and drops them. ERROR_CORRUPT: the stream ends before that. */
MUST_CHECK int stream_pass(struct stream *stream, uint64_t bytes, struct error *err);
void stream_close(struct stream *stream); /* NULL allowed */
void cleanup_stream(struct stream **stream);
#define AUTO_STREAM CLEANUP(cleanup_stream) struct stream *

/* length bytes of fd from offset (pread, so that one fd can serve several streams). If owns_fd, fd
 * is closed with the stream, and also when this fails. A file that ends early is ERROR_CORRUPT. */
struct stream *stream_of_file(int fd, int owns_fd, uint64_t offset, uint64_t length);
/* What such a stream has still to read, so that another process can read it from there; the
 * descriptor stays the stream's. false: it is of another kind. */
struct stream_range {
  int fd;
  uint64_t offset, length;
};
bool stream_is_range(const struct stream *stream, struct stream_range *out);
/* The bytes are not copied and must live as long as the stream. */
struct stream *stream_of_memory(const void *bytes, size_t len);
/* The same with bytes from malloc, which are freed with the stream. */
struct stream *stream_of_owned(void *bytes, size_t len);

#endif
