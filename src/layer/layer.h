/* A layer opened for reading: stored bytes -> checked -> decompressed -> tar entries, with the
 * first three in a thread of their own. */
#ifndef DIFFOCI_LAYER_LAYER_H
#define DIFFOCI_LAYER_LAYER_H

#include "base/limits.h"
#include "layer/tar.h"

struct layer {
  struct decoder *decoder;
  struct tar_reader *tar; /* for tar_next and tar_read */
};

/* Owns blob, a checked stream of the layer as stored. ahead: blocks that may be decoded ahead. */
MUST_CHECK int layer_open(struct layer *layer, struct stream *blob, size_t ahead,
                          const struct limits *limits, struct error *err);
void layer_close(struct layer *layer);

#endif
