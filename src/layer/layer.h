/* A layer opened for reading: stored bytes -> checked -> decompressed -> tar entries, with the
 * first three in a thread of their own. */
#ifndef DIFFOCI_LAYER_LAYER_H
#define DIFFOCI_LAYER_LAYER_H

#include "base/limits.h"
#include "layer/tar.h"

enum { LAYER_BLOCKS_AHEAD = 32 }; /* what is decoded ahead, usually: 2 MiB */

struct layer {
  struct decoder *decoder;
  struct tar_reader *tar; /* for tar_next and tar_read */
};

struct pace;

/* Owns blob, a checked stream of the layer as stored. ahead, pace: as decoder_start has them. */
MUST_CHECK int layer_open(struct layer *layer, struct stream *blob, size_t ahead, struct pace *pace,
                          const struct limits *limits, struct error *err);
void layer_close(struct layer *layer);

#endif
