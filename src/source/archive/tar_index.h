/* The members of an image archive (a tar file), found in one pass with the tar reader, so with the
 * rules of Go's archive/tar, which container engines read such archives with. Contents stay where
 * they are. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_TAR_INDEX_H
#define DIFFOCI_SOURCE_ARCHIVE_TAR_INDEX_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/stream.h"

enum tar_member_kind {
  TAR_MEMBER_FILE,
  TAR_MEMBER_LINK,    /* hard or symbolic */
  TAR_MEMBER_SYMLINK, /* the same, and what lies below its target lies below its name, too */
  TAR_MEMBER_OTHER,   /* a directory, a device, a sparse file, … */
};

enum { TAR_MEMBER_HEAD = 8 };

struct tar_member {
  enum tar_member_kind kind;
  const char *path;   /* cleaned; NULL: outside the archive, or too long */
  const char *target; /* of a link: the path it leads to; NULL if that is outside the archive */
  uint64_t offset;    /* of the contents in the tar stream */
  uint64_t size;      /* bytes of contents */
  char head[TAR_MEMBER_HEAD]; /* the first bytes, where the archive was read as a stream */
  const char *bytes;          /* all bytes, where they were kept; else NULL */
  void *taken;                /* where tar_input.take took the contents: what it left here */
  bool ambiguous;             /* one before had the name, and was not seen to be the same */
};

struct tar_index {
  struct arena arena;
  struct map members; /* path (cleaned) -> struct tar_member; the last of a name */
};

/* Where the archive comes from: a file whose contents are skipped without reading, or a stream. */
struct tar_input {
  int fd;                /* >= 0: the file */
  uint64_t size;         /* its size */
  struct stream *stream; /* where fd is -1; borrowed */
  uint64_t keep_member;  /* contents up to this size are kept in memory, */
  uint64_t keep_total;   /* up to this many bytes in all (with stream only) */
  /* With stream only; may be NULL. Offered the contents of each regular file: 1 if it took them
   * (what it has not read is passed over; head is its to fill), 0 without having read anything if
   * they are to be treated as ever, -1 with *err. path is cleaned, NULL outside the archive. */
  int (*take)(void *context, const char *path, struct tar_member *member, struct stream *contents,
              struct error *err);
  void *take_context;
};

/* Reads all headers. With a stream, reads it to its end. On failure *index is as before. */
MUST_CHECK int tar_index_read(struct tar_index *index, struct tar_input *input, struct error *err);
void tar_index_release(struct tar_index *index);
/* The file behind a path (not cleaned), links followed inside the archive. NULL: ERROR_NOT_FOUND if
 * there is none, ERROR_CORRUPT if links lead outside or in circles or to no file, or if a name on
 * the way stands for several things: Docker and containerd take the last of them, Podman and skopeo
 * the first. */
const struct tar_member *tar_index_find(const struct tar_index *index, struct str path,
                                        struct error *err);

#endif
