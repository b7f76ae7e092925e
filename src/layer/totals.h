/* What one whole comparison may take in all, however many layers it reads: bytes that come out of
 * decompression, entries, time. Each layer has limits of its own (base/limits.h); a few kilobytes
 * of an image can name thousands of layers. */
#ifndef DIFFOCI_LAYER_TOTALS_H
#define DIFFOCI_LAYER_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/stream.h"

struct totals {
  uint64_t inflated_max; /* bytes */
  uint64_t dense_max;    /* bytes, of those that came out of less than a thousandth of them */
  uint64_t entries_max;
  int64_t deadline;                  /* CLOCK_MONOTONIC, in milliseconds; 0: none */
  uint64_t inflated, dense, entries; /* so far; atomic */
  bool late; /* something was not read since the deadline had passed; atomic */
};

/* 256 GiB, 64 GiB, 200 million entries, each times scale (limits_scaled); no deadline. */
struct totals totals_scaled(double scale);
/* The comparison has so many seconds from now on. */
void totals_set_timeout(struct totals *totals, double seconds);

/* -1 with ERROR_TIMEOUT if anything was not read since the deadline had passed: what was found out
 * without it is no answer. totals: NULL allowed. */
MUST_CHECK int totals_in_time(const struct totals *totals, struct error *err);

/* blob, decompressed, counted against limits->totals (NULL: nothing is counted), with at most
 * limits->tar_bytes of its own. Owns blob. ERROR_LIMIT, ERROR_TIMEOUT. */
struct stream *totals_inflated(struct stream *blob, const struct limits *limits);
/* So many zeros of a hole were made, which no stored byte stands for. Any thread. */
MUST_CHECK int totals_add_zeros(struct totals *totals, uint64_t n, struct error *err);
/* One entry more. Any thread. */
MUST_CHECK int totals_add_entry(struct totals *totals, struct error *err);

#endif
