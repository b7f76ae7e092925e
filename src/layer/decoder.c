#include "layer/decoder.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/thread.h"

struct pace {
  /* Decoders that are read in step share one: the reader keeps blocks of one side only, and that
   * side alone would be slowed down by memory that is new to it. */
  struct block_pool *pool;
  pthread_t threads[PACE_MEMBERS];
  size_t n_threads;
  size_t most_threads;
  pthread_mutex_t lock;   /* for all below, and for what the decoders say it is for */
  pthread_cond_t decoded; /* the reader: one more block of `awaited` */
  pthread_cond_t wanted;  /* a thread: a decoder that can go on, or the end */
  bool closing;
  struct decoder *members[PACE_MEMBERS];
  struct decoder *awaited; /* whose blocks the reader waits for */
};

struct decoder {
  struct stream *stream; /* its user's who set busy */
  struct hash_run hash;  /* likewise: of all blocks */
  struct pace *own;      /* where none was given */

  struct pace *pace; /* its lock is for all below */
  struct block **ring;
  size_t places; /* in the ring */
  size_t first;  /* the oldest block */
  size_t n;      /* blocks in the ring */
  bool busy;     /* a block is being decoded */
  bool ended;    /* no block comes after those in the ring */
  bool failed;   /* …because of `error` */
  bool stopped;  /* nobody wants any more; read without the lock too */
  struct error error;
};

static bool is_full(const struct decoder *decoder)
{
  return decoder->n == decoder->places;
}

static bool can_decode(const struct decoder *decoder)
{
  return decoder && !decoder->busy && !decoder->ended && !decoder->stopped && !is_full(decoder);
}

/* The decoder that is least ahead of those that can go on; NULL if none can. */
static struct decoder *least_ahead(const struct pace *pace)
{
  struct decoder *found = NULL;

  for (size_t i = 0; i < PACE_MEMBERS; i++) {
    struct decoder *member = pace->members[i];

    if (can_decode(member) && (!found || member->n < found->n))
      found = member;
  }
  return found;
}

/* Fills a block as far as the stream goes. *ended, and perhaps *failed and decoder->error, if that
 * is not to its end; NULL if it ended at once. */
static struct block *decoder_fill(struct decoder *decoder, bool *ended, bool *failed)
{
  struct block *block = block_pool_get(decoder->pace->pool);

  while (block->len < BLOCK_SIZE && !*ended) {
    ssize_t n = stream_read(decoder->stream, block->bytes + block->len, BLOCK_SIZE - block->len,
                            &decoder->error);

    *failed = n < 0;
    *ended = n <= 0 || __atomic_load_n(&decoder->stopped, __ATOMIC_RELAXED);
    if (n > 0)
      block->len += (size_t)n;
  }
  if (!block->len) {
    block_unref(block);
    return NULL;
  }
  hash_run_add(&decoder->hash, block->bytes, block->len);
  return block;
}

/* One more block of a decoder that can go on. With the lock held, but for the decoding itself. */
static void decoder_decode(struct decoder *decoder)
{
  struct pace *pace = decoder->pace;
  struct block *block;
  bool ended = false;
  bool failed = false;

  decoder->busy = true;
  pthread_mutex_unlock(&pace->lock);
  block = decoder_fill(decoder, &ended, &failed);
  pthread_mutex_lock(&pace->lock);
  decoder->busy = false;
  decoder->ended = ended;
  decoder->failed = failed;
  if (!block)
    return;
  decoder->ring[(decoder->first + decoder->n) % decoder->places] = block;
  decoder->n++;
}

static void *decoder_work(void *argument)
{
  struct pace *pace = argument;

  pthread_mutex_lock(&pace->lock);
  while (!pace->closing) {
    struct decoder *decoder = least_ahead(pace);

    if (!decoder) {
      pthread_cond_wait(&pace->wanted, &pace->lock);
      continue;
    }
    decoder_decode(decoder);
    if (decoder == pace->awaited)
      pthread_cond_signal(&pace->decoded);
  }
  pthread_mutex_unlock(&pace->lock);
  return NULL;
}

struct pace *pace_new(size_t threads)
{
  struct pace *pace = xcalloc(1, sizeof(*pace));

  pthread_mutex_init(&pace->lock, NULL);
  pthread_cond_init(&pace->decoded, NULL);
  pthread_cond_init(&pace->wanted, NULL);
  pace->most_threads = MIN_OF(threads, (size_t)PACE_MEMBERS);
  pace->pool = block_pool_new();
  return pace;
}

void pace_free(struct pace *pace)
{
  if (!pace)
    return;
  pthread_mutex_lock(&pace->lock);
  pace->closing = true;
  pthread_cond_broadcast(&pace->wanted);
  pthread_mutex_unlock(&pace->lock);
  while (pace->n_threads)
    pthread_join(pace->threads[--pace->n_threads], NULL);
  pthread_cond_destroy(&pace->wanted);
  pthread_cond_destroy(&pace->decoded);
  pthread_mutex_destroy(&pace->lock);
  block_pool_unref(pace->pool);
  free(pace);
}

/* One more thread, if there may be one more. Where none can be had the reader does the work. */
static void add_thread(struct pace *pace)
{
  if (pace->n_threads < pace->most_threads &&
      thread_start(&pace->threads[pace->n_threads], decoder_work, pace))
    pace->n_threads++;
}

static void pace_replace(struct pace *pace, const struct decoder *old, struct decoder *new)
{
  size_t i = 0;

  while (i < PACE_MEMBERS && pace->members[i] != old)
    i++;
  assert(i < PACE_MEMBERS);
  pace->members[i] = new;
}

struct decoder *decoder_start(struct stream *stream, size_t ahead, struct pace *pace)
{
  struct decoder *decoder = xcalloc(1, sizeof(*decoder));

  decoder->stream = stream;
  decoder->places = MAX_OF(ahead, (size_t)2);
  decoder->ring = xcalloc(decoder->places, sizeof(struct block *));
  decoder->own = pace ? NULL : pace_new(1);
  decoder->pace = pace ? pace : decoder->own;
  pthread_mutex_lock(&decoder->pace->lock);
  decoder_decode(decoder);
  pace_replace(decoder->pace, NULL, decoder);
  pthread_cond_signal(&decoder->pace->wanted);
  if (!decoder->ended)
    add_thread(decoder->pace);
  pthread_mutex_unlock(&decoder->pace->lock);
  return decoder;
}

/* Until there is a block, or the end. */
static void await(struct decoder *decoder)
{
  struct pace *pace = decoder->pace;

  while (!decoder->n && !decoder->ended) {
    struct decoder *idle = can_decode(decoder) ? decoder : least_ahead(pace);

    if (idle) {
      decoder_decode(idle);
      continue;
    }
    pace->awaited = decoder;
    pthread_cond_wait(&pace->decoded, &pace->lock);
    pace->awaited = NULL;
  }
}

int decoder_next(struct decoder *decoder, struct block **out, struct error *err)
{
  struct pace *pace = decoder->pace;
  struct block *block = NULL;
  bool failed = false;

  pthread_mutex_lock(&pace->lock);
  await(decoder);
  if (decoder->n) {
    block = decoder->ring[decoder->first];
    decoder->first = (decoder->first + 1) % decoder->places;
    decoder->n--;
    if (decoder->n * 2 <= decoder->places)
      pthread_cond_signal(&pace->wanted);
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

uint64_t decoder_fingerprint(const struct decoder *decoder)
{
  return hash_run_value(&decoder->hash);
}

void decoder_stop(struct decoder *decoder)
{
  struct pace *pace;

  if (!decoder)
    return;
  pace = decoder->pace;
  pthread_mutex_lock(&pace->lock);
  __atomic_store_n(&decoder->stopped, true, __ATOMIC_RELAXED);
  pace->awaited = decoder;
  while (decoder->busy)
    pthread_cond_wait(&pace->decoded, &pace->lock);
  pace->awaited = NULL;
  pace_replace(pace, decoder, NULL);
  pthread_mutex_unlock(&pace->lock);
  for (; decoder->n; decoder->n--) {
    block_unref(decoder->ring[decoder->first]);
    decoder->first = (decoder->first + 1) % decoder->places;
  }
  stream_close(decoder->stream);
  pace_free(decoder->own);
  free(decoder->ring);
  free(decoder);
}
