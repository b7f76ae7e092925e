/* A stream over memory that hands out a few bytes at a time, as a slow connection does. */
#ifndef DIFFOCI_TESTS_DRIP_STREAM_H
#define DIFFOCI_TESTS_DRIP_STREAM_H

#include "base/str.h"
#include "base/stream.h"

/* Never more than piece (> 0) bytes in one read. The bytes are not copied. */
struct stream *drip_stream_new(struct str bytes, size_t piece);

#endif
