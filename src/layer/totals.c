#include "layer/totals.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/inflate.h"

enum { DENSE_RATIO = 1000 };

static uint64_t totals_times(double scale, double value)
{
  return value * scale >= (double)INT64_MAX ? INT64_MAX : (uint64_t)(value * scale) + 1;
}

struct totals totals_scaled(double scale)
{
  const double gib = 1024.0 * 1024 * 1024;

  return (struct totals) {
    .inflated_max = totals_times(scale, 256 * gib),
    .dense_max = totals_times(scale, 64 * gib),
    .entries_max = totals_times(scale, 200e6),
  };
}

void totals_set_timeout(struct totals *totals, double seconds)
{
  totals->deadline = clock_ms() + (int64_t)(seconds * 1000);
}

/* A blob on its way: what went into decompression, and what came out. */
struct counted {
  struct stream base;
  struct stream *inner;
  struct totals *totals;
  uint64_t *stored; /* shared by the two; owned by the outer one */
  uint64_t inflated;
  bool is_dense; /* all of it, once the ratio is passed */
};

static void counted_close(struct stream *stream)
{
  struct counted *counted = (struct counted *)stream;

  stream_close(counted->inner);
  if (counted->totals)
    free(counted->stored);
  free(counted);
}

static ssize_t stored_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct counted *counted = (struct counted *)stream;
  ssize_t n = stream_read(counted->inner, buffer, size, err);

  if (n > 0)
    *counted->stored += (uint64_t)n;
  return n;
}

static int totals_too_late(struct error *err)
{
  return error_set(err, ERROR_TIMEOUT, "the comparison takes longer than --timeout says");
}

int totals_in_time(const struct totals *totals, struct error *err)
{
  return totals && __atomic_load_n(&totals->late, __ATOMIC_RELAXED) ? totals_too_late(err) : 0;
}

/* dense: so many bytes of those, or of earlier ones, came out of next to nothing. */
static int totals_add(struct totals *totals, uint64_t n, uint64_t dense, struct error *err)
{
  if (__atomic_add_fetch(&totals->inflated, n, __ATOMIC_RELAXED) > totals->inflated_max)
    return error_set(err, ERROR_LIMIT,
                     "the layers hold more than %llu MiB in all (see --max-scale)",
                     (unsigned long long)(totals->inflated_max >> 20));
  if (dense && __atomic_add_fetch(&totals->dense, dense, __ATOMIC_RELAXED) > totals->dense_max)
    return error_set(err, ERROR_LIMIT,
                     "what is stored in less than a thousandth of its size comes to more than %llu "
                     "MiB in all (see --max-scale)",
                     (unsigned long long)(totals->dense_max >> 20));
  if (!totals->deadline || clock_ms() <= totals->deadline)
    return 0;
  __atomic_store_n(&totals->late, true, __ATOMIC_RELAXED);
  return totals_too_late(err);
}

int totals_add_zeros(struct totals *totals, uint64_t n, struct error *err)
{
  return totals ? totals_add(totals, n, n, err) : 0;
}

/* How many of the bytes so far have to be counted as dense now that n more have come. */
static uint64_t counted_dense(struct counted *counted, uint64_t n)
{
  const bool was_dense = counted->is_dense;

  counted->inflated += n;
  if (!was_dense)
    counted->is_dense = counted->inflated / DENSE_RATIO > *counted->stored;
  return !counted->is_dense ? 0 : was_dense ? n : counted->inflated;
}

static ssize_t inflated_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct counted *counted = (struct counted *)stream;
  ssize_t n = stream_read(counted->inner, buffer, size, err);

  if (n <= 0)
    return n;
  return totals_add(counted->totals, (uint64_t)n, counted_dense(counted, (uint64_t)n), err) ? -1
                                                                                            : n;
}

static struct stream *counted_new(const struct stream_ops *ops, struct stream *inner,
                                  uint64_t *stored, struct totals *totals)
{
  struct counted *counted = xcalloc(1, sizeof(*counted));

  *counted = (struct counted) { { ops }, inner, totals, stored, 0, false };
  return &counted->base;
}

struct stream *totals_inflated(struct stream *blob, const struct limits *limits)
{
  static const struct stream_ops stored_ops = { stored_read, counted_close };
  static const struct stream_ops inflated_ops = { inflated_read, counted_close };
  uint64_t *stored;
  struct stream *inner;

  if (!limits->totals)
    return stream_inflated(blob, limits->tar_bytes);
  stored = xcalloc(1, sizeof(*stored));
  inner = stream_inflated(counted_new(&stored_ops, blob, stored, NULL), limits->tar_bytes);
  stream_inflated_within(inner, limits->memory);
  return counted_new(&inflated_ops, inner, stored, limits->totals);
}

int totals_add_entry(struct totals *totals, struct error *err)
{
  if (totals && __atomic_add_fetch(&totals->entries, 1, __ATOMIC_RELAXED) > totals->entries_max)
    return error_set(err, ERROR_LIMIT,
                     "the layers have more than %llu entries in all (see "
                     "--max-scale)",
                     (unsigned long long)totals->entries_max);
  return 0;
}
