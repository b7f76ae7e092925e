#include "source/engine/engine_spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/inflate.h"
#include "base/path.h"
#include "base/tempfile.h"
#include "source/archive/tar_index.h"

enum {
  SPOOL_BLOCK = 256 * 1024,
  SMALL_MEMBER = 64 * 1024,       /* members up to this size stay in memory, */
  SMALL_TOTAL = 64 * 1024 * 1024, /* up to so many bytes in all */
  LAYERS_PER_ARCHIVE = 64,        /* an archive may be this many times as large as a layer */
};

/* Contents that are in a file. */
struct part {
  struct digest digest; /* that they should have; DIGEST_NONE: not known */
  int fd;               /* own, or another spool's */
  uint64_t offset;
  uint64_t size;
};

struct spool {
  struct members base;
  struct tar_index index;       /* member->taken is a struct part, or NULL */
  struct arena arena;           /* of parts and small contents */
  struct map by_digest;         /* digest's bytes -> struct part in the own file */
  struct spool_options options; /* while it is read */
  struct tempfile file;
  int other_fd; /* the other spool's file, or -1 */
  uint64_t end; /* of the file */
  uint64_t max_member;
  uint64_t max_stream;
  uint64_t small;  /* bytes in memory */
  struct str json; /* the last file "json" of an old Docker archive */
  const char *json_path;
  uint64_t passed;
};

/* --- the file --- */

static int engine_spool_append(struct spool *spool, const char *bytes, size_t n, struct error *err)
{
  if (tempfile_write(&spool->file, bytes, n, spool->end, err))
    return error_wrap(err, "storing the image");
  spool->end += n;
  return 0;
}

/* All of contents, from where the file ends; head (NULL allowed) gets its first bytes. */
static int engine_spool_store(struct spool *spool, struct part *part, struct stream *contents,
                              char *head, struct error *err)
{
  AUTO_FREE char *block = xmalloc(SPOOL_BLOCK);
  uint64_t start = spool->end;
  ssize_t n;

  while ((n = stream_read(contents, block, SPOOL_BLOCK, err)) > 0) {
    if (head)
      memcpy(head, block, MIN_OF((size_t)n, (size_t)TAR_MEMBER_HEAD));
    head = NULL;
    if (engine_spool_append(spool, block, (size_t)n, err) < 0)
      return -1;
  }
  if (n < 0)
    return -1;
  part->offset = start;
  part->fd = spool->file.fd;
  return 0;
}

/* --- taking members --- */

/* Contents that are kept in memory. */
static int take_small(struct spool *spool, const char *path, struct tar_member *member,
                      struct stream *contents, struct error *err)
{
  char *bytes = arena_alloc(&spool->arena, (size_t)member->size + 1);

  if (stream_read_full(contents, bytes, (size_t)member->size, err) < 0)
    return -1;
  memcpy(member->head, bytes, MIN_OF((size_t)member->size, (size_t)TAR_MEMBER_HEAD));
  member->bytes = bytes;
  spool->small += member->size;
  if (str_has_suffix(str_of(path), STR("/json"))) {
    spool->json = (struct str) { bytes, (size_t)member->size };
    spool->json_path = path;
  }
  return 1;
}

/* The contents of json beside this path, if that was the last such file. */
static struct str json_beside(const struct spool *spool, const char *path)
{
  size_t len = (size_t)(path_name_of(path) - path);

  if (!len || !spool->json_path || strncmp(path, spool->json_path, len) != 0 ||
      strcmp(spool->json_path + len, "json") != 0)
    return (struct str) { NULL, 0 };
  return spool->json;
}

static struct str engine_spool_key_of(const struct part *part)
{
  return (struct str) { (const char *)part->digest.bytes, sizeof(part->digest.bytes) };
}

/* Whether the other spool has the same contents in its file. */
static bool find_in_other(const struct spool *spool, struct part *part)
{
  const struct spool *other = (const struct spool *)spool->options.other;
  const struct map_entry *entry = NULL;
  const struct part *found;

  if (spool->other_fd >= 0 && part->digest.algorithm != DIGEST_NONE)
    entry = map_find(&other->by_digest, engine_spool_key_of(part));
  found = entry ? entry->value : NULL;
  if (!found || found->size != part->size)
    return false;
  part->fd = spool->other_fd;
  part->offset = found->offset;
  return true;
}

static int engine_spool_take(void *context, const char *path, struct tar_member *member,
                             struct stream *contents, struct error *err)
{
  struct spool *spool = context;
  struct part *part;

  if (!path)
    return 0;
  if (member->size <= SMALL_MEMBER && spool->small + member->size <= SMALL_TOTAL)
    return take_small(spool, path, member, contents, err);
  if (member->size > spool->max_member)
    return error_set(err, ERROR_LIMIT, "%llu bytes, at most %llu allowed (see --max-scale)",
                     (unsigned long long)member->size, (unsigned long long)spool->max_member);
  member->taken = part = arena_alloc(&spool->arena, sizeof(*part));
  part->size = member->size;
  (void)engine_member_digest(spool->options.layers, path, json_beside(spool, path), &part->digest);
  if (!find_in_other(spool, part)) {
    if (engine_spool_store(spool, part, contents, member->head, err) < 0)
      return -1;
    if (part->digest.algorithm != DIGEST_NONE)
      map_put(&spool->by_digest, engine_spool_key_of(part))->value = part;
    return 1;
  }
  spool->passed += member->size;
  return stream_read_full(contents, member->head, TAR_MEMBER_HEAD, err) < 0 ? -1 : 1;
}

/* --- reading them --- */

static struct stream *spool_open(struct members *members, struct str path, uint64_t *size,
                                 struct error *err)
{
  const struct spool *spool = (const struct spool *)members;
  const struct tar_member *member = tar_index_find(&spool->index, path, err);
  const struct part *part;

  if (!member)
    return NULL;
  *size = member->size;
  part = member->taken;
  if (part)
    return stream_of_file(part->fd, 0, part->offset, part->size);
  return stream_of_memory(member->bytes, (size_t)member->size);
}

static ssize_t spool_peek(struct members *members, struct str path, void *buffer, size_t n,
                          struct error *err)
{
  const struct spool *spool = (const struct spool *)members;
  const struct tar_member *member = tar_index_find(&spool->index, path, err);

  if (!member)
    return -1;
  n = (size_t)MIN_OF((uint64_t)MIN_OF(n, (size_t)TAR_MEMBER_HEAD), member->size);
  memcpy(buffer, member->head, n);
  return (ssize_t)n;
}

static void spool_free(struct members *members)
{
  struct spool *spool = (struct spool *)members;

  tar_index_release(&spool->index);
  arena_release(&spool->arena);
  map_release(&spool->by_digest);
  tempfile_close(&spool->file);
  cleanup_close(&spool->other_fd);
  free(spool);
}

/* --- making it --- */

static int read_members(struct spool *spool, struct stream *stream, struct error *err)
{
  AUTO_STREAM tar = stream_inflated(stream, spool->max_stream);
  struct tar_input input = {
    .fd = -1,
    .stream = tar,
    .take = engine_spool_take,
    .take_context = spool,
  };

  return tar_index_read(&spool->index, &input, err);
}

struct members *engine_spool_new(struct stream *stream, const struct spool_options *options,
                                 struct error *err)
{
  static const struct members_ops ops = { spool_open, spool_peek, spool_free, NULL, NULL };
  const struct spool *other = (const struct spool *)options->other;
  struct spool *spool = xcalloc(1, sizeof(*spool));
  uint64_t max = MAX_OF(options->limits->blob_bytes, options->limits->tar_bytes);

  spool->base.ops = &ops;
  spool->options = *options;
  spool->other_fd = other ? fcntl(other->file.fd, F_DUPFD_CLOEXEC, 3) : -1;
  spool->max_member = max;
  spool->max_stream = max <= INT64_MAX / LAYERS_PER_ARCHIVE ? max * LAYERS_PER_ARCHIVE : INT64_MAX;
  if (tempfile_open(&spool->file, err) < 0) {
    stream_close(stream);
    spool_free(&spool->base);
    return NULL;
  }
  if (read_members(spool, stream, err) < 0) {
    spool_free(&spool->base);
    return NULL;
  }
  spool->options = (struct spool_options) { 0 };
  return &spool->base;
}

struct spool_counts engine_spool_counts(const struct members *members)
{
  const struct spool *spool = (const struct spool *)members;

  return (struct spool_counts) { .stored = spool->end, .passed = spool->passed };
}
