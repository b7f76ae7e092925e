#include "source/archive/taken.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "source/archive/tar_index.h"

enum {
  TAKE_BLOCK = 256 * 1024,
  KEEP_MEMBER = 64 * 1024,       /* smaller members stay in memory, */
  KEEP_TOTAL = 64 * 1024 * 1024, /* up to so many bytes in all */
};

struct taken {
  struct members base;
  struct tar_index index;
  struct arena arena; /* of struct descriptor, by which members are found in the store */
  struct store *store;
  uint64_t kept; /* bytes of members that are left in memory */
  uint64_t max_blob;
};

static int taken_fill(struct tar_member *member, struct stream *contents,
                      struct blob_writer *writer, struct error *err)
{
  AUTO_FREE char *block = xmalloc(TAKE_BLOCK);
  bool first = true;
  ssize_t n;

  while ((n = stream_read(contents, block, TAKE_BLOCK, err)) > 0) {
    if (first)
      memcpy(member->head, block, MIN_OF((size_t)n, (size_t)TAR_MEMBER_HEAD));
    first = false;
    if (blob_writer_add(writer, block, (size_t)n, err) < 0)
      return -1;
  }
  return (int)n;
}

static int take_blob(struct taken *taken, struct tar_member *member, struct descriptor *blob,
                     struct stream *contents, struct error *err)
{
  struct blob_writer *writer;
  int result = BLOB_TO_WRITE;
  uint64_t size;

  /* What is there already has to be sound, since loading again is what mends it. */
  if (blob->digest.algorithm != DIGEST_NONE && store_check(taken->store, blob, err) < 0)
    return -1;
  if (blob->digest.algorithm != DIGEST_NONE)
    result = blob_writer_open(&writer, taken->store, blob, STORE_WAIT, err);
  else if (!(writer = blob_writer_open_unknown(taken->store, err)))
    result = -1;
  if (result == BLOB_IS_THERE) /* its first bytes are still asked for */
    return stream_read_full(contents, member->head, TAR_MEMBER_HEAD, err) < 0 ? -1 : 0;
  if (result < 0)
    return -1;
  if (taken_fill(member, contents, writer, err) < 0) {
    blob_writer_abort(writer);
    return -1;
  }
  return blob_writer_commit(writer, &blob->digest, &size, err);
}

static int taken_take(void *context, const char *path, struct tar_member *member,
                      struct stream *contents, struct error *err)
{
  struct taken *taken = context;
  struct descriptor *blob;

  if (!path)
    return 0;
  if (member->size <= KEEP_MEMBER && taken->kept + member->size <= KEEP_TOTAL) {
    taken->kept += member->size;
    return 0;
  }
  if (member->size > taken->max_blob)
    return error_set(err, ERROR_LIMIT, "%llu bytes, at most %llu allowed (see --max-scale)",
                     (unsigned long long)member->size, (unsigned long long)taken->max_blob);
  blob = arena_alloc(&taken->arena, sizeof(*blob));
  blob->size = (int64_t)member->size;
  (void)!members_blob_digest(path, &blob->digest);
  member->taken = blob;
  return take_blob(taken, member, blob, contents, err) < 0 ? -1 : 1;
}

static struct stream *taken_open(struct members *members, struct str path, uint64_t *size,
                                 struct error *err)
{
  struct taken *taken = (struct taken *)members;
  const struct tar_member *member = tar_index_find(&taken->index, path, err);

  if (!member)
    return NULL;
  *size = member->size;
  if (member->bytes || member->size == 0)
    return stream_of_memory(member->bytes, (size_t)member->size);
  return store_open_blob(taken->store, member->taken, err);
}

static ssize_t taken_peek(struct members *members, struct str path, void *buffer, size_t n,
                          struct error *err)
{
  struct taken *taken = (struct taken *)members;
  const struct tar_member *member = tar_index_find(&taken->index, path, err);

  if (!member)
    return -1;
  n = (size_t)MIN_OF((uint64_t)MIN_OF(n, (size_t)TAR_MEMBER_HEAD), member->size);
  memcpy(buffer, member->head, n);
  return (ssize_t)n;
}

static void taken_free(struct members *members)
{
  struct taken *taken = (struct taken *)members;

  tar_index_release(&taken->index);
  arena_release(&taken->arena);
  free(taken);
}

struct members *members_take(struct store *store, struct stream *stream,
                             const struct limits *limits, struct error *err)
{
  static const struct members_ops ops = { taken_open, taken_peek, taken_free, NULL, NULL };
  struct taken *taken = xcalloc(1, sizeof(*taken));
  struct tar_input input = {
    .fd = -1,
    .stream = stream,
    .keep_member = KEEP_MEMBER,
    .keep_total = KEEP_TOTAL,
    .take = taken_take,
    .take_context = taken,
  };

  taken->base.ops = &ops;
  taken->store = store;
  taken->max_blob = MAX_OF(limits->blob_bytes, limits->tar_bytes);
  if (tar_index_read(&taken->index, &input, err) < 0) {
    taken_free(&taken->base);
    return NULL;
  }
  return &taken->base;
}
