#include "tar/block.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

/* Blocks that come back late, since the reader had kept them, are used again too, up to 60 MiB. */
enum { UNUSED_BLOCKS = 60 * 1024 * 1024 / BLOCK_SIZE };

struct block_pool {
  pthread_mutex_t lock;
  struct block *unused;
  size_t n_unused;
  int refs; /* atomic: its owner's, and one for each block outside */
};

void block_pool_unref(struct block_pool *pool)
{
  if (__atomic_sub_fetch(&pool->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  while (pool->unused) {
    struct block *block = pool->unused;

    pool->unused = block->next_unused;
    free(block);
  }
  pthread_mutex_destroy(&pool->lock);
  free(pool);
}

struct block_pool *block_pool_new(void)
{
  struct block_pool *pool = xcalloc(1, sizeof(*pool));

  pthread_mutex_init(&pool->lock, NULL);
  pool->refs = 1;
  return pool;
}

struct block *block_pool_get(struct block_pool *pool)
{
  struct block *block;

  pthread_mutex_lock(&pool->lock);
  block = pool->unused;
  if (block) {
    pool->unused = block->next_unused;
    pool->n_unused--;
  }
  pthread_mutex_unlock(&pool->lock);
  if (!block)
    block = block_new();
  block->refs = 1;
  block->len = 0;
  block->pool = pool;
  __atomic_add_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
  return block;
}

static void pool_put(struct block_pool *pool, struct block *block)
{
  pthread_mutex_lock(&pool->lock);
  if (pool->n_unused < UNUSED_BLOCKS) {
    block->next_unused = pool->unused;
    pool->unused = block;
    pool->n_unused++;
    block = NULL;
  }
  pthread_mutex_unlock(&pool->lock);
  free(block);
  block_pool_unref(pool);
}

struct block *block_new(void)
{
  struct block *block = xmalloc(sizeof(*block));

  block->pool = NULL;
  block->next_unused = NULL;
  block->refs = 1;
  block->len = 0;
  return block;
}

struct block *block_ref(struct block *block)
{
  __atomic_add_fetch(&block->refs, 1, __ATOMIC_RELAXED);
  return block;
}

void block_unref(struct block *block)
{
  if (!block || __atomic_sub_fetch(&block->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  if (block->pool)
    pool_put(block->pool, block);
  else
    free(block);
}
