/* Decoders: streams that are decompressed ahead of the thread that reads them, by other threads and
 * by that thread itself, through a ring of bounded length. */
#ifndef DIFFOCI_LAYER_DECODER_H
#define DIFFOCI_LAYER_DECODER_H

#include "base/error.h"
#include "base/stream.h"
#include "tar/block.h"

/* The threads that decode for a few decoders whose blocks are read by one and the same reader. A
 * thread always goes on with the decoder that is least ahead of the reader. When the reader lacks a
 * block, it decodes one itself. So `threads` threads, PACE_MEMBERS at most, keep one processor more
 * than there are of them busy, nobody waits while there is something to decode, and a block is read
 * soon after it was made, while it is in the processor's cache. */
struct pace;
enum { PACE_MEMBERS = 2 };
struct pace *pace_new(size_t threads);
void pace_free(struct pace *pace); /* after its decoders; NULL allowed */

/* A stream, and up to `ahead` blocks that were read from it before they were asked for. */
struct decoder;

/* Takes ownership of stream and reads its first block at once; a thread is started if there is
 * more. ahead is 2 or more. Blocks that the reader keeps references to are not counted in `ahead`;
 * who keeps them has to bound their number. With pace, the decoder shares threads with at most
 * PACE_MEMBERS - 1 others of the same reader; with NULL it has one thread of its own. */
struct decoder *decoder_start(struct stream *stream, size_t ahead, struct pace *pace);
/* The next block, with a reference for the caller; *out is NULL at the end of the stream. -1 with
 * the stream's error, after all blocks before it were handed out. */
MUST_CHECK int decoder_next(struct decoder *decoder, struct block **out, struct error *err);
/* What stands for all bytes of the stream, after decoder_next has found its end: equal for equal
 * streams, in this process (hash_run_value). */
uint64_t decoder_fingerprint(const struct decoder *decoder);
/* Waits for the read that the decoder may be in, closes the stream. NULL allowed. Blocks that are
 * still referenced stay valid. */
void decoder_stop(struct decoder *decoder);

#endif
