#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/inflate.h"
#include "source/archive/members.h"
#include "source/archive/tar_index.h"
#include "source/head.h"

enum {
  MAGIC_BYTES = 8,
  KEEP_BYTES = 16 * 1024 * 1024, /* of small members of a compressed archive, in all */
  LAYERS_PER_ARCHIVE = 4,        /* an archive may be this many times as large as a layer */
};

struct archive {
  struct members base;
  int fd;
  uint64_t size; /* of the file */
  bool compressed;
  uint64_t max_out; /* bytes of the tar stream */
  struct tar_index index;
  pthread_mutex_t lock;  /* of the two below */
  struct stream *parked; /* the tar stream of a compressed archive, not read to its end, or NULL */
  uint64_t parked_at;    /* its position */
};

/* One member of a compressed archive. */
struct range_stream {
  struct stream base;
  struct archive *archive;
  struct stream *inner; /* the tar stream; NULL before the first read */
  uint64_t at;          /* its position */
  uint64_t start;       /* of the member */
  uint64_t end;         /* behind it */
  bool failed;
};

enum { SKIP_BLOCK = 64 * 1024 };

static struct stream *inflated(const struct archive *archive)
{
  return stream_inflated_archive(stream_of_file(archive->fd, 0, 0, archive->size),
                                 archive->max_out);
}

/* The tar stream at or before the position wanted, and where it is. Members are often read in the
 * order they have in the archive: then it is decompressed once for all of them. */
static struct stream *unpark(struct archive *archive, uint64_t wanted, uint64_t *at)
{
  struct stream *stream = NULL;

  pthread_mutex_lock(&archive->lock);
  if (archive->parked && archive->parked_at <= wanted) {
    stream = steal_pointer(&archive->parked);
    *at = archive->parked_at;
  }
  pthread_mutex_unlock(&archive->lock);
  if (stream)
    return stream;
  *at = 0;
  return inflated(archive);
}

static void park(struct archive *archive, struct stream *stream, uint64_t at)
{
  struct stream *old;

  pthread_mutex_lock(&archive->lock);
  old = archive->parked;
  archive->parked = stream;
  archive->parked_at = at;
  pthread_mutex_unlock(&archive->lock);
  stream_close(old);
}

static ssize_t range_fill(struct range_stream *range, void *buffer, size_t size, struct error *err)
{
  ssize_t n = stream_read(range->inner, buffer, size, err);

  if (n == 0)
    n = error_set(err, ERROR_CORRUPT, "the archive ends early: was it changed?");
  if (n < 0)
    range->failed = true;
  else
    range->at += (uint64_t)n;
  return n;
}

static int range_seek(struct range_stream *range, struct error *err)
{
  AUTO_FREE char *block = NULL;

  if (!range->inner)
    range->inner = unpark(range->archive, range->start, &range->at);
  while (range->at < range->start) {
    size_t want = (size_t)MIN_OF(range->start - range->at, (uint64_t)SKIP_BLOCK);

    if (!block)
      block = xmalloc(SKIP_BLOCK);
    if (range_fill(range, block, want, err) < 0)
      return -1;
  }
  return 0;
}

static ssize_t range_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct range_stream *range = (struct range_stream *)stream;

  if (range_seek(range, err) < 0)
    return -1;
  size = (size_t)MIN_OF((uint64_t)size, range->end - range->at);
  return size ? range_fill(range, buffer, size, err) : 0;
}

static void range_close(struct stream *stream)
{
  struct range_stream *range = (struct range_stream *)stream;

  if (range->inner && !range->failed)
    park(range->archive, range->inner, range->at);
  else
    stream_close(range->inner);
  free(range);
}

static struct stream *range_of(struct archive *archive, uint64_t start, uint64_t size)
{
  static const struct stream_ops ops = { range_read, range_close };
  struct range_stream *range = xcalloc(1, sizeof(*range));

  *range = (struct range_stream) {
    .base = { &ops }, .archive = archive, .start = start, .end = start + size
  };
  return &range->base;
}

static struct stream *archive_open(struct members *members, struct str path, uint64_t *size,
                                   struct error *err)
{
  struct archive *archive = (struct archive *)members;
  const struct tar_member *member = tar_index_find(&archive->index, path, err);

  if (!member)
    return NULL;
  *size = member->size;
  if (member->bytes)
    return stream_of_memory(member->bytes, (size_t)member->size);
  if (archive->compressed)
    return range_of(archive, member->offset, member->size);
  return stream_of_file(archive->fd, 0, member->offset, member->size);
}

static ssize_t archive_peek(struct members *members, struct str path, void *buffer, size_t n,
                            struct error *err)
{
  struct archive *archive = (struct archive *)members;
  const struct tar_member *member = tar_index_find(&archive->index, path, err);
  AUTO_STREAM stream = NULL;

  if (!member)
    return -1;
  n = (size_t)MIN_OF((uint64_t)MIN_OF(n, (size_t)TAR_MEMBER_HEAD), member->size);
  if (!archive->compressed) {
    stream = stream_of_file(archive->fd, 0, member->offset, member->size);
    return stream_read_full(stream, buffer, n, err);
  }
  memcpy(buffer, member->head, n);
  return (ssize_t)n;
}

static bool archive_has_directory(struct members *members, struct str path)
{
  const struct map *map = &((struct archive *)members)->index.members;

  for (size_t i = 0; i < map->n; i++) {
    const struct str key = map->entries[i].key;
    const struct tar_member *member = map->entries[i].value;

    if (!str_has_prefix(key, path))
      continue;
    if (key.len == path.len ? member->kind == TAR_MEMBER_OTHER : key.ptr[path.len] == '/')
      return true;
  }
  return false;
}

static struct stream *archive_whole(struct members *members, struct error *err)
{
  struct archive *archive = (struct archive *)members;
  struct stream *stored = stream_of_file(archive->fd, 0, 0, archive->size);
  char magic[MAGIC_BYTES];
  ssize_t n = stream_read_full(stored, magic, sizeof(magic), err);

  stream_close(stored);
  if (n < 0)
    return NULL;
  return archive->compressed && compression_detect(magic, (size_t)n) == COMPRESSION_NONE
             ? inflated(archive)
             : stream_of_file(archive->fd, 0, 0, archive->size);
}

static void archive_free(struct members *members)
{
  struct archive *archive = (struct archive *)members;

  stream_close(archive->parked);
  pthread_mutex_destroy(&archive->lock);
  tar_index_release(&archive->index);
  close(archive->fd);
  free(archive);
}

static int read_index(struct archive *archive, const struct limits *limits, struct error *err)
{
  char magic[MAGIC_BYTES];
  AUTO_STREAM start = stream_of_file(archive->fd, 0, 0, archive->size);
  AUTO_STREAM stream = NULL;
  struct tar_input input = {
    .fd = archive->fd,
    .size = archive->size,
    .keep_member = limits->json_bytes,
    .keep_total = KEEP_BYTES,
  };
  ssize_t n = stream_read_full(start, magic, sizeof(magic), err);

  if (n < 0)
    return -1;
  archive->compressed = compression_detect_archive(magic, (size_t)n) != COMPRESSION_NONE;
  if (archive->compressed) {
    stream = inflated(archive);
    input.fd = -1;
    input.stream = stream;
  }
  return tar_index_read(&archive->index, &input, err);
}

struct members *members_of_archive(int fd, const struct limits *limits, struct error *err)
{
  static const struct members_ops ops = { archive_open, archive_peek, archive_free,
                                          archive_has_directory, archive_whole };
  struct archive *archive = xcalloc(1, sizeof(*archive));
  off_t end;

  archive->base.ops = &ops;
  pthread_mutex_init(&archive->lock, NULL);
  archive->fd = fd;
  archive->max_out = limits->tar_bytes <= INT64_MAX / LAYERS_PER_ARCHIVE
                         ? limits->tar_bytes * LAYERS_PER_ARCHIVE
                         : INT64_MAX;
  end = lseek(fd, 0, SEEK_END);
  if (end < 0) {
    error_sys(err, errno, "cannot be opened");
    archive_free(&archive->base);
    return NULL;
  }
  archive->size = (uint64_t)end;
  if (read_index(archive, limits, err) < 0) {
    head_explain(archive->fd, err);
    archive_free(&archive->base);
    return NULL;
  }
  return &archive->base;
}
