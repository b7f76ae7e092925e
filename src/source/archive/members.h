/* A member store: named byte ranges, read in place. Either the files of a directory, or the members
 * of an image archive. Immutable once opened: any number of threads may use it at once. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_MEMBERS_H
#define DIFFOCI_SOURCE_ARCHIVE_MEMBERS_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/stream.h"

struct members;

struct members_ops {
  /* *size: bytes of the member. */
  struct stream *(*open)(struct members *members, struct str path, uint64_t *size,
                         struct error *err);
  /* The first bytes, at most n; how many. NULL: open and read. */
  ssize_t (*peek)(struct members *members, struct str path, void *buffer, size_t n,
                  struct error *err);
  void (*free)(struct members *members);
  /* Whether there is a directory of this name. NULL: it is not known. */
  bool (*has_directory)(struct members *members, struct str path);
  /* See members_whole. NULL: there is no archive. */
  struct stream *(*whole)(struct members *members, struct error *err);
};

struct members { /* the first member of both kinds */
  const struct members_ops *ops;
};

/* The files below a directory. Links are followed as long as they stay below it; what is no regular
 * file is refused. */
struct members *members_of_directory(int fd); /* owned; O_PATH is enough */
/* The members of an archive: a regular file, a tar archive, plain or compressed (base/inflate.h).
 * Owns fd, also on failure. Contents are never copied, but those of small members of a compressed
 * archive (at most limits->json_bytes each). limits is not kept. */
struct members *members_of_archive(int fd, const struct limits *limits, struct error *err);
/* Either, by what the path is. ERROR_UNSUPPORTED for pipes and devices. */
struct members *members_of_path(const char *path, const struct limits *limits, struct error *err);
/* The two steps of that: a descriptor, or -1, and its members. */
MUST_CHECK int members_open_path(const char *path, bool *is_directory, struct error *err);
struct members *members_of_fd(int fd, bool is_directory, const struct limits *limits,
                              struct error *err);

/* The contents of the member at path ("./" and doubled slashes do not count). ERROR_NOT_FOUND if
 * there is none, ERROR_CORRUPT if it is no regular file or leads outside. */
struct stream *members_open(struct members *members, struct str path, uint64_t *size,
                            struct error *err);
/* All of it, at most max bytes (ERROR_LIMIT), appended to out. */
MUST_CHECK int members_read(struct members *members, struct str path, uint64_t max, struct buf *out,
                            struct error *err);
/* 1 if there is such a member, 0 if not, -1 for other failures. */
MUST_CHECK int members_has(struct members *members, struct str path, struct error *err);
/* Whether there is a directory of this name, at the top; false also where that cannot be known. */
bool members_has_directory(struct members *members, struct str name);
/* The archive itself, as a layer: as it is stored, but decompressed where engines do not take
 * layers that are compressed so. ERROR_UNSUPPORTED: it is a directory. */
struct stream *members_whole(struct members *members, struct error *err);
/* The first bytes, at most n; how many. */
MUST_CHECK ssize_t members_peek(struct members *members, struct str path, void *buffer, size_t n,
                                struct error *err);
void members_free(struct members *members); /* NULL allowed */
void cleanup_members(struct members **members);
#define AUTO_MEMBERS CLEANUP(cleanup_members) struct members *

/* The digest in a member's name blobs/ALGORITHM/HEX (image-layout.md, "Blobs"); false if it is
 * none, or NULL. */
bool members_blob_digest(const char *path, struct digest *out);

#endif
