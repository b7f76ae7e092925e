#include "source/archive/tar_index.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/path.h"
#include "source/archive/members.h"
#include "source/archive/path.h"
#include "tar/feed.h"

enum {
  NAMES_MAX = 64 * 1024 * 1024, /* bytes of all names and link targets */
  DOUBLED_MAX = 2000000000      /* bytes of a member that is held against one of its name */
};

struct indexer {
  struct tar_index index;
  struct tar_input *input;
  struct tar_reader *reader;
  uint64_t names;   /* bytes of names so far */
  uint64_t members; /* entries so far, also those of the same name */
};

/* Copies the path to the arena; *out is NULL if it leads outside the archive or is too long. */
static int keep_path(struct indexer *indexer, struct str dir, struct str path, const char **out,
                     struct error *err)
{
  struct member_path clean;

  *out = NULL;
  if (!member_path_resolve(&clean, dir, path))
    return 0;
  indexer->names += clean.len + 1;
  if (indexer->names > NAMES_MAX)
    return error_set(err, ERROR_LIMIT, "names of more than %d bytes in all", NAMES_MAX);
  *out = arena_str(&indexer->index.arena, member_path_str(&clean)).ptr;
  return 0;
}

/* The contents of the reader's entry as a stream. */
struct contents_stream {
  struct stream base;
  struct tar_reader *reader;
  struct tar_chunk chunk; /* what was not handed out yet */
};

static ssize_t contents_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct contents_stream *contents = (struct contents_stream *)stream;
  struct tar_chunk *chunk = &contents->chunk;
  int result;

  if (!chunk->len) {
    result = tar_read(contents->reader, chunk, err);
    if (result <= 0)
      return result;
  }
  size = MIN_OF(size, chunk->len);
  memcpy(buffer, chunk->bytes, size);
  chunk->bytes += size;
  chunk->len -= size;
  return (ssize_t)size;
}

/* Takes along what is to be kept of a regular file in a stream. */
static int keep_contents(struct indexer *indexer, const char *path, struct tar_member *member,
                         struct error *err)
{
  static const struct stream_ops ops = { contents_read, NULL };
  struct contents_stream contents = { { &ops }, indexer->reader, { 0 } };
  struct tar_input *input = indexer->input;
  size_t head = (size_t)MIN_OF(member->size, (uint64_t)TAR_MEMBER_HEAD);
  int taken = 0;
  char *bytes;

  if (input->take)
    taken = input->take(input->take_context, path, member, &contents.base, err);
  if (taken != 0)
    return taken < 0 ? -1 : 0;
  if (member->size > input->keep_member || member->size > input->keep_total)
    return stream_read_full(&contents.base, member->head, head, err) < 0 ? -1 : 0;
  bytes = arena_alloc(&indexer->index.arena, (size_t)member->size + 1);
  if (stream_read_full(&contents.base, bytes, (size_t)member->size, err) < 0)
    return -1;
  memcpy(member->head, bytes, head);
  member->bytes = bytes;
  input->keep_total -= member->size;
  return 0;
}

static enum tar_member_kind kind_of(const struct tar_reader *reader, const struct tar_entry *entry)
{
  switch (entry->type) {
  case TAR_REGULAR:
  case TAR_CONTIGUOUS:
    return tar_is_sparse(reader) ? TAR_MEMBER_OTHER : TAR_MEMBER_FILE;
  case TAR_LINK:
    return TAR_MEMBER_LINK;
  case TAR_SYMLINK:
    return TAR_MEMBER_SYMLINK;
  default:
    return TAR_MEMBER_OTHER;
  }
}

/* Whether size bytes at two places of the file are seen to be the same. */
static bool is_same_in_file(int fd, uint64_t a, uint64_t b, uint64_t size)
{
  enum { PIECE = 64 * 1024 };
  AUTO_FREE char *pieces = xmalloc(2 * (size_t)PIECE);

  if (size > DOUBLED_MAX)
    return false;
  for (uint64_t done = 0; done < size; done += PIECE) {
    const size_t want = (size_t)MIN_OF(size - done, (uint64_t)PIECE);

    if (pread(fd, pieces, want, (off_t)(a + done)) != (ssize_t)want ||
        pread(fd, pieces + PIECE, want, (off_t)(b + done)) != (ssize_t)want ||
        memcmp(pieces, pieces + PIECE, want) != 0)
      return false;
  }
  return true;
}

/* Whether it makes no difference which of two members of the same name is taken. In doubt it does.
 */
static bool is_same_member(const struct tar_input *input, const struct tar_member *a,
                           const struct tar_member *b)
{
  struct digest digest;

  if (a->kind != b->kind || a->ambiguous)
    return false;
  if (a->kind == TAR_MEMBER_LINK || a->kind == TAR_MEMBER_SYMLINK)
    return a->target && b->target && strcmp(a->target, b->target) == 0;
  if (a->kind == TAR_MEMBER_OTHER)
    return true;
  if (a->size != b->size)
    return false;
  if (!input->stream)
    return is_same_in_file(input->fd, a->offset, b->offset, a->size);
  if (a->bytes && b->bytes)
    return memcmp(a->bytes, b->bytes, (size_t)a->size) == 0;
  /* What was taken under a name that is a digest has it. */
  return a->taken && b->taken && members_blob_digest(b->path, &digest);
}

static void put_member(struct indexer *indexer, const char *path, struct tar_member *member)
{
  struct map_entry *entry = map_put(&indexer->index.members, str_of(path));
  const struct tar_member *before = entry->value;

  member->ambiguous = before && !is_same_member(indexer->input, before, member);
  entry->value = member;
}

static int tar_index_add_member(struct indexer *indexer, const struct tar_entry *entry,
                                struct error *err)
{
  struct tar_member *member = arena_alloc(&indexer->index.arena, sizeof(*member));
  struct str dir = { NULL, 0 };
  const char *path;

  *member = (struct tar_member) { 0 };
  member->kind = kind_of(indexer->reader, entry);
  if (keep_path(indexer, dir, entry->name, &path, err) < 0)
    return -1;
  member->path = path;
  if (path && (member->kind == TAR_MEMBER_LINK || member->kind == TAR_MEMBER_SYMLINK)) {
    if (member->kind == TAR_MEMBER_SYMLINK)
      dir = path_directory(str_of(path));
    if (keep_path(indexer, dir, entry->link_name, &member->target, err) < 0)
      return -1;
  }
  if (member->kind == TAR_MEMBER_FILE) {
    member->offset = tar_offset(indexer->reader);
    member->size = (uint64_t)entry->size;
    if (indexer->input->stream && keep_contents(indexer, path, member, err) < 0)
      return error_wrap(err, "member \"%.200s\"", path ? path : "");
  }
  if (path) /* a name that leads outside is never asked for */
    put_member(indexer, path, member);
  return 0;
}

static int index_entries(struct indexer *indexer, struct error *err)
{
  struct tar_entry entry;
  int result;

  while ((result = tar_next(indexer->reader, &entry, err)) > 0) {
    if (++indexer->members > LIMIT_ARCHIVE_MEMBERS)
      return error_set(err, ERROR_LIMIT, "more than %d members", LIMIT_ARCHIVE_MEMBERS);
    /* A global header says nothing about where contents are. */
    if (entry.type != TAR_GLOBAL && tar_index_add_member(indexer, &entry, err) < 0)
      return -1;
  }
  if (result < 0 && indexer->members == 0 && err->code == ERROR_CORRUPT)
    return error_wrap(err, "not a tar archive");
  if (result == 0 && tar_offset(indexer->reader) == 0)
    return error_set(err, ERROR_CORRUPT, "not a tar archive: it is empty");
  return result;
}

int tar_index_read(struct tar_index *index, struct tar_input *input, struct error *err)
{
  struct tar_feed feed = { input->stream, input->fd, 0, input->size };
  struct indexer indexer = { .input = input, .reader = tar_reader_new(tar_feed_source(&feed)) };
  int result = index_entries(&indexer, err);

  tar_reader_free(indexer.reader);
  if (result < 0)
    tar_index_release(&indexer.index);
  else
    *index = indexer.index;
  return result;
}

void tar_index_release(struct tar_index *index)
{
  map_release(&index->members);
  arena_release(&index->arena);
}
