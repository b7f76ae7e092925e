#include "diff/later.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "diff/kept.h"
#include "diff/later_pass.h"

/* Read of one side before it is handed out, most often; a single content may be larger. */
#define ROUND_BYTES (UINT64_C(1) << 30)

struct later {
  const struct diff_options *options;
  struct later_pair **wants; /* owned, in the order in which they came */
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
  struct later_pair *want = xmalloc(sizeof(*want));

  *want = (struct later_pair) {
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
  later->wants = (struct later_pair **)xgrow((void *)later->wants, later->n, &later->cap,
                                             sizeof(struct later_pair *));
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
  const struct later_pair *x = *(const struct later_pair *const *)a;
  const struct later_pair *y = *(const struct later_pair *const *)b;
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

static bool same_pair(const struct later_pair *a, const struct later_pair *b)
{
  return compare_places(&a->places[0], &b->places[0]) == 0 &&
         compare_places(&a->places[1], &b->places[1]) == 0;
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

static void hand_out(struct later_pair *want, const struct later_content *contents)
{
  bool whole = contents != NULL;

  for (int side = 0; side < 2; side++)
    whole = whole && (!want->places[side].layer ||
                      (want->read[side].fd >= 0 && want->read[side].size <= want->taker->max));
  want->taken = true;
  want->taker->take(want->taker->context, want->number, whole ? contents : NULL);
}

/* All that want one pair, and who comes to want it then. */
static void take_pair(struct later *later, struct later_pair *const *wants, size_t n)
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
    struct later_pair *want = later->wants[i];

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

static uint64_t want_bytes(const struct later_pair *want, int side)
{
  const uint64_t pages = want->places[side].size / LATER_ALIGNMENT + 1;

  return want->places[side].layer && !want->kept ? pages * LATER_ALIGNMENT : 0;
}

/* Whether there is a point in reading it. */
static bool can_read(const struct later *later, const struct later_pair *want)
{
  for (int side = 0; side < 2; side++)
    if (want->places[side].layer && (later->options->sources[side]->fetches_again ||
                                     want->places[side].size > want->taker->max))
      return false;
  return true;
}

static void later_round(struct later *later, struct later_pair **wants, size_t n, uint64_t bytes)
{
  struct budget *memory = later->options->limits ? later->options->limits->memory : NULL;
  struct later_pass passes[2];
  AUTO_HASHER hasher_a = hasher_new(DIGEST_SHA256);
  AUTO_HASHER hasher_b = hasher_new(DIGEST_SHA256);
  uint64_t taken = 0;
  bool open = true;

  for (int side = 0; side < 2; side++) {
    passes[side] = (struct later_pass) {
      .file = TEMPFILE_INIT,
      .visitor = { later_pass_visit },
      .options = later->options,
      .side = side,
      .wants = (struct later_pair **)xcalloc(n, sizeof(struct later_pair *)),
      .hasher = side ? hasher_b : hasher_a,
    };
    for (size_t i = 0; i < n; i++)
      if (!wants[i]->kept)
        passes[side].wants[passes[side].n++] = wants[i];
    if (!passes[side].n)
      continue;
    qsort((void *)passes[side].wants, passes[side].n, sizeof(struct later_pair *),
          side ? by_second : by_first);
    open = later_pass_open(&passes[side], bytes, &taken) && open;
  }
  if (open && passes[0].n)
    later_pass_run(passes);
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
  AUTO_FREE struct later_pair **wants =
      (struct later_pair **)xcalloc(later->n - first, sizeof(struct later_pair *));
  size_t n = 0;
  size_t at = 0;

  for (size_t i = first; i < later->n; i++)
    if (!later->wants[i]->taken && can_read(later, later->wants[i])) {
      wants[n] = later->wants[i];
      wants[n]->kept = kept_find(later->options->kept, wants[n]->places, wants[n]->read);
      n++;
    }
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
