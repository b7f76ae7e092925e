#include "diff/layer_reader.h"

static int layer_reader_next(struct entry_reader *base, struct tar_entry *entry, struct error *err)
{
  return tar_next(((struct layer_reader *)base)->layer.tar, entry, err);
}

static int layer_reader_read(struct entry_reader *base, struct tar_chunk *chunk, struct error *err)
{
  return tar_read(((struct layer_reader *)base)->layer.tar, chunk, err);
}

static int layer_reader_wrap(struct entry_reader *base, struct error *err)
{
  const struct layer_reader *reader = (struct layer_reader *)base;
  char digest[DIGEST_MAX_TEXT];

  error_wrap(err, "layer %s", digest_format(&reader->descriptor->digest, digest));
  return diff_wrap_input(reader->diff, reader->side, err);
}

int layer_reader_open(struct layer_reader *reader, struct diff *diff, int side,
                      const struct descriptor *descriptor, struct pace *pace, struct error *err)
{
  static const struct entry_reader_ops ops = {
    layer_reader_next,
    layer_reader_read,
    layer_reader_wrap,
  };
  struct stream *blob = diff_open(diff, side, descriptor, err);

  *reader = (struct layer_reader) { { &ops }, .diff = diff, .side = side };
  reader->descriptor = descriptor;
  if (!blob)
    return -1;
  layer_open(&reader->layer, blob, pace, diff->options->limits);
  reader->opened = true;
  return 0;
}

void layer_reader_close(struct layer_reader *reader)
{
  if (reader->opened)
    layer_close(&reader->layer);
  reader->opened = false;
}
