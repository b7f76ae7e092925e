#include "base/sorter_runs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { OUT_SIZE = 256 * 1024, WINDOW = 32 * 1024 };

/* What stands before each record. */
typedef uint32_t record_length;

/* ---- writing ---- */

void sorter_runs_release(struct sorter_runs *runs)
{
  tempfile_close(&runs->file);
  free(runs->items);
  free(runs->out);
  *runs = SORTER_RUNS_INIT;
}

static int sorter_runs_flush(struct sorter_runs *runs, struct error *err)
{
  if (tempfile_write(&runs->file, runs->out, runs->n_out, runs->size, err))
    return -1;
  runs->size += runs->n_out;
  runs->n_out = 0;
  return 0;
}

static int sorter_runs_put(struct sorter_runs *runs, const char *bytes, size_t len,
                           struct error *err)
{
  if (len > OUT_SIZE - runs->n_out && sorter_runs_flush(runs, err))
    return -1;
  if (len > OUT_SIZE) {
    if (tempfile_write(&runs->file, bytes, len, runs->size, err))
      return -1;
    runs->size += len;
    return 0;
  }
  if (len)
    memcpy(runs->out + runs->n_out, bytes, len);
  runs->n_out += len;
  return 0;
}

int sorter_runs_start(struct sorter_runs *runs, struct error *err)
{
  if (runs->file.fd < 0 && tempfile_open(&runs->file, err))
    return -1;
  if (!runs->out)
    runs->out = xmalloc(OUT_SIZE);
  runs->items = xgrow(runs->items, runs->n, &runs->cap, sizeof(*runs->items));
  runs->items[runs->n++] = (struct sorter_run) { runs->size, runs->size };
  return 0;
}

int sorter_runs_add(struct sorter_runs *runs, struct str record, struct error *err)
{
  const record_length len = (record_length)record.len;

  return sorter_runs_put(runs, (const char *)&len, sizeof(len), err) ||
                 sorter_runs_put(runs, record.ptr, record.len, err)
             ? -1
             : 0;
}

int sorter_runs_end(struct sorter_runs *runs, struct error *err)
{
  if (sorter_runs_flush(runs, err))
    return -1;
  runs->items[runs->n - 1].end = runs->size;
  return 0;
}

/* ---- reading ---- */

struct reader { /* of one run */
  struct sorter_run run;
  uint64_t at; /* what comes behind the window */
  char *window;
  size_t cap, begin, end; /* of the window; begin and end of what was not yet read */
  uint64_t taken;         /* of the budget: the window is larger than WINDOW for a long record */
  struct str record;
};

struct sorter_merge {
  const struct tempfile *file;
  struct budget *memory;
  sorter_compare *compare;
  const void *user;
  size_t n_readers;
  struct reader *readers;
  /* A heap of those that have a record, the least one on top. */
  size_t heap[SORTER_FAN_IN];
  size_t n;
  bool started; /* the top's record was given out */
};

struct sorter_merge *sorter_merge_new(const struct sorter_runs *runs, size_t first, size_t n,
                                      struct budget *memory, sorter_compare *compare,
                                      const void *user)
{
  struct sorter_merge *merge = xcalloc(1, sizeof(*merge));

  merge->file = &runs->file;
  merge->memory = memory;
  merge->compare = compare;
  merge->user = user;
  merge->n_readers = n;
  merge->readers = xcalloc(n, sizeof(*merge->readers));
  for (size_t i = 0; i < n; i++) {
    merge->readers[i].run = runs->items[first + i];
    merge->readers[i].cap = WINDOW;
    merge->readers[i].window = xmalloc(WINDOW);
  }
  return merge;
}

void sorter_merge_free(struct sorter_merge *merge)
{
  if (!merge)
    return;
  for (size_t i = 0; i < merge->n_readers; i++) {
    budget_give(merge->memory, merge->readers[i].taken);
    free(merge->readers[i].window);
  }
  free(merge->readers);
  free(merge);
}

static int sorter_reader_widen(struct sorter_merge *merge, struct reader *reader, size_t len,
                               struct error *err)
{
  if (!budget_take(merge->memory, len - reader->cap))
    return budget_error(merge->memory, "the differences that are sorted", err);
  reader->taken += len - reader->cap;
  reader->window = xreallocarray(reader->window, len, 1);
  reader->cap = len;
  return 0;
}

/* Makes sure that the next len bytes of the run are in the window. */
static int sorter_reader_need(struct sorter_merge *merge, struct reader *reader, size_t len,
                              struct error *err)
{
  const size_t here = reader->end - reader->begin;
  size_t more;

  if (here >= len)
    return 0;
  memmove(reader->window, reader->window + reader->begin, here);
  reader->begin = 0;
  reader->end = here;
  if (len > reader->cap && sorter_reader_widen(merge, reader, len, err))
    return -1;
  more = (size_t)MIN_OF(reader->run.end - reader->at, (uint64_t)(reader->cap - here));
  if (tempfile_read(merge->file, reader->window + here, more, reader->at, err))
    return -1;
  reader->at += more;
  reader->end += more;
  return 0;
}

/* 1: there is a record; 0: the run has ended. */
static int sorter_reader_next(struct sorter_merge *merge, struct reader *reader, struct error *err)
{
  record_length len;

  if (reader->begin == reader->end && reader->at == reader->run.end)
    return 0;
  if (sorter_reader_need(merge, reader, sizeof(len), err))
    return -1;
  memcpy(&len, reader->window + reader->begin, sizeof(len));
  if (sorter_reader_need(merge, reader, sizeof(len) + len, err))
    return -1;
  reader->record = (struct str) { reader->window + reader->begin + sizeof(len), len };
  reader->begin += sizeof(len) + len;
  return 1;
}

/* ---- merging ---- */

/* Of two records that are equal, that of the earlier run comes first. */
static bool sorter_is_before(const struct sorter_merge *merge, size_t a, size_t b)
{
  const int order = merge->compare(merge->readers[a].record, merge->readers[b].record, merge->user);

  return order ? order < 0 : a < b;
}

static void sorter_swap(size_t *a, size_t *b)
{
  const size_t kept = *a;

  *a = *b;
  *b = kept;
}

static void sorter_sink_down(struct sorter_merge *merge, size_t at)
{
  size_t *heap = merge->heap;

  for (;;) {
    size_t least = at;

    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->n; child++)
      if (sorter_is_before(merge, heap[child], heap[least]))
        least = child;
    if (least == at)
      return;
    sorter_swap(&heap[at], &heap[least]);
    at = least;
  }
}

int sorter_merge_begin(struct sorter_merge *merge, struct error *err)
{
  merge->n = 0;
  merge->started = false;
  for (size_t i = 0; i < merge->n_readers; i++) {
    struct reader *reader = &merge->readers[i];
    int result;

    reader->at = reader->run.at;
    reader->begin = reader->end = 0;
    result = sorter_reader_next(merge, reader, err);
    if (result < 0)
      return -1;
    if (result > 0)
      merge->heap[merge->n++] = i;
  }
  for (size_t i = merge->n / 2; i-- > 0;)
    sorter_sink_down(merge, i);
  return 0;
}

int sorter_merge_next(struct sorter_merge *merge, struct str *record, struct error *err)
{
  if (merge->started && merge->n > 0) {
    int result = sorter_reader_next(merge, &merge->readers[merge->heap[0]], err);

    if (result < 0)
      return -1;
    if (result == 0)
      merge->heap[0] = merge->heap[--merge->n];
    sorter_sink_down(merge, 0);
  }
  merge->started = true;
  if (merge->n == 0)
    return 0;
  *record = merge->readers[merge->heap[0]].record;
  return 1;
}
