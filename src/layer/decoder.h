/* Decoders: streams that are decompressed ahead of the thread that reads them, by other threads and
 * by that thread itself, through a ring of bounded length. */
#ifndef DIFFOCI_LAYER_DECODER_H
#define DIFFOCI_LAYER_DECODER_H

#include "base/error.h"
#include "base/stream.h"
#include "tar/block.h"

/* What decoders have in common whose blocks one thread, the reader, reads in step: the threads that
 * decode. A thread goes on with the decoder that is least ahead. The reader decodes too whenever it
 * lacks a block, so with `threads` threads, at most PACE_MEMBERS, as many processors and one more
 * are busy, none waits for another while there is work, and what is read has just been decoded. */
struct pace;
enum { PACE_MEMBERS = 2 };
struct pace *pace_new(size_t threads);
void pace_free(struct pace *pace); /* after its decoders; NULL allowed */

/* A decoder: a stream that is read `ahead` blocks ahead of its reader. */
struct decoder;

/* Owns stream. Reads the first block at once; starts a thread of its pace if there is more. ahead
 * >= 2. Blocks that the reader keeps references to do not count towards `ahead`: who keeps them
 * bounds how many. pace: NULL (a thread of its own), or what it shares with up to PACE_MEMBERS - 1
 * others that the same thread reads. */
struct decoder *decoder_start(struct stream *stream, size_t ahead, struct pace *pace);
/* The next block, with a reference for the caller; *out is NULL at the end of the stream. -1 with
 * the stream's error, after all blocks before it were handed out. */
MUST_CHECK int decoder_next(struct decoder *decoder, struct block **out, struct error *err);
/* Waits for the read that the decoder may be in, closes the stream. NULL allowed. Blocks that are
 * still referenced stay valid. */
void decoder_stop(struct decoder *decoder);

#endif
