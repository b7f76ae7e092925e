/* A layer opened for reading: stored bytes -> checked -> decompressed -> tar entries, the first
 * three ahead of the reader, in other threads. */
#ifndef DIFFOCI_LAYER_LAYER_H
#define DIFFOCI_LAYER_LAYER_H

#include "base/limits.h"
#include "layer/decoder.h"
#include "tar/tar.h"

struct layer {
  struct decoder *decoder;
  struct tar_reader *tar; /* for tar_next and tar_read */
};

/* Owns blob, a checked stream of the layer as stored. pace: as decoder_start has it. */
void layer_open(struct layer *layer, struct stream *blob, struct pace *pace,
                const struct limits *limits);
void layer_close(struct layer *layer);

#endif
