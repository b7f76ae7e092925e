/* Sorted runs of records in a temporary file, and merging them. Private to base/sorter. */
#ifndef DIFFOCI_BASE_SORTER_RUNS_H
#define DIFFOCI_BASE_SORTER_RUNS_H

#include "base/sorter.h"
#include "base/tempfile.h"

struct sorter_run { /* where it lies in the file */
  uint64_t at, end;
};

struct sorter_runs {
  struct tempfile file;
  uint64_t size; /* of the file */
  struct sorter_run *items;
  size_t n, cap;
  char *out; /* bytes that are still to be written, at `size` */
  size_t n_out;
};

#define SORTER_RUNS_INIT ((struct sorter_runs) { .file = TEMPFILE_INIT })

void sorter_runs_release(struct sorter_runs *runs);
/* Begins a run; opens the file if there is none yet. */
MUST_CHECK int sorter_runs_start(struct sorter_runs *runs, struct error *err);
/* Appends a record to the run that was begun last. */
MUST_CHECK int sorter_runs_add(struct sorter_runs *runs, struct str record, struct error *err);
/* Ends it. */
MUST_CHECK int sorter_runs_end(struct sorter_runs *runs, struct error *err);

/* How many runs are merged at once. */
enum { SORTER_FAN_IN = 64 };

struct sorter_merge;
/* Of at most SORTER_FAN_IN runs, the n from the first-th. */
struct sorter_merge *sorter_merge_new(const struct sorter_runs *runs, size_t first, size_t n,
                                      struct budget *memory, sorter_compare *compare,
                                      const void *user);
void sorter_merge_free(struct sorter_merge *merge); /* NULL allowed */
/* As sorter_begin and sorter_next. */
MUST_CHECK int sorter_merge_begin(struct sorter_merge *merge, struct error *err);
MUST_CHECK int sorter_merge_next(struct sorter_merge *merge, struct str *record, struct error *err);

#endif
