#include "base/sorter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sorter_runs.h"

enum {
  FIRST_BYTES = 64 * 1024,
  FIRST_PLACES = 1024,
  SHARE = 8, /* one sorter takes an eighth of the budget at most */
  /* Of a place in the list, and what qsort needs beside it. */
  PLACE_MEMORY = 2 * sizeof(uint64_t),
};

struct sorter {
  struct budget *memory;
  sorter_compare *compare;
  const void *user;
  /* Records in memory: each with its length before it, and where each lies. */
  char *bytes;
  size_t len, cap;
  uint64_t *places;
  size_t n, cap_places;
  uint64_t taken; /* of the budget */
  uint64_t count;
  struct sorter_runs runs;
  struct sorter_merge *merge; /* of the runs that there are, once nothing is added any more */
  bool sorted;                /* the places are */
  size_t next;                /* among the places */
  bool failed;
  struct error err;
};

struct sorter *sorter_new(struct budget *memory, sorter_compare *compare, const void *user)
{
  struct sorter *sorter = xcalloc(1, sizeof(*sorter));

  sorter->memory = memory;
  sorter->compare = compare;
  sorter->user = user;
  sorter->runs = SORTER_RUNS_INIT;
  return sorter;
}

static void sorter_drop_memory(struct sorter *sorter)
{
  budget_give(sorter->memory, sorter->taken);
  sorter->taken = 0;
  free(sorter->bytes);
  free(sorter->places);
  sorter->bytes = NULL;
  sorter->places = NULL;
  sorter->len = sorter->cap = sorter->n = sorter->cap_places = 0;
}

void sorter_free(struct sorter *sorter)
{
  if (!sorter)
    return;
  sorter_merge_free(sorter->merge);
  sorter_runs_release(&sorter->runs);
  sorter_drop_memory(sorter);
  free(sorter);
}

uint64_t sorter_count(const struct sorter *sorter)
{
  return sorter->count;
}

/* ---- in memory ---- */

static struct str sorter_record_at(const struct sorter *sorter, uint64_t place)
{
  uint32_t len;

  memcpy(&len, sorter->bytes + place, sizeof(len));
  return (struct str) { sorter->bytes + place + sizeof(len), len };
}

static int sorter_compare_places(const void *a, const void *b, void *user)
{
  const struct sorter *sorter = user;
  const uint64_t place_a = *(const uint64_t *)a;
  const uint64_t place_b = *(const uint64_t *)b;
  const int order = sorter->compare(sorter_record_at(sorter, place_a),
                                    sorter_record_at(sorter, place_b), sorter->user);

  return order ? order : (place_a > place_b) - (place_a < place_b);
}

static void sorter_sort_places(struct sorter *sorter)
{
  if (sorter->n > 0)
    qsort_r(sorter->places, sorter->n, sizeof(*sorter->places), sorter_compare_places, sorter);
}

/* What is in memory becomes a run. */
static int sorter_spill(struct sorter *sorter, struct error *err)
{
  if (sorter_runs_start(&sorter->runs, err))
    return -1;
  sorter_sort_places(sorter);
  for (size_t i = 0; i < sorter->n; i++)
    if (sorter_runs_add(&sorter->runs, sorter_record_at(sorter, sorter->places[i]), err))
      return -1;
  sorter->n = 0;
  sorter->len = 0;
  return sorter_runs_end(&sorter->runs, err);
}

/* Where there is nothing in memory that could go to the file, the budget is asked for all it has.
 */
static bool sorter_take(struct sorter *sorter, uint64_t bytes)
{
  const bool within_share =
      !sorter->memory || sorter->taken + bytes <= sorter->memory->limit / SHARE;

  if (sorter->n == 0 ? !budget_take(sorter->memory, bytes)
                     : !within_share || !budget_take_spare(sorter->memory, bytes))
    return false;
  sorter->taken += bytes;
  return true;
}

static bool sorter_grow_bytes(struct sorter *sorter, size_t needed)
{
  size_t cap = sorter->cap ? sorter->cap : FIRST_BYTES / 2;

  do
    cap *= 2;
  while (cap < needed);
  if (!sorter_take(sorter, cap - sorter->cap))
    return false;
  sorter->bytes = xreallocarray(sorter->bytes, cap, 1);
  sorter->cap = cap;
  return true;
}

static bool sorter_grow_places(struct sorter *sorter)
{
  const size_t cap = sorter->cap_places ? sorter->cap_places * 2 : FIRST_PLACES;

  if (!sorter_take(sorter, (uint64_t)(cap - sorter->cap_places) * PLACE_MEMORY))
    return false;
  sorter->places = xreallocarray(sorter->places, cap, sizeof(*sorter->places));
  sorter->cap_places = cap;
  return true;
}

/* Makes room for one more record. */
static int sorter_make_room(struct sorter *sorter, size_t len, struct error *err)
{
  for (;;) {
    bool grown = true;

    if (sorter->len + len > sorter->cap)
      grown = sorter_grow_bytes(sorter, sorter->len + len);
    else if (sorter->n == sorter->cap_places)
      grown = sorter_grow_places(sorter);
    else
      return 0;
    if (grown)
      continue;
    if (sorter->n == 0)
      return budget_error(sorter->memory, "the differences that are sorted", err);
    if (sorter_spill(sorter, err))
      return -1;
  }
}

void sorter_add(struct sorter *sorter, struct str record)
{
  const uint32_t len = (uint32_t)record.len;

  sorter->count++;
  if (sorter->failed)
    return;
  if (record.len > SORTER_RECORD_MAX) {
    sorter->failed = true;
    error_set(&sorter->err, ERROR_LIMIT, "a difference of more than %zu bytes", SORTER_RECORD_MAX);
    return;
  }
  if (sorter_make_room(sorter, sizeof(len) + record.len, &sorter->err)) {
    sorter->failed = true;
    return;
  }
  sorter->places[sorter->n++] = sorter->len;
  memcpy(sorter->bytes + sorter->len, &len, sizeof(len));
  if (record.len)
    memcpy(sorter->bytes + sorter->len + sizeof(len), record.ptr, record.len);
  sorter->len += sizeof(len) + record.len;
}

/* ---- runs ---- */

static int sorter_merge_group(struct sorter *sorter, size_t first, size_t n,
                              struct sorter_runs *out, struct error *err)
{
  struct sorter_merge *merge =
      sorter_merge_new(&sorter->runs, first, n, sorter->memory, sorter->compare, sorter->user);
  struct str record;
  int result = sorter_runs_start(out, err);

  if (result == 0)
    result = sorter_merge_begin(merge, err);
  if (result == 0)
    while ((result = sorter_merge_next(merge, &record, err)) > 0)
      if ((result = sorter_runs_add(out, record, err)) != 0)
        break;
  sorter_merge_free(merge);
  return result ? -1 : sorter_runs_end(out, err);
}

/* Merges runs that stand beside each other, until there are few enough. */
static int sorter_merge_runs(struct sorter *sorter, struct error *err)
{
  while (sorter->runs.n > SORTER_FAN_IN) {
    struct sorter_runs merged = SORTER_RUNS_INIT;

    for (size_t i = 0; i < sorter->runs.n; i += SORTER_FAN_IN)
      if (sorter_merge_group(sorter, i, MIN_OF(sorter->runs.n - i, (size_t)SORTER_FAN_IN), &merged,
                             err)) {
        sorter_runs_release(&merged);
        return -1;
      }
    sorter_runs_release(&sorter->runs);
    sorter->runs = merged;
  }
  return 0;
}

/* Once: after the last record. */
static int sorter_finish(struct sorter *sorter, struct error *err)
{
  if (sorter->sorted)
    return 0;
  sorter->sorted = true;
  if (sorter->runs.n == 0) {
    sorter_sort_places(sorter);
    return 0;
  }
  if (sorter->n > 0 && sorter_spill(sorter, err))
    return -1;
  sorter_drop_memory(sorter);
  if (sorter_merge_runs(sorter, err))
    return -1;
  sorter->merge = sorter_merge_new(&sorter->runs, 0, sorter->runs.n, sorter->memory,
                                   sorter->compare, sorter->user);
  return 0;
}

int sorter_begin(struct sorter *sorter, struct error *err)
{
  sorter->next = 0;
  if (!sorter->failed && (sorter_finish(sorter, &sorter->err) ||
                          (sorter->merge && sorter_merge_begin(sorter->merge, &sorter->err))))
    sorter->failed = true;
  if (!sorter->failed)
    return 0;
  *err = sorter->err;
  return -1;
}

int sorter_next(struct sorter *sorter, struct str *record, struct error *err)
{
  if (sorter->merge)
    return sorter_merge_next(sorter->merge, record, err);
  if (sorter->next == sorter->n)
    return 0;
  *record = sorter_record_at(sorter, sorter->places[sorter->next++]);
  return 1;
}
