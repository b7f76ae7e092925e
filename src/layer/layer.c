#include "layer/layer.h"

#include "base/inflate.h"

static int next_block(void *context, struct block **out, struct error *err)
{
  return decoder_next(context, out, err);
}

int layer_open(struct layer *layer, struct stream *blob, size_t ahead, struct pace *pace,
               const struct limits *limits, struct error *err)
{
  struct decoder *decoder =
      decoder_start(stream_inflated(blob, limits->tar_bytes), ahead, pace, err);

  if (!decoder)
    return -1;
  layer->decoder = decoder;
  layer->tar = tar_reader_new((struct block_source) { next_block, decoder });
  tar_reader_limit_holes(layer->tar, limits->tar_bytes);
  return 0;
}

void layer_close(struct layer *layer)
{
  tar_reader_free(layer->tar);
  decoder_stop(layer->decoder);
  *layer = (struct layer) { 0 };
}
