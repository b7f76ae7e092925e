/* Decompression, by the first bytes: gzip (RFC 1952, several members, ISA-L with zlib as fallback),
 * zstd (RFC 8878, several and skippable frames), or none. */
#ifndef DIFFOCI_BASE_INFLATE_H
#define DIFFOCI_BASE_INFLATE_H

#include "base/budget.h"
#include "base/compression.h"
#include "base/stream.h"

/* Owns inner. Reads the whole of inner before it ends, so that what inner checks is checked. A
 * truncated stream, a wrong checksum or length, garbage after the last member or frame, a zstd
 * window over 128 MiB: ERROR_CORRUPT (or ERROR_LIMIT), saying at which compressed byte. More than
 * max_out bytes: ERROR_LIMIT. Zero padding after the last gzip member is allowed. What is known to
 * be good before a fault is handed out before the fault is reported: with ISA-L that may be up to
 * one read less than could be known. */
struct stream *stream_inflated(struct stream *inner, uint64_t max_out);

/* What a stream of stream_inflated needs for a window (zstd's take up to 128 MiB) is taken from a
 * budget, which lives longer: ERROR_LIMIT where that has no more. Before the first read. */
void stream_inflated_within(struct stream *stream, struct budget *memory);

/* As stream_inflated, for what compression_detect_archive finds. */
struct stream *stream_inflated_archive(struct stream *inner, uint64_t max_out);

/* As stream_inflated, with a given decompressor for gzip: for tests and fuzzers, which hold one
 * against the other. */
struct stream *stream_inflated_with(struct stream *inner, uint64_t max_out,
                                    enum gzip_engine engine);

#endif
