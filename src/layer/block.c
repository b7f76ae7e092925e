#include "layer/block.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

/* Blocks that come back late, since the reader had kept them, are used again too, up to 36 MiB. */
enum { UNUSED_BLOCKS = 36 * 1024 * 1024 / BLOCK_SIZE };

/* Places of a ring that are used from the start; it grows to all of them with what is decoded.
 * Memory that is touched for the first time costs more than inflating a small layer into it. */
enum { FIRST_AHEAD = 8 };

/* By how much a wide pace lets decoders go further ahead. */
enum { WIDER = 8 };

/* Unused blocks, so that memory is mapped once. Decoders that are read in step share one: the
 * reader keeps blocks of one side only, and that side alone would be slowed down by memory that is
 * new to it. Lives until the pace is gone and the last block came back. */
struct block_pool {
  pthread_mutex_t lock;
  struct block *unused;
  size_t n_unused;
  int refs; /* atomic: the pace's, and one for each block outside */
};

struct pace {
  struct block_pool *pool;
  pthread_mutex_t lock; /* for all below, and for what the decoders say it is for */
  pthread_cond_t filled;
  bool sparing;
  bool wide;
  struct decoder *members[PACE_MEMBERS];
  struct decoder *awaited; /* whose blocks the reader waits for */
  unsigned n_blocked;      /* decoders that wait for a free place */
};

struct decoder {
  struct stream *stream;
  pthread_t thread;
  bool has_thread;  /* to be joined */
  struct pace *own; /* where none was given */

  struct pace *pace; /* its lock is for all below */
  pthread_cond_t emptied;
  struct block **ring;
  size_t places; /* in the ring */
  size_t ahead;  /* of which may be used, unless the pace is wide */
  size_t open;   /* of which are used so far */
  size_t first;  /* the oldest block */
  size_t n;      /* blocks in the ring */
  size_t filled; /* blocks so far */
  bool ended;    /* no block comes after those in the ring */
  bool failed;   /* …because of `error` */
  bool stopped;  /* nobody wants any more */
  struct error error;
};

static void pool_unref(struct block_pool *pool)
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

static struct block_pool *pool_new(void)
{
  struct block_pool *pool = xcalloc(1, sizeof(*pool));

  pthread_mutex_init(&pool->lock, NULL);
  pool->refs = 1;
  return pool;
}

static struct block *pool_get(struct block_pool *pool)
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
  pool_unref(pool);
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

struct pace *pace_new(bool sparing)
{
  struct pace *pace = xcalloc(1, sizeof(*pace));

  pthread_mutex_init(&pace->lock, NULL);
  pthread_cond_init(&pace->filled, NULL);
  pace->sparing = sparing;
  pace->pool = pool_new();
  return pace;
}

void pace_free(struct pace *pace)
{
  if (!pace)
    return;
  pthread_cond_destroy(&pace->filled);
  pthread_mutex_destroy(&pace->lock);
  pool_unref(pace->pool);
  free(pace);
}

void pace_widen(struct pace *pace)
{
  pthread_mutex_lock(&pace->lock);
  pace->wide = true;
  pthread_mutex_unlock(&pace->lock);
}

static void pace_replace(struct pace *pace, const struct decoder *old, struct decoder *new)
{
  size_t i = 0;

  pthread_mutex_lock(&pace->lock);
  while (i < PACE_MEMBERS && pace->members[i] != old)
    i++;
  assert(i < PACE_MEMBERS);
  pace->members[i] = new;
  pthread_mutex_unlock(&pace->lock);
}

static bool is_full(const struct decoder *decoder)
{
  return decoder->n >= decoder->open;
}

/* The threads wake each other for half a ring at a time, not for every block. Where processors are
 * to be spared the reader runs only when a decoder could not, in its place, and then soon. */
static bool is_worth_waking(const struct pace *pace)
{
  const struct decoder *awaited = pace->awaited;

  if (!awaited)
    return false;
  if (awaited->ended || is_full(awaited))
    return true;
  if (pace->sparing)
    return awaited->n * 8 >= awaited->open && pace->n_blocked;
  return awaited->n * 2 >= awaited->open;
}

static void wake_reader(struct pace *pace)
{
  if (is_worth_waking(pace))
    pthread_cond_signal(&pace->filled);
}

/* The reader waits for a block of this decoder: the others may use its processor. */
static void await(struct decoder *decoder)
{
  struct pace *pace = decoder->pace;

  for (size_t i = 0; i < PACE_MEMBERS; i++) {
    struct decoder *member = pace->members[i];

    if (member && !is_full(member))
      pthread_cond_signal(&member->emptied);
  }
  pace->awaited = decoder;
  pthread_cond_wait(&pace->filled, &pace->lock);
  pace->awaited = NULL;
}

static bool is_stopped(struct decoder *decoder)
{
  return __atomic_load_n(&decoder->stopped, __ATOMIC_RELAXED);
}

/* Fills a block as far as the stream goes. *ended, and perhaps *failed and decoder->error, if that
 * is not to its end; NULL if it ended at once. */
static struct block *fill(struct decoder *decoder, bool *ended, bool *failed)
{
  struct block *block = pool_get(decoder->pace->pool);

  while (block->len < BLOCK_SIZE && !*ended) {
    ssize_t n = stream_read(decoder->stream, block->bytes + block->len, BLOCK_SIZE - block->len,
                            &decoder->error);

    *failed = n < 0;
    *ended = n <= 0 || is_stopped(decoder);
    if (n > 0)
      block->len += (size_t)n;
  }
  if (block->len)
    return block;
  block_unref(block);
  return NULL;
}

/* Waits for a free place; false if nobody wants any more. */
static bool push(struct decoder *decoder, struct block *block, bool ended, bool failed)
{
  struct pace *pace = decoder->pace;
  bool stopped;

  pthread_mutex_lock(&pace->lock);
  while (block && is_full(decoder) && !decoder->stopped) {
    pace->n_blocked++;
    wake_reader(pace);
    pthread_cond_wait(&decoder->emptied, &pace->lock);
    pace->n_blocked--;
  }
  stopped = decoder->stopped;
  if (block && !stopped) {
    decoder->ring[(decoder->first + decoder->n) % decoder->places] = block;
    decoder->n++;
    decoder->filled++;
    decoder->open =
        MIN_OF(pace->wide ? decoder->places : decoder->ahead, FIRST_AHEAD + decoder->filled / 16);
    block = NULL;
  }
  decoder->ended = ended;
  decoder->failed = failed;
  wake_reader(pace);
  pthread_mutex_unlock(&pace->lock);
  block_unref(block);
  return !stopped;
}

static void *decode(void *argument)
{
  struct decoder *decoder = argument;
  bool ended = false;
  bool failed = false;

  while (!ended) {
    struct block *block = fill(decoder, &ended, &failed);

    if (!push(decoder, block, ended, failed))
      break;
  }
  return NULL;
}

struct decoder *decoder_start(struct stream *stream, size_t ahead, struct pace *pace,
                              struct error *err)
{
  struct decoder *decoder = xcalloc(1, sizeof(*decoder));
  struct block *block;
  bool ended = false;
  bool failed = false;
  int result;

  decoder->stream = stream;
  decoder->ahead = MAX_OF(ahead, (size_t)2);
  decoder->open = MIN_OF(decoder->ahead, (size_t)FIRST_AHEAD);
  decoder->places = decoder->ahead * WIDER;
  decoder->ring = xcalloc(decoder->places, sizeof(struct block *));
  pthread_cond_init(&decoder->emptied, NULL);
  decoder->own = pace ? NULL : pace_new(false);
  decoder->pace = pace ? pace : decoder->own;
  pace_replace(decoder->pace, NULL, decoder);
  block = fill(decoder, &ended, &failed);
  push(decoder, block, ended, failed);
  if (ended)
    return decoder;
  result = pthread_create(&decoder->thread, NULL, decode, decoder);
  if (result != 0) {
    error_sys(err, result, "starting a decoder thread");
    decoder_stop(decoder);
    return NULL;
  }
  decoder->has_thread = true;
  return decoder;
}

int decoder_next(struct decoder *decoder, struct block **out, struct error *err)
{
  struct pace *pace = decoder->pace;
  struct block *block = NULL;
  bool failed = false;

  pthread_mutex_lock(&pace->lock);
  while (!decoder->n && !decoder->ended)
    await(decoder);
  if (decoder->n) {
    block = decoder->ring[decoder->first];
    decoder->first = (decoder->first + 1) % decoder->places;
    decoder->n--;
    if (decoder->n * (pace->sparing ? 4 : 2) <= decoder->open)
      pthread_cond_signal(&decoder->emptied);
  } else {
    failed = decoder->failed;
  }
  pthread_mutex_unlock(&pace->lock);
  if (failed) {
    *err = decoder->error;
    return -1;
  }
  *out = block;
  return 0;
}

void decoder_stop(struct decoder *decoder)
{
  if (!decoder)
    return;
  pthread_mutex_lock(&decoder->pace->lock);
  __atomic_store_n(&decoder->stopped, true, __ATOMIC_RELAXED);
  pthread_cond_signal(&decoder->emptied);
  pthread_mutex_unlock(&decoder->pace->lock);
  if (decoder->has_thread)
    pthread_join(decoder->thread, NULL);
  for (; decoder->n; decoder->n--) {
    block_unref(decoder->ring[decoder->first]);
    decoder->first = (decoder->first + 1) % decoder->places;
  }
  stream_close(decoder->stream);
  pthread_cond_destroy(&decoder->emptied);
  pace_replace(decoder->pace, decoder, NULL);
  pace_free(decoder->own);
  free(decoder->ring);
  free(decoder);
}
