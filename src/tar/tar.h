/* The tar reader: walks the entries of a decompressed layer without copying their contents.
 *
 * Accepts what Go's archive/tar accepts (v7, USTAR, PAX, GNU with long names, base-256 numbers, old
 * GNU and PAX sparse files 0.0, 0.1 and 1.0, STAR) and reports what it reports, since images are
 * written by it (POSIX.1-2017, pax; GNU tar manual, "Tar Internals"). */
#ifndef DIFFOCI_TAR_TAR_H
#define DIFFOCI_TAR_TAR_H

#include "base/error.h"
#include "tar/block.h"
#include "tar/entry.h"

/* Where a reader gets its blocks: a decoder, or memory in tests and fuzzers. */
struct block_source {
  /* As decoder_next. */
  int (*next)(void *context, struct block **out, struct error *err);
  void *context;
  /* Goes over up to *n bytes without making blocks of them; *n becomes what was left to go over
   * where the bytes end. NULL: there is no such way. */
  void (*skip)(void *context, uint64_t *n);
};

struct tar_reader;

struct tar_reader *tar_reader_new(struct block_source source);
/* How many bytes the holes of all sparse files may come to as they are read, since a few bytes of
 * an archive can claim to be exabytes of zeros. 32 GiB unless said otherwise. */
void tar_reader_limit_holes(struct tar_reader *reader, uint64_t bytes);
void tar_reader_free(struct tar_reader *reader); /* NULL allowed; does not stop a decoder */

/* Goes to the next entry, over what was not read of the last one. Returns 1 and fills *entry, whose
 * views are valid until the next call; 0 at the end of the archive (two zero blocks, or the end of
 * the stream between entries), after the rest of the stream was read to its end; -1 with an error
 * that says at which byte of the tar stream: bad checksum, truncated header or body, malformed or
 * too large extended header, negative size, …, or the source's error as it is. Not to be called
 * again after -1. */
MUST_CHECK int tar_next(struct tar_reader *reader, struct tar_entry *entry, struct error *err);

/* A piece of the current entry's content. */
struct tar_chunk {
  const unsigned char *bytes;
  size_t len;
  struct block *block;   /* what bytes lie in (borrowed; block_ref to keep); NULL: a hole's zeros */
  uint64_t zeros_behind; /* of a hole: more of its zeros follow, which tar_pass can go over */
};

/* Whether the current entry is a sparse file. */
bool tar_is_sparse(const struct tar_reader *reader);
/* How many pieces the map of the current entry has, if it is a sparse file, and where the i-th
 * belongs: so many bytes from this offset of the file on. They are in order and do not overlap. */
size_t tar_pieces(const struct tar_reader *reader);
void tar_piece(const struct tar_reader *reader, size_t i, int64_t *offset, int64_t *length);
/* The next piece: 1 and *chunk, valid until the next call on this reader (or longer, with a
 * reference to its block); 0 at the end of the content (at once for entries that have none); -1 as
 * above. */
MUST_CHECK int tar_read(struct tar_reader *reader, struct tar_chunk *chunk, struct error *err);

/* Goes over so many of the zeros that the last chunk's zeros_behind tells of, without making them.
 */
void tar_pass(struct tar_reader *reader, uint64_t zeros);

/* Bytes of the tar stream consumed so far. After tar_next: where the entry's content begins, which
 * for a regular file that is not sparse lies there in one piece. */
uint64_t tar_offset(const struct tar_reader *reader);

/* Whether a stream that begins with these bytes may be a tar stream: a whole header block whose
 * checksum is right, or one of zeros. */
bool tar_begins_with(const void *bytes, size_t len);
enum { TAR_BEGINNING = 512 }; /* how many bytes that takes */

#endif
