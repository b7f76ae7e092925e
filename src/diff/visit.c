/* The second pass over a layer, for the contents that a report shows. */
#include "diff/diff.h"
#include "layer/layer.h"

static int visit_walk(struct layer *layer, const uint64_t *positions, size_t n_positions,
                      struct content_visitor *visitor, struct error *err)
{
  struct tar_entry entry;
  size_t next = 0;
  int got = 0;

  while (next < n_positions && (got = tar_next(layer->tar, &entry, err)) > 0) {
    if (entry.index != positions[next])
      continue;
    if (visitor->entry(visitor, &entry, layer->tar, err))
      return -1;
    next++;
  }
  if (got < 0)
    return -1;
  if (next < n_positions)
    return error_set(err, ERROR_CORRUPT, "the layer changed while it was read");
  return 0;
}

/* What is fetched once more is checked at its end. */
static int read_rest(struct layer *layer, struct error *err)
{
  struct tar_entry entry;
  int got;

  do {
    got = tar_next(layer->tar, &entry, err);
  } while (got > 0);
  return got;
}

int diff_visit_layer(struct source *source, const struct descriptor *layer,
                     const uint64_t *positions, size_t n_positions, const struct limits *limits,
                     struct content_visitor *visitor, struct error *err)
{
  struct stream *blob = source_blob_again(source, layer, err);
  struct layer opened;
  int status;

  if (!blob)
    return -1;
  layer_open(&opened, blob, NULL, limits);
  status = visit_walk(&opened, positions, n_positions, visitor, err);
  if (status == 0 && !source_at_hand(source, layer))
    status = read_rest(&opened, err);
  layer_close(&opened);
  return status;
}
