/* The tar reader's parts. Only for the files of tar/. */
#ifndef DIFFOCI_TAR_READER_H
#define DIFFOCI_TAR_READER_H

#include "tar/header.h"
#include "tar/pax.h"
#include "tar/sparse.h"
#include "tar/tar.h"

struct tar_reader {
  struct block_source source;
  struct block *block; /* the one that is being read, or NULL */
  size_t pos;          /* in it */
  uint64_t offset;     /* bytes of the stream consumed */
  bool ended;          /* the stream has ended */
  bool finished;       /* …and so has the archive */
  uint64_t index;      /* of the next entry */
  uint64_t header_at;  /* offset of the header that was read last */

  /* The content of the current entry. */
  uint64_t body_left; /* bytes of it in the stream */
  unsigned padding;   /* zeros behind it */
  bool is_sparse;
  int64_t size, position; /* of a sparse file */
  size_t fragment;        /* the one at or after position */
  uint64_t holes_left;    /* over the whole archive */

  /* What an entry's views point into. */
  unsigned char unit[TAR_UNIT];
  struct tar_block header;
  struct tar_pax pax;
  struct buf long_name, long_link;
  struct tar_sparse sparse;
};

/* Input (input.c). All errors but the source's own are wrapped with tar_wrap. */

/* Puts "at byte OFFSET of the tar stream: " before the message. Returns -1. */
int tar_wrap(uint64_t offset, struct error *err);
/* 1: there is at least a byte at reader->pos of reader->block; 0: the stream has ended. */
MUST_CHECK int tar_more(struct tar_reader *reader, struct error *err);
/* n bytes at pos, which are there, are consumed. */
void tar_advance(struct tar_reader *reader, size_t n);
/* Copies up to n bytes, fewer at the end of the stream; *got says how many. 0/-1. */
MUST_CHECK int tar_take(struct tar_reader *reader, void *to, size_t n, size_t *got,
                        struct error *err);
/* Goes over up to *n bytes; *n becomes what was left to go over at the end of the stream. 0/-1. */
MUST_CHECK int tar_skip(struct tar_reader *reader, uint64_t *n, struct error *err);

/* Content (content.c). */

/* The content starts here: as many bytes as the entry's size and type say. */
MUST_CHECK int tar_start_content(struct tar_reader *reader, const struct tar_entry *entry,
                                 struct error *err);
/* …unless it is a sparse file: then its map comes first, and entry gets the size and name that the
 * file really has. */
MUST_CHECK int tar_start_sparse(struct tar_reader *reader, struct tar_entry *entry,
                                struct error *err);
/* Over the rest of the content. 1, or 0 if the stream ended in the padding behind it, which some
 * writers do not give to the last entry. */
MUST_CHECK int tar_leave_content(struct tar_reader *reader, struct error *err);
/* The error that the content is not all there. Returns -1. */
int tar_content_truncated(const struct tar_reader *reader, struct error *err);

#endif
