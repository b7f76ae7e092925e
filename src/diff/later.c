#include "diff/later.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/tempfile.h"
#include "base/thread.h"

enum { ALIGNMENT = 64 * 1024 }; /* a multiple of the page size of every machine */

/* Read of one side before it is handed out, most often; a single content may be larger. */
#define ROUND_BYTES (UINT64_C(1) << 30)

struct want {
  struct later_place places[2];
  struct digest contents[2]; /* what places[].content points to */
  const struct later_taker *taker;
  size_t number;
  size_t order; /* in which it came */
  bool taken;
  struct later_content read[2]; /* once read; fd -1: it was not */
};

struct later {
  const struct diff_options *options;
  struct want **wants; /* owned, in the order in which they came */
  size_t n, cap;
};

struct later *later_new(const struct diff_options *options)
{
  struct later *later = xcalloc(1, sizeof(*later));

  later->options = options;
  return later;
}

void later_free(struct later *later)
{
  if (!later)
    return;
  for (size_t i = 0; i < later->n; i++)
    free(later->wants[i]);
  free((void *)later->wants);
  free(later);
}

struct later_place later_place_of(const struct event_input *input)
{
  return (struct later_place) {
    .layer = input->layer,
    .position = input->entry->index,
    .size = (uint64_t)MAX_OF(input->entry->size, (int64_t)0),
    .content = input->content,
  };
}

void later_want(struct later *later, const struct later_place places[2],
                const struct later_taker *taker, size_t number)
{
  struct want *want = xmalloc(sizeof(*want));

  *want = (struct want) {
    .places = { places[0], places[1] },
    .taker = taker,
    .number = number,
    .order = later->n,
    .read = { { .fd = -1 }, { .fd = -1 } },
  };
  for (int side = 0; side < 2; side++)
    if (places[side].content) {
      want->contents[side] = *places[side].content;
      want->places[side].content = &want->contents[side];
    }
  later->wants =
      (struct want **)xgrow((void *)later->wants, later->n, &later->cap, sizeof(struct want *));
  later->wants[later->n++] = want;
}

/* ---- order ---- */

static int compare_places(const struct later_place *a, const struct later_place *b)
{
  int order;

  if (!a->layer || !b->layer)
    return (a->layer != NULL) - (b->layer != NULL);
  order = memcmp(a->layer->digest.bytes, b->layer->digest.bytes, sizeof(a->layer->digest.bytes));
  return order ? order : (a->position > b->position) - (a->position < b->position);
}

static int later_compare(const void *a, const void *b, int side)
{
  const struct want *x = *(const struct want *const *)a;
  const struct want *y = *(const struct want *const *)b;
  int order = compare_places(&x->places[side], &y->places[side]);

  order = order ? order : compare_places(&x->places[!side], &y->places[!side]);
  return order ? order : (x->order > y->order) - (x->order < y->order);
}

static int by_first(const void *a, const void *b)
{
  return later_compare(a, b, 0);
}

static int by_second(const void *a, const void *b)
{
  return later_compare(a, b, 1);
}

static bool same_layer(const struct later_place *a, const struct later_place *b)
{
  return a->layer && b->layer && digest_equal(&a->layer->digest, &b->layer->digest);
}

static bool same_pair(const struct want *a, const struct want *b)
{
  return compare_places(&a->places[0], &b->places[0]) == 0 &&
         compare_places(&a->places[1], &b->places[1]) == 0;
}

/* ---- reading ---- */

/* One side of a round. */
struct side_pass {
  struct content_visitor visitor; /* first */
  const struct diff_options *options;
  int side;
  struct want **wants; /* sorted by this side's places; owned */
  size_t n;
  size_t next, end; /* of the layer that is being read */
  struct tempfile file;
  uint64_t used; /* of the file */
  struct hasher *hasher;
};

static const struct later_place *place_at(const struct side_pass *pass, size_t i)
{
  return &pass->wants[i]->places[pass->side];
}

/* All the next wants that are for one place get what was read of it. */
static void hand_over(struct side_pass *pass, const struct later_content *content,
                      const struct digest *found)
{
  const uint64_t position = place_at(pass, pass->next)->position;

  for (; pass->next < pass->end && place_at(pass, pass->next)->position == position; pass->next++) {
    const struct digest *wanted = place_at(pass, pass->next)->content;

    if (!wanted || (found && digest_equal(wanted, found)))
      pass->wants[pass->next]->read[pass->side] = *content;
  }
}

static uint64_t largest_wanted(const struct side_pass *pass)
{
  const uint64_t position = place_at(pass, pass->next)->position;
  uint64_t max = 0;

  for (size_t i = pass->next; i < pass->end && place_at(pass, i)->position == position; i++)
    max = MAX_OF(max, pass->wants[i]->taker->max);
  return max;
}

static int later_visit(struct content_visitor *visitor, const struct tar_entry *entry,
                       struct tar_reader *reader, struct error *err)
{
  struct side_pass *pass = (struct side_pass *)visitor;
  const uint64_t max = largest_wanted(pass);
  struct later_content content = {
    .fd = pass->file.fd,
    .offset = (pass->used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT,
  };
  struct tar_chunk chunk;
  struct digest found;
  int got;

  (void)entry;
  while ((got = tar_read(reader, &chunk, err)) > 0) {
    if (content.size + chunk.len > max)
      break;
    if (tempfile_write(&pass->file, chunk.bytes, chunk.len, content.offset + content.size, err)) {
      (void)hasher_finish(pass->hasher); /* the next content begins anew */
      return -1;
    }
    hasher_add(pass->hasher, chunk.bytes, chunk.len);
    content.size += chunk.len;
  }
  found = hasher_finish(pass->hasher);
  if (got < 0)
    return -1;
  if (got > 0) /* it is longer than its header said */
    content.fd = -1;
  hand_over(pass, &content, &found);
  pass->used = content.offset + content.size;
  return 0;
}

static void later_read_layer(struct side_pass *pass)
{
  const struct descriptor *layer = place_at(pass, pass->next)->layer;
  AUTO_FREE uint64_t *positions = xcalloc(pass->end - pass->next, sizeof(*positions));
  size_t n = 0;
  struct error err;

  for (size_t i = pass->next; i < pass->end; i++)
    if (!n || positions[n - 1] != place_at(pass, i)->position)
      positions[n++] = place_at(pass, i)->position;
  /* What cannot be read is not handed out. */
  (void)!diff_visit_layer(pass->options->sources[pass->side], layer, positions, n,
                          pass->options->limits, &pass->visitor, &err);
}

static void *later_read_side(void *argument)
{
  struct side_pass *pass = argument;

  for (size_t at = 0; at < pass->n; at = pass->end) {
    pass->next = at;
    pass->end = at + 1;
    if (!place_at(pass, at)->layer)
      continue;
    while (pass->end < pass->n && same_layer(place_at(pass, at), place_at(pass, pass->end)))
      pass->end++;
    later_read_layer(pass);
  }
  return NULL;
}

/* In memory as long as the budget has some, else in a temporary file. */
static bool pass_open(struct side_pass *pass, uint64_t bytes, uint64_t *taken)
{
  struct budget *memory = pass->options->limits ? pass->options->limits->memory : NULL;
  struct error err;

  pass->file = (struct tempfile) { .fd = -1, .directory = "memory" };
  if (budget_take_spare(memory, bytes)) {
    *taken += bytes;
    pass->file.fd = memfd_create("contents", MFD_CLOEXEC);
  }
  return pass->file.fd >= 0 || tempfile_open(&pass->file, &err) == 0;
}

static void pass_run(struct side_pass passes[2])
{
  pthread_t thread;
  const bool started =
      passes[0].options->threads != 1 && thread_start(&thread, later_read_side, &passes[1]);

  later_read_side(&passes[0]);
  if (started)
    pthread_join(thread, NULL);
  else
    later_read_side(&passes[1]);
}

/* ---- handing out ---- */

static bool later_map(struct later_content *content)
{
  void *bytes;

  content->bytes = STR("");
  if (!content->size)
    return true;
  bytes = mmap(NULL, content->size, PROT_READ, MAP_PRIVATE, content->fd, (off_t)content->offset);
  if (bytes == MAP_FAILED)
    return false;
  content->bytes = (struct str) { bytes, content->size };
  return true;
}

static void later_unmap(const struct later_content *content)
{
  if (content->bytes.len)
    munmap((void *)(uintptr_t)content->bytes.ptr, content->bytes.len);
}

static void hand_out(struct want *want, const struct later_content *contents)
{
  bool whole = contents != NULL;

  for (int side = 0; side < 2; side++)
    whole = whole && (!want->places[side].layer ||
                      (want->read[side].fd >= 0 && want->read[side].size <= want->taker->max));
  want->taken = true;
  want->taker->take(want->taker->context, want->number, whole ? contents : NULL);
}

/* All that want one pair, and who comes to want it then. */
static void take_pair(struct later *later, struct want *const *wants, size_t n)
{
  const size_t before = later->n;
  struct later_content contents[2] = { wants[0]->read[0], wants[0]->read[1] };
  bool mapped[2];

  for (size_t i = 1; i < n; i++)
    for (int side = 0; side < 2; side++)
      if (contents[side].fd < 0)
        contents[side] = wants[i]->read[side];
  for (int side = 0; side < 2; side++)
    mapped[side] = contents[side].fd >= 0 && later_map(&contents[side]);
  for (size_t i = 0; i < n; i++)
    hand_out(wants[i],
             (mapped[0] || !wants[i]->places[0].layer) && (mapped[1] || !wants[i]->places[1].layer)
                 ? contents
                 : NULL);
  for (size_t i = before; i < later->n; i++) {
    struct want *want = later->wants[i];

    if (!same_pair(want, wants[0]) || !mapped[0] || !mapped[1])
      continue;
    for (int side = 0; side < 2; side++)
      want->read[side] = contents[side];
    hand_out(want, contents);
  }
  for (int side = 0; side < 2; side++)
    if (mapped[side])
      later_unmap(&contents[side]);
}

/* ---- rounds ---- */

static uint64_t want_bytes(const struct want *want, int side)
{
  const uint64_t pages = want->places[side].size / ALIGNMENT + 1;

  return want->places[side].layer ? pages * ALIGNMENT : 0;
}

/* Whether there is a point in reading it. */
static bool can_read(const struct later *later, const struct want *want)
{
  for (int side = 0; side < 2; side++)
    if (want->places[side].layer && (later->options->sources[side]->fetches_again ||
                                     want->places[side].size > want->taker->max))
      return false;
  return true;
}

static void later_round(struct later *later, struct want **wants, size_t n, uint64_t bytes)
{
  struct budget *memory = later->options->limits ? later->options->limits->memory : NULL;
  struct side_pass passes[2];
  AUTO_HASHER hasher_a = hasher_new(DIGEST_SHA256);
  AUTO_HASHER hasher_b = hasher_new(DIGEST_SHA256);
  uint64_t taken = 0;
  bool open = true;

  for (int side = 0; side < 2; side++) {
    passes[side] = (struct side_pass) {
      .visitor = { later_visit },
      .options = later->options,
      .side = side,
      .wants = (struct want **)xcalloc(n, sizeof(struct want *)),
      .n = n,
      .hasher = side ? hasher_b : hasher_a,
    };
    memcpy((void *)passes[side].wants, (const void *)wants, n * sizeof(struct want *));
    qsort((void *)passes[side].wants, n, sizeof(struct want *), side ? by_second : by_first);
    open = pass_open(&passes[side], bytes, &taken) && open;
  }
  if (open)
    pass_run(passes);
  for (size_t at = 0, end; at < n; at = end) {
    for (end = at + 1; end < n && same_pair(wants[at], wants[end]); end++)
      continue;
    take_pair(later, &wants[at], end - at);
  }
  for (int side = 0; side < 2; side++) {
    tempfile_close(&passes[side].file);
    free((void *)passes[side].wants);
  }
  budget_give(memory, taken);
}

/* The wants that came since the first of them, in rounds. */
static void later_read_from(struct later *later, size_t first)
{
  AUTO_FREE struct want **wants = (struct want **)xcalloc(later->n - first, sizeof(struct want *));
  size_t n = 0;
  size_t at = 0;

  for (size_t i = first; i < later->n; i++)
    if (!later->wants[i]->taken && can_read(later, later->wants[i]))
      wants[n++] = later->wants[i];
  if (n)
    qsort((void *)wants, n, sizeof(*wants), by_first);
  while (at < n) {
    uint64_t bytes[2] = { 0, 0 };
    const size_t start = at;

    for (; at < n; at++) {
      if (at > start && same_pair(wants[at - 1], wants[at]))
        continue;
      if (at > start && (bytes[0] + want_bytes(wants[at], 0) > ROUND_BYTES ||
                         bytes[1] + want_bytes(wants[at], 1) > ROUND_BYTES))
        break;
      for (int side = 0; side < 2; side++)
        bytes[side] += want_bytes(wants[at], side);
    }
    later_round(later, &wants[start], at - start, MAX_OF(bytes[0], bytes[1]));
  }
}

void later_read(struct later *later)
{
  size_t from = 0;

  while (from < later->n) {
    const size_t to = later->n;

    later_read_from(later, from);
    for (size_t i = from; i < to; i++)
      if (!later->wants[i]->taken)
        hand_out(later->wants[i], NULL);
    from = to;
  }
  for (size_t i = 0; i < later->n; i++)
    free(later->wants[i]);
  later->n = 0;
}
