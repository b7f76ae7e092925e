#include "diff/layers/layer_reader.h"

#include "layer/totals.h"

static int layer_reader_next(struct entry_reader *base, struct tar_entry *entry, struct error *err)
{
  struct layer_reader *reader = (struct layer_reader *)base;
  int got = tar_next(reader->layer.tar, entry, err);

  if (got == 0)
    diff_note_content(reader->diff, reader->side, reader->descriptor,
                      decoder_fingerprint(reader->layer.decoder));
  return got > 0 && totals_add_entry(reader->diff->options->limits->totals, err) ? -1 : got;
}

static int layer_reader_read(struct entry_reader *base, struct tar_chunk *chunk, struct error *err)
{
  struct layer_reader *reader = (struct layer_reader *)base;
  int got = tar_read(reader->layer.tar, chunk, err);

  return got > 0 && !chunk->block &&
                 totals_add_zeros(reader->diff->options->limits->totals, chunk->len, err)
             ? -1
             : got;
}

static void layer_reader_pass(struct entry_reader *base, uint64_t zeros)
{
  tar_pass(((struct layer_reader *)base)->layer.tar, zeros);
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
    layer_reader_pass,
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
