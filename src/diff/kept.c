#include "diff/kept.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/tempfile.h"

#define CONTENT_MAX (UINT64_C(64) << 20) /* of one */
#define TOTAL_MAX (UINT64_C(256) << 20)  /* where no budget says less */
enum { PARTS_OF_BUDGET = 4 };

struct kept_pair {
  struct digest layers[2];
  uint64_t positions[2], offsets[2], sizes[2];
  struct digest contents[2];
};

struct kept {
  struct budget *memory;
  uint64_t min, max;
  uint64_t page;
  struct tempfile file; /* in memory */
  pthread_mutex_t lock; /* of all below */
  uint64_t used;        /* of the budget */
  uint64_t end;         /* of the file */
  struct kept_pair *pairs;
  size_t n, cap;
  bool sorted;
  bool full;    /* its memory was wanted for something else: nothing more is kept */
  bool reading; /* contents may have been handed out */
};

/* ---- giving back ---- */

static uint64_t in_pages(const struct kept *kept, uint64_t bytes)
{
  return (bytes + kept->page - 1) / kept->page * kept->page;
}

/* The lock is held. */
static void kept_drop(struct kept *kept, const uint64_t offsets[2], const uint64_t sizes[2])
{
  const uint64_t bytes = in_pages(kept, sizes[0]) + in_pages(kept, sizes[1]);

  if (!bytes || fallocate(kept->file.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                          (off_t)offsets[0], (off_t)bytes) != 0)
    return; /* it stays until all is given back */
  kept->used -= bytes;
  budget_give(kept->memory, bytes);
}

/* Of the budget: somebody cannot go on without memory. What is kept only saves a second pass, as
 * long as nobody reads it. What is being written is given back when it ends. */
static bool kept_reclaim(void *context)
{
  struct kept *kept = context;
  uint64_t before;
  bool gave;

  pthread_mutex_lock(&kept->lock);
  before = kept->used;
  if (!kept->reading) {
    for (size_t i = 0; i < kept->n; i++)
      kept_drop(kept, kept->pairs[i].offsets, kept->pairs[i].sizes);
    kept->n = 0;
    kept->full = true;
  }
  gave = kept->used < before;
  pthread_mutex_unlock(&kept->lock);
  return gave;
}

struct kept *kept_new(struct budget *memory, uint64_t min)
{
  struct kept *kept;
  const int fd = memfd_create("kept", MFD_CLOEXEC);

  if (fd < 0)
    return NULL;
  kept = xcalloc(1, sizeof(*kept));
  kept->memory = memory;
  kept->min = min;
  kept->max = memory ? MIN_OF(TOTAL_MAX, memory->limit / PARTS_OF_BUDGET) : TOTAL_MAX;
  kept->page = (uint64_t)sysconf(_SC_PAGESIZE);
  kept->file = (struct tempfile) { .fd = fd, .directory = "memory" };
  pthread_mutex_init(&kept->lock, NULL);
  if (memory) {
    memory->reclaim = kept_reclaim;
    memory->reclaim_context = kept;
  }
  return kept;
}

void kept_free(struct kept *kept)
{
  if (!kept)
    return;
  if (kept->memory)
    kept->memory->reclaim = NULL;
  tempfile_close(&kept->file);
  budget_give(kept->memory, kept->used);
  pthread_mutex_destroy(&kept->lock);
  free(kept->pairs);
  free(kept);
}

/* ---- finding ---- */

static int compare_keys(const struct digest layers[2], const uint64_t positions[2],
                        const struct kept_pair *pair)
{
  for (int side = 0; side < 2; side++) {
    const int order =
        memcmp(layers[side].bytes, pair->layers[side].bytes, sizeof(layers[side].bytes));

    if (order)
      return order;
    if (positions[side] != pair->positions[side])
      return positions[side] < pair->positions[side] ? -1 : 1;
  }
  return 0;
}

static int by_key(const void *a, const void *b)
{
  const struct kept_pair *pair = a;

  return compare_keys(pair->layers, pair->positions, b);
}

bool kept_find(struct kept *kept, const struct later_place places[2],
               struct later_content contents[2])
{
  struct kept_pair wanted;
  const struct kept_pair *found;

  if (!kept)
    return false;
  pthread_mutex_lock(&kept->lock);
  kept->reading = true;
  pthread_mutex_unlock(&kept->lock);
  if (!kept->n || !places[0].layer || !places[1].layer)
    return false;
  if (!kept->sorted)
    qsort(kept->pairs, kept->n, sizeof(*kept->pairs), by_key);
  kept->sorted = true;
  for (int side = 0; side < 2; side++) {
    wanted.layers[side] = places[side].layer->digest;
    wanted.positions[side] = places[side].position;
  }
  found = bsearch(&wanted, kept->pairs, kept->n, sizeof(*kept->pairs), by_key);
  for (int side = 0; side < 2 && found; side++)
    if (places[side].content && !digest_equal(places[side].content, &found->contents[side]))
      return false;
  for (int side = 0; side < 2 && found; side++)
    contents[side] = (struct later_content) { .fd = kept->file.fd,
                                              .offset = found->offsets[side],
                                              .size = found->sizes[side] };
  return found != NULL;
}

/* ---- keeping ---- */

static bool is_wanted(const struct kept *kept, const struct tar_entry *const entries[2])
{
  for (int side = 0; side < 2; side++)
    if (entries[side]->type != TAR_REGULAR || entries[side]->size < 0 ||
        (uint64_t)entries[side]->size > CONTENT_MAX)
      return false;
  return (uint64_t)MAX_OF(entries[0]->size, entries[1]->size) > kept->min;
}

/* Room for so many bytes in the file. */
static bool reserve(struct kept *kept, uint64_t bytes, uint64_t *offset)
{
  bool got;

  pthread_mutex_lock(&kept->lock);
  got = !kept->full && bytes <= kept->max - kept->used && budget_take_spare(kept->memory, bytes);
  *offset = kept->end;
  kept->used += got ? bytes : 0;
  kept->end += got ? bytes : 0;
  pthread_mutex_unlock(&kept->lock);
  return got;
}

static bool kept_begin(struct content_keeper *base, const struct tar_entry *const entries[2])
{
  struct kept_keeper *keeper = (struct kept_keeper *)base;
  struct kept *kept = keeper->kept;
  uint64_t bytes[2];

  if (!is_wanted(kept, entries))
    return false;
  for (int side = 0; side < 2; side++) {
    keeper->positions[side] = entries[side]->index;
    keeper->sizes[side] = (uint64_t)entries[side]->size;
    keeper->written[side] = 0;
    bytes[side] = in_pages(kept, keeper->sizes[side]);
  }
  keeper->failed = false;
  if (!reserve(kept, bytes[0] + bytes[1], &keeper->offsets[0]))
    return false;
  keeper->offsets[1] = keeper->offsets[0] + bytes[0];
  return true;
}

static void kept_add(struct content_keeper *base, int side, const unsigned char *bytes, size_t len)
{
  struct kept_keeper *keeper = (struct kept_keeper *)base;
  struct error err;

  if (len > keeper->sizes[side] - keeper->written[side])
    keeper->failed = true;
  if (keeper->failed || !len)
    return;
  keeper->failed = tempfile_write(&keeper->kept->file, bytes, len,
                                  keeper->offsets[side] + keeper->written[side], &err) != 0;
  keeper->written[side] += len;
}

static void kept_end(struct content_keeper *base, const struct digest *digests)
{
  struct kept_keeper *keeper = (struct kept_keeper *)base;
  struct kept *kept = keeper->kept;
  struct kept_pair *pair;

  const bool is_whole = digests && !keeper->failed && keeper->written[0] == keeper->sizes[0] &&
                        keeper->written[1] == keeper->sizes[1];

  pthread_mutex_lock(&kept->lock);
  if (!is_whole || kept->full) {
    kept_drop(kept, keeper->offsets, keeper->sizes);
    pthread_mutex_unlock(&kept->lock);
    return;
  }
  kept->pairs = xgrow(kept->pairs, kept->n, &kept->cap, sizeof(*kept->pairs));
  pair = &kept->pairs[kept->n++];
  for (int side = 0; side < 2; side++) {
    pair->layers[side] = keeper->layers[side]->digest;
    pair->contents[side] = digests[side];
  }
  memcpy(pair->positions, keeper->positions, sizeof(pair->positions));
  memcpy(pair->offsets, keeper->offsets, sizeof(pair->offsets));
  memcpy(pair->sizes, keeper->sizes, sizeof(pair->sizes));
  kept->sorted = false;
  pthread_mutex_unlock(&kept->lock);
}

void kept_keeper_init(struct kept_keeper *keeper, struct kept *kept,
                      const struct descriptor *const layers[2])
{
  *keeper = (struct kept_keeper) { .base = { kept_begin, kept_add, kept_end },
                                   .kept = kept,
                                   .layers = { layers[0], layers[1] } };
}
