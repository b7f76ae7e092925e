/* Maps of sparse files: where the pieces that an archive holds belong in the file (GNU tar manual,
 * "Storing Sparse Files"). Only for the files of tar/. */
#ifndef DIFFOCI_TAR_SPARSE_H
#define DIFFOCI_TAR_SPARSE_H

#include <stddef.h>

#include "base/buf.h"
#include "tar/pax.h"

struct tar_fragment {
  int64_t offset, length; /* in the file */
};

struct tar_sparse {
  struct tar_fragment *fragments; /* owned */
  size_t n, cap;
  struct buf text; /* a map of version 1.0, as far as it was read */
  int64_t lines;   /* complete ones in text */
  int64_t wanted;  /* lines that the map has; 0: not yet known */
};

void tar_sparse_release(struct tar_sparse *sparse);
/* Empty again, for the next file. */
void tar_sparse_clear(struct tar_sparse *sparse);
/* Sorted, not overlapping, none beyond the file's size. The errors do not say where. */
MUST_CHECK int tar_sparse_check(const struct tar_sparse *sparse, int64_t size, struct error *err);

/* Versions 0.0 and 0.1: the record GNU.sparse.map. */
MUST_CHECK int tar_sparse_from_pax(struct tar_sparse *sparse, const struct tar_pax *pax,
                                   struct error *err);

/* Version 1.0: decimal lines at the start of the content, in whole units of 512 bytes, which are
 * added one by one. 1: the map is complete; 0: more is needed. */
MUST_CHECK int tar_sparse_add_text(struct tar_sparse *sparse, const unsigned char unit[512],
                                   struct error *err);

/* The old GNU format: n pairs of numbers (fewer where an offset is empty), then a byte that says
 * whether a further block follows. Adds to the map. */
enum {
  TAR_SPARSE_AT = 386,
  TAR_SPARSE_IN_HEADER = 4,
  TAR_SPARSE_IN_BLOCK = 21,
  TAR_REAL_SIZE = 483
};
MUST_CHECK int tar_sparse_from_block(struct tar_sparse *sparse, const unsigned char *pairs,
                                     size_t n, bool *more, struct error *err);

#endif
