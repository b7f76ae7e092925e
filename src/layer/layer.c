#include "layer/layer.h"

#include "layer/totals.h"

enum { BLOCKS_AHEAD = 16 }; /* 1 MiB */

static int next_block(void *context, struct block **out, struct error *err)
{
  return decoder_next(context, out, err);
}

void layer_open(struct layer *layer, struct stream *blob, struct pace *pace,
                const struct limits *limits)
{
  layer->decoder = decoder_start(totals_inflated(blob, limits), BLOCKS_AHEAD, pace);
  layer->tar =
      tar_reader_new((struct block_source) { .next = next_block, .context = layer->decoder });
  tar_reader_limit_holes(layer->tar, limits->tar_bytes);
}

void layer_close(struct layer *layer)
{
  tar_reader_free(layer->tar);
  decoder_stop(layer->decoder);
  *layer = (struct layer) { 0 };
}
