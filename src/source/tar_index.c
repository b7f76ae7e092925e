#include "source/tar_index.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "source/path.h"
#include "source/tar_header.h"

enum {
  NAMES_MAX = 64 * 1024 * 1024, /* bytes of all names and link targets */
  SKIP_BLOCK = 64 * 1024,
};

struct indexer {
  struct tar_index index;
  struct tar_input *input;
  struct tar_extension extension; /* for the next member; its views lie in pax */
  struct buf pax;
  struct buf long_name;   /* for the next member; empty: none */
  struct buf long_target; /* likewise */
  uint64_t names;         /* bytes of names so far */
  uint64_t members;       /* members so far, also those of the same name */
  bool end;               /* the block of zeros was seen */
};

/* Reads size bytes, or fewer at the end of the archive; returns how many. */
static ssize_t input_read(struct tar_input *input, void *buffer, size_t size, struct error *err)
{
  size_t have = 0;

  if (input->fd < 0) {
    ssize_t n = stream_read_full(input->stream, buffer, size, err);

    input->at += n > 0 ? (uint64_t)n : 0;
    return n;
  }
  while (have < size) {
    ssize_t n = pread(input->fd, (char *)buffer + have, size - have, (off_t)input->at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_sys(err, errno, "reading at offset %llu", (unsigned long long)input->at);
    if (n == 0)
      break;
    have += (size_t)n;
    input->at += (uint64_t)n;
  }
  return (ssize_t)have;
}

static int input_fill(struct tar_input *input, void *buffer, size_t size, struct error *err)
{
  ssize_t n = input_read(input, buffer, size, err);

  if (n >= 0 && (size_t)n < size)
    return error_set(err, ERROR_CORRUPT, "the archive ends early, at byte %llu",
                     (unsigned long long)input->at);
  return n < 0 ? -1 : 0;
}

static int input_skip(struct tar_input *input, uint64_t size, struct error *err)
{
  AUTO_FREE char *block = NULL;

  if (input->fd >= 0) {
    if (input->at > input->size || size > input->size - input->at)
      return error_set(err, ERROR_CORRUPT, "the archive ends early, at byte %llu",
                       (unsigned long long)input->size);
    input->at += size;
    return 0;
  }
  block = xmalloc(SKIP_BLOCK);
  while (size) {
    size_t n = (size_t)MIN_OF(size, (uint64_t)SKIP_BLOCK);

    if (input_fill(input, block, n, err) < 0)
      return -1;
    size -= n;
  }
  return 0;
}

static uint64_t padding(uint64_t size)
{
  return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

/* The body of an extended header, without its padding. */
static int read_extension_body(struct indexer *indexer, uint64_t size, struct buf *out,
                               struct error *err)
{
  void *room;

  if (size > LIMIT_PAX_BYTES)
    return error_set(err, ERROR_LIMIT, "an extended tar header of %llu bytes (at most %d allowed)",
                     (unsigned long long)size, LIMIT_PAX_BYTES);
  buf_clear(out);
  room = buf_reserve(out, (size_t)size);
  if (input_fill(indexer->input, room, (size_t)size, err) < 0)
    return -1;
  out->len += (size_t)size;
  return input_skip(indexer->input, padding(size), err);
}

static struct str up_to_nul(const struct buf *buf)
{
  return (struct str) { buf->ptr, buf->ptr ? strnlen(buf->ptr, buf->len) : 0 };
}

static bool is_extension(char type)
{
  return type == 'x' || type == 'g' || type == 'L' || type == 'K';
}

static int read_extension(struct indexer *indexer, const struct tar_header *header,
                          struct error *err)
{
  switch (header->type) {
  case 'L':
    return read_extension_body(indexer, header->size, &indexer->long_name, err);
  case 'K':
    return read_extension_body(indexer, header->size, &indexer->long_target, err);
  case 'x':
    indexer->extension = (struct tar_extension) { 0 }; /* its views end with the old bytes */
    if (read_extension_body(indexer, header->size, &indexer->pax, err) < 0)
      return -1;
    return tar_extension_parse(&indexer->extension, buf_str(&indexer->pax), err);
  default: /* a global header: none of what one sets says where contents are */
    if (input_skip(indexer->input, header->size, err) < 0)
      return -1;
    return input_skip(indexer->input, padding(header->size), err);
  }
}

/* The first of three that is not empty. */
static struct str first_of(struct str a, struct str b, struct str c)
{
  if (a.len)
    return a;
  return b.len ? b : c;
}

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

/* The contents of one member, for tar_input.take. */
struct contents_stream {
  struct stream base;
  struct tar_input *input;
  uint64_t left;
};

static ssize_t contents_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct contents_stream *contents = (struct contents_stream *)stream;

  size = (size_t)MIN_OF((uint64_t)size, contents->left);
  if (!size)
    return 0;
  if (input_fill(contents->input, buffer, size, err) < 0)
    return -1;
  contents->left -= size;
  return (ssize_t)size;
}

/* 1 if they were taken, 0 if not, -1 with *err. */
static int offer_contents(struct tar_input *input, const char *path, struct tar_member *member,
                          struct error *err)
{
  static const struct stream_ops ops = { contents_read, NULL };
  struct contents_stream contents = { { &ops }, input, member->size };
  int taken;

  if (!input->take || input->fd >= 0 || member->kind != TAR_MEMBER_FILE)
    return 0;
  taken = input->take(input->take_context, path, member, &contents.base, err);
  if (taken > 0 && input_skip(input, contents.left, err) < 0)
    return -1;
  return taken;
}

/* Passes over the contents of a member, taking along what is to be kept of them. */
static int pass_contents(struct indexer *indexer, const char *path, struct tar_member *member,
                         uint64_t size, struct error *err)
{
  struct tar_input *input = indexer->input;
  size_t head = (size_t)MIN_OF(size, (uint64_t)TAR_MEMBER_HEAD);
  char *bytes;
  int taken;

  member->offset = input->at;
  member->size = size;
  taken = offer_contents(input, path, member, err);
  if (taken != 0)
    return taken < 0 ? -1 : 0;
  if (input->fd >= 0)
    return input_skip(input, size, err);
  if (member->kind != TAR_MEMBER_FILE || size > input->keep_member || size > input->keep_total) {
    if (input_fill(input, member->head, head, err) < 0)
      return -1;
    return input_skip(input, size - head, err);
  }
  bytes = arena_alloc(&indexer->index.arena, (size_t)size + 1);
  if (input_fill(input, bytes, (size_t)size, err) < 0)
    return -1;
  memcpy(member->head, bytes, head);
  member->bytes = bytes;
  input->keep_total -= size;
  return 0;
}

static enum tar_member_kind kind_of(const struct tar_header *header,
                                    const struct tar_extension *extension, struct str name)
{
  switch (header->type) {
  case '0':
  case '7':
    return extension->sparse || str_has_suffix(name, STR("/")) ? TAR_MEMBER_OTHER : TAR_MEMBER_FILE;
  case '1':
    return TAR_MEMBER_LINK;
  case '2':
    return TAR_MEMBER_SYMLINK;
  default:
    return TAR_MEMBER_OTHER;
  }
}

/* Links, devices, directories and fifos have no contents, whatever their size field says. */
static bool has_contents(char type)
{
  return type < '1' || type > '6';
}

static int skip_sparse_maps(struct indexer *indexer, const struct tar_header *header,
                            struct error *err)
{
  unsigned char block[TAR_BLOCK];
  bool more = header->continued;

  while (more) {
    if (input_fill(indexer->input, block, sizeof(block), err) < 0)
      return -1;
    more = block[504] != 0;
  }
  return 0;
}

static int add_member(struct indexer *indexer, const struct tar_header *header, struct error *err)
{
  struct tar_extension *extension = &indexer->extension;
  struct str name = first_of(extension->path, up_to_nul(&indexer->long_name), str_of(header->name));
  struct str target =
      first_of(extension->linkpath, up_to_nul(&indexer->long_target), str_of(header->target));
  uint64_t size = extension->has_size ? extension->size : header->size;
  struct tar_member *member = arena_alloc(&indexer->index.arena, sizeof(*member));
  const char *path;

  if (!has_contents(header->type))
    size = 0;
  member->kind = kind_of(header, extension, name);
  if (keep_path(indexer, (struct str) { NULL, 0 }, name, &path, err) < 0 ||
      skip_sparse_maps(indexer, header, err) < 0)
    return -1;
  if (path && (member->kind == TAR_MEMBER_LINK || member->kind == TAR_MEMBER_SYMLINK)) {
    struct str dir = { NULL, 0 };

    if (member->kind == TAR_MEMBER_SYMLINK)
      dir = member_path_directory(str_of(path));
    if (keep_path(indexer, dir, target, &member->target, err) < 0)
      return -1;
  }
  if (pass_contents(indexer, path, member, size, err) < 0 ||
      input_skip(indexer->input, padding(size), err) < 0)
    return error_wrap(err, "member \"%.200s\"", path ? path : "");
  if (path) /* a name that leads outside is never asked for */
    map_put(&indexer->index.members, str_of(path))->value = member;
  if (++indexer->members > LIMIT_ARCHIVE_MEMBERS)
    return error_set(err, ERROR_LIMIT, "more than %d members", LIMIT_ARCHIVE_MEMBERS);
  *extension = (struct tar_extension) { 0 };
  buf_clear(&indexer->long_name);
  buf_clear(&indexer->long_target);
  return 0;
}

static bool is_zero(const unsigned char *block)
{
  return block[0] == 0 && memcmp(block, block + 1, TAR_BLOCK - 1) == 0;
}

static int read_next(struct indexer *indexer, struct error *err)
{
  unsigned char block[TAR_BLOCK];
  struct tar_header header;
  uint64_t at = indexer->input->at;
  ssize_t n = input_read(indexer->input, block, sizeof(block), err);

  if (n < 0)
    return -1;
  /* Some writers leave out the blocks of zeros at the end. */
  if ((n == 0 && at > 0) || (n == TAR_BLOCK && is_zero(block))) {
    indexer->end = true;
    return 0;
  }
  if (n < TAR_BLOCK)
    return error_set(err, ERROR_CORRUPT, "not a tar archive: %s at byte %llu",
                     at ? "it ends early," : "shorter than a header, ends",
                     (unsigned long long)indexer->input->at);
  if (tar_header_parse(&header, block, err) < 0)
    return error_wrap(err, "at byte %llu", (unsigned long long)at);
  if (is_extension(header.type))
    return read_extension(indexer, &header, err);
  return add_member(indexer, &header, err);
}

/* What stands behind the end of the archive still has to be read for its checksum to be checked. */
static int drain(struct tar_input *input, struct error *err)
{
  AUTO_FREE char *block = xmalloc(SKIP_BLOCK);
  ssize_t n;

  do {
    n = input->fd < 0 ? stream_read(input->stream, block, SKIP_BLOCK, err) : 0;
  } while (n > 0);
  return (int)n;
}

int tar_index_read(struct tar_index *index, struct tar_input *input, struct error *err)
{
  struct indexer indexer = {
    .input = input,
    .pax = BUF_INIT(LIMIT_PAX_BYTES),
    .long_name = BUF_INIT(LIMIT_PAX_BYTES),
    .long_target = BUF_INIT(LIMIT_PAX_BYTES),
  };
  int result = 0;

  while (result == 0 && !indexer.end)
    result = read_next(&indexer, err);
  if (result == 0)
    result = drain(input, err);
  buf_release(&indexer.pax);
  buf_release(&indexer.long_name);
  buf_release(&indexer.long_target);
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
