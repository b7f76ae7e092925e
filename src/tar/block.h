/* Blocks of decompressed bytes. */
#ifndef DIFFOCI_TAR_BLOCK_H
#define DIFFOCI_TAR_BLOCK_H

#include <stddef.h>

enum { BLOCK_SIZE = 64 * 1024 };

struct block {
  struct block_pool *pool;   /* where it goes back to; NULL: it is freed */
  struct block *next_unused; /* while it lies in the pool */
  int refs;                  /* atomic */
  size_t len;                /* bytes used, > 0 */
  unsigned char bytes[BLOCK_SIZE];
};

/* A block of its own (no pool), with one reference and len 0: for sources that are no decoder. */
struct block *block_new(void);
/* One more reference. From any thread. Returns block. */
struct block *block_ref(struct block *block);
/* NULL allowed; back to its pool at the last reference. From any thread. */
void block_unref(struct block *block);

/* Unused blocks, so that memory is mapped once. Lives until its owner and the last block let go of
 * it. */
struct block_pool *block_pool_new(void);
void block_pool_unref(struct block_pool *pool);
/* As block_new, from any thread. It comes back to the pool, however late, which keeps up to 60 MiB.
 */
struct block *block_pool_get(struct block_pool *pool);

#endif
