/* A sequence of entries with their contents, whatever it comes from: a layer, several layers one
 * after the other, an archive inside a file. What compares two of them knows nothing else. */
#ifndef DIFFOCI_TAR_ENTRY_READER_H
#define DIFFOCI_TAR_ENTRY_READER_H

#include "tar/tar.h"

struct entry_reader;

struct entry_reader_ops {
  /* As tar_next: 1 and the next entry, over what was not read of the one before; 0 at the end; -1
   * with *err. What *entry refers to is valid until the next call. */
  int (*next)(struct entry_reader *reader, struct tar_entry *entry, struct error *err);
  /* As tar_read: 1 and the next piece of the current entry's content, valid until the next call, or
   * longer with a reference to its block (where that is not NULL); 0 at its end; -1 with *err. A
   * piece without a block that is kept (content.h) has to be of bytes that live for ever, or have
   * its block. */
  int (*read)(struct entry_reader *reader, struct tar_chunk *chunk, struct error *err);
  /* As tar_pass, after a piece whose zeros_behind is not 0. NULL: there are no such pieces. */
  void (*pass)(struct entry_reader *reader, uint64_t zeros);
  /* Puts what is read now before the message: "a.tar: layer sha256:…". Returns -1. */
  int (*wrap)(struct entry_reader *reader, struct error *err);
};

/* The first member of each kind of reader. */
struct entry_reader {
  const struct entry_reader_ops *ops;
};

MUST_CHECK static inline int entry_reader_next(struct entry_reader *reader, struct tar_entry *entry,
                                               struct error *err)
{
  return reader->ops->next(reader, entry, err);
}

MUST_CHECK static inline int entry_reader_read(struct entry_reader *reader, struct tar_chunk *chunk,
                                               struct error *err)
{
  return reader->ops->read(reader, chunk, err);
}

static inline int entry_reader_wrap(struct entry_reader *reader, struct error *err)
{
  return error_failure(reader->ops->wrap(reader, err));
}

#endif
