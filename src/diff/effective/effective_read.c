#include "diff/effective/effective_read.h"

#include "diff/effective/effective_step.h"
#include "diff/layers/layer_reader.h"
#include "pair/content.h"

/* ---- layers that both have ---- */

static int add_to_both(struct effective_reading *reading, const struct tar_entry *entry,
                       struct entry_reader *reader, struct comparer *comparer, struct error *err)
{
  struct digest digest;
  uint64_t token = 0;
  bool hash = tar_entry_has_content(entry) && reading->hash_all;

  if (hash && comparer_hash(comparer, reader, &digest, err))
    return error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name));
  if (tar_entry_has_content(entry) && !hash)
    token = ++reading->tokens;
  for (int side = 0; side < 2; side++)
    if (effective_step_add(reading, side, entry, hash ? &digest : NULL, token, err))
      return error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name));
  return 0;
}

static int read_shared_entries(struct effective_reading *reading, struct entry_reader *reader,
                               struct comparer *comparer, struct error *err)
{
  struct tar_entry entry;
  int got;

  while ((got = entry_reader_next(reader, &entry, err)) > 0)
    if (add_to_both(reading, &entry, reader, comparer, err))
      return -1;
  return got;
}

/* From the side where that costs less. */
static int read_shared(struct effective_reading *reading, const size_t numbers[2],
                       struct error *err)
{
  struct source *const *sources = reading->diff->options->sources;
  int side = sources[0]->fetches_again && !sources[1]->fetches_again;
  struct layer_reader layer;
  struct comparer *comparer;
  int status;

  if (layer_reader_open(&layer, reading->diff, side,
                        &reading->images[side].manifest->layers[numbers[side]], NULL, err))
    return entry_reader_wrap(&layer.reader, err);
  comparer = comparer_new(0);
  overlay_begin_layer(reading->overlays[0]);
  overlay_begin_layer(reading->overlays[1]);
  status = read_shared_entries(reading, &layer.reader, comparer, err);
  if (status)
    entry_reader_wrap(&layer.reader, err);
  layer_reader_close(&layer);
  comparer_free(comparer);
  return status;
}

/* ---- all layers ---- */

size_t effective_shared(const struct effective_image images[2])
{
  const struct manifest *const manifests[2] = { images[0].manifest, images[1].manifest };
  size_t n = MIN_OF(manifests[0]->n_layers, manifests[1]->n_layers);
  size_t shared = 0;

  while (shared < n && same_blob(&manifests[0]->layers[shared], &manifests[1]->layers[shared]))
    shared++;
  return shared;
}

/* How many of them are worth leaving unread at first: a base image is often much larger than what
 * stands upon it, and what that does to it most often the same on both sides (overlay_same_effect).
 * None where nothing may be read twice, or all is to be verified. */
static size_t leave_unread(const struct diff *diff, const struct effective_image images[2])
{
  struct source *const *sources = diff->options->sources;

  return diff->options->verify || sources[0]->fetches_again || sources[1]->fetches_again
             ? 0
             : effective_shared(images);
}

static bool is_shared(const struct effective_reading *reading, const size_t numbers[2])
{
  /* To be verified, both have to be read. */
  return !reading->diff->options->verify &&
         same_blob(&reading->images[0].manifest->layers[numbers[0]],
                   &reading->images[1].manifest->layers[numbers[1]]);
}

/* Layers of the same number, pair by pair. */
static int read_pairs(struct effective_reading *reading, size_t from, size_t to, struct error *err)
{
  for (size_t i = from; i < to; i++) {
    const size_t numbers[2] = { i, i };
    const size_t next[2] = { i + 1, i + 1 };

    if (is_shared(reading, numbers) ? read_shared(reading, numbers, err)
                                    : effective_step(reading, numbers, next, err))
      return -1;
  }
  return 0;
}

static int read_all(struct effective_reading *reading, struct error *err)
{
  size_t ends[2] = { reading->images[0].manifest->n_layers, reading->images[1].manifest->n_layers };
  const size_t counts[2] = { ends[0], ends[1] };
  size_t shared = reading->below;

  if (counts[0] == counts[1])
    return read_pairs(reading, reading->below, counts[0], err);
  while (shared < MIN_OF(ends[0], ends[1]) &&
         is_shared(reading, (const size_t[2]) { shared, shared }))
    shared++;
  while (MIN_OF(ends[0], ends[1]) > shared &&
         is_shared(reading, (const size_t[2]) { ends[0] - 1, ends[1] - 1 })) {
    ends[0]--;
    ends[1]--;
  }
  if (read_pairs(reading, reading->below, shared, err) ||
      effective_step(reading, (const size_t[2]) { shared, shared }, ends, err))
    return -1;
  for (; ends[0] < counts[0]; ends[0]++, ends[1]++)
    if (read_shared(reading, ends, err))
      return -1;
  return 0;
}

static int read_end(struct effective_reading *reading, struct error *err)
{
  for (int side = 0; side < 2; side++)
    if (overlay_end(reading->overlays[side], err))
      return source_wrap(reading->diff->options->sources[side], NULL, err);
  return 0;
}

static int read_put_upon(struct effective_reading *reading, int side, const struct overlay *upper,
                         struct error *err)
{
  const struct descriptor *layers = reading->images[side].manifest->layers;
  char digest[DIGEST_MAX_TEXT];
  uint32_t layer = 0;

  if (overlay_put_upon(reading->overlays[side], upper, &layer, err) == 0)
    return 0;
  error_wrap(err, "layer %s", digest_format(&layers[layer].digest, digest));
  return diff_wrap_input(reading->diff, side, err);
}

/* Goes on with a reading that left layers unread: reads these, once for both sides, and puts what
 * was read upon them. */
static int read_below(struct effective_reading *reading, struct error *err)
{
  struct overlay *uppers[2] = { reading->overlays[0], reading->overlays[1] };
  const size_t end = reading->below;
  int status;

  reading->below = 0;
  for (int side = 0; side < 2; side++)
    reading->overlays[side] = overlay_new(reading->diff->options->limits->memory);
  status = read_pairs(reading, 0, end, err);
  for (int side = 0; side < 2; side++) {
    if (status == 0)
      status = read_put_upon(reading, side, uppers[side], err);
    overlay_free(uppers[side]);
  }
  return status ? -1 : read_end(reading, err);
}

int effective_read(struct effective_reading *reading, struct error *err)
{
  const struct diff_options *options = reading->diff->options;
  struct budget *memory = options->limits->memory;

  reading->below = leave_unread(reading->diff, reading->images);
  reading->hash_all = options->sources[0]->fetches_again || options->sources[1]->fetches_again;
  for (int side = 0; side < 2; side++)
    reading->overlays[side] =
        reading->below ? overlay_new_upper(memory, (uint32_t)reading->below) : overlay_new(memory);
  if (read_all(reading, err) || read_end(reading, err))
    return -1;
  return !reading->below || reading->needs_no_lower(reading->overlays) ? 0
                                                                       : read_below(reading, err);
}
