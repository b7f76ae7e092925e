/* A layer of one side as a sequence of entries, whose errors name the input and the layer. Private
 * to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_LAYER_READER_H
#define DIFFOCI_DIFF_LAYERS_LAYER_READER_H

#include "diff/compare.h"
#include "layer/layer.h"
#include "tar/entry_reader.h"

struct layer_reader {
  struct entry_reader reader; /* the first member */
  struct diff *diff;
  int side;
  const struct descriptor *descriptor;
  struct layer layer;
  bool opened;
};

/* Opens it; everything is borrowed. pace: as decoder_start has it. Errors are not wrapped, but
 * entry_reader_wrap can be used after one. */
MUST_CHECK int layer_reader_open(struct layer_reader *reader, struct diff *diff, int side,
                                 const struct descriptor *descriptor, struct pace *pace,
                                 struct error *err);
void layer_reader_close(struct layer_reader *reader); /* also of one that is all zeros */

#endif
