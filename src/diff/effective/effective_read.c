#include "diff/effective/effective_read.h"

#include "base/path.h"
#include "base/tally.h"
#include "diff/layers/entry.h"
#include "diff/layers/layer_reader.h"
#include "pair/walk.h"

struct run;

/* Layers of one side, one after the other. */
struct row {
  struct entry_reader reader; /* the first member */
  struct run *run;
  int side;
  size_t next, end; /* layers to open yet */
  struct layer_reader layer;
};

struct run {
  struct walk_user user; /* the first member */
  struct effective_reading *reading;
  struct entry_rules rules;
  struct row rows[2];
  bool partner[2]; /* of the entry taken alone: it has one, or one may come */
  /* By side: entries that were taken alone, by name, whose partner has come or may come. Where
   * there is no room for more they are not counted: contents may then have to be read again. */
  struct tally passed[2];
  bool forgets;
  struct pace *pace;
};

/* Names written in the usual ways meet; others are found to be the same by the overlays. */
static struct str effective_read_key_of(struct str name)
{
  for (;;) {
    if (str_has_prefix(name, STR("/")))
      name = str_skip(name, 1);
    else if (str_has_prefix(name, STR("./")))
      name = str_skip(name, 2);
    else
      break;
  }
  while (name.len && name.ptr[name.len - 1] == '/')
    name.len--;
  return name;
}

/* In a root file system that is no layer a name of a whiteout is a file's own, which an overlay
 * would take for the removal of another. */
static int effective_read_name(const struct effective_reading *reading, int side,
                               const struct tar_entry *entry, struct error *err)
{
  struct str rest = entry->name;
  struct str component;

  if (!reading->diff->options->sources[side]->is_root)
    return 0;
  while (path_next(&rest, &component))
    if (str_has_prefix(component, STR(".wh.")))
      return error_set(err, ERROR_UNSUPPORTED,
                       "a name that layers have for what is removed: a root file system that has "
                       "it cannot be compared");
  return 0;
}

static int effective_read_add(struct effective_reading *reading, int side,
                              const struct tar_entry *entry, const struct digest *digest,
                              uint64_t token, struct error *err)
{
  struct overlay *overlay = reading->overlays[side];

  if (effective_read_name(reading, side, entry, err))
    return -1;
  return tar_entry_has_content(entry) && !digest ? overlay_add_token(overlay, entry, token, err)
                                                 : overlay_add(overlay, entry, digest, err);
}

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
    if (effective_read_add(reading, side, entry, hash ? &digest : NULL, token, err))
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

/* ---- layers in step ---- */

/* 1: the row has a layer open; 0: it ends. */
static int row_open(struct row *row, struct error *err)
{
  const struct effective_reading *reading = row->run->reading;

  if (row->layer.opened)
    return 1;
  if (row->next == row->end)
    return 0;
  if (layer_reader_open(&row->layer, reading->diff, row->side,
                        &reading->images[row->side].manifest->layers[row->next], row->run->pace,
                        err))
    return -1;
  row->next++;
  overlay_begin_layer(reading->overlays[row->side]);
  return 1;
}

static int row_next(struct entry_reader *reader, struct tar_entry *entry, struct error *err)
{
  struct row *row = (struct row *)reader;
  int got;

  while ((got = row_open(row, err)) > 0) {
    got = entry_reader_next(&row->layer.reader, entry, err);
    if (got)
      return got;
    layer_reader_close(&row->layer);
  }
  return got;
}

static int row_read(struct entry_reader *reader, struct tar_chunk *chunk, struct error *err)
{
  return entry_reader_read(&((struct row *)reader)->layer.reader, chunk, err);
}

static void row_pass(struct entry_reader *reader, uint64_t zeros)
{
  struct entry_reader *layer = &((struct row *)reader)->layer.reader;

  layer->ops->pass(layer, zeros);
}

/* There is no error before the first layer. */
static int row_wrap(struct entry_reader *reader, struct error *err)
{
  return entry_reader_wrap(&((struct row *)reader)->layer.reader, err);
}

static bool run_begin(struct walk_user *user, int side, struct tar_entry *entry, struct str *key)
{
  (void)user;
  (void)side;
  *key = effective_read_key_of(entry->name);
  return true;
}

static void note_passed(struct run *run, int side, struct str key)
{
  struct error ignored;

  run->forgets = run->forgets || tally_add(&run->passed[side], key, &ignored) < 0;
}

/* Whether the other row has already gone past an entry of the name. */
static int run_claim(struct walk_user *user, int side, struct str key, struct error *err)
{
  struct run *run = (struct run *)user;

  (void)err;
  if (tally_of(&run->passed[1 - side], key) <= tally_of(&run->passed[side], key))
    return 0;
  note_passed(run, side, key);
  return 1;
}

static bool run_wants_hash(struct walk_user *user, int side, const struct tar_entry *entry,
                           bool claimed, bool last)
{
  struct run *run = (struct run *)user;

  run->partner[side] = claimed || !last;
  return tar_entry_has_content(entry) && (run->partner[side] || run->reading->hash_all ||
                                          run->reading->diff->options->sink->wants_content_digests);
}

static bool run_wants_digests(struct walk_user *user, const struct tar_entry *const entries[2])
{
  const struct run *run = (struct run *)user;

  return run->reading->hash_all || (run->reading->diff->options->sink->wants_content_digests &&
                                    entry_headers_differ(&run->rules, entries[0], entries[1]));
}

static int run_met(struct walk_user *user, const struct tar_entry *const entries[2], struct str key,
                   const struct content_result *content, int *failed_side, struct error *err)
{
  struct run *run = (struct run *)user;
  const uint64_t token = content->hashed ? 0 : ++run->reading->tokens;

  (void)key;
  for (int side = 0; side < 2; side++) {
    *failed_side = side;
    if (effective_read_add(run->reading, side, entries[side],
                           content->hashed ? &content->digests[side] : NULL, token, err))
      return -1;
  }
  return 0;
}

static int run_alone(struct walk_user *user, int side, const struct tar_entry *entry,
                     struct str key, bool claimed, const struct digest *content, struct error *err)
{
  struct run *run = (struct run *)user;

  if (run->partner[side] && !claimed)
    note_passed(run, side, key);
  return effective_read_add(run->reading, side, entry, content,
                            content ? 0 : ++run->reading->tokens, err);
}

static int read_in_step(struct effective_reading *reading, const size_t from[2], const size_t to[2],
                        struct error *err)
{
  static const struct walk_user_ops user_ops = {
    run_begin, run_claim, run_wants_hash, run_wants_digests, run_met, run_alone,
  };
  static const struct entry_reader_ops row_ops = { row_next, row_read, row_pass, row_wrap };
  struct run run = {
    .user = { &user_ops },
    .reading = reading,
    .rules = { reading->ignore, reading->diff->options->skip_security_xattrs, true },
    .passed = { TALLY_INIT_SPARE(reading->diff->options->limits->memory),
                TALLY_INIT_SPARE(reading->diff->options->limits->memory) },
    .pace = pace_new(reading->resources->decoders),
  };
  struct walk_options options = { .user = &run.user, .keep_bytes = reading->resources->keep_bytes };
  uint64_t counts[2];
  int status;

  for (int side = 0; side < 2; side++) {
    run.rows[side] = (struct row) {
      { &row_ops }, .run = &run, .side = side, .next = from[side], .end = to[side],
    };
    options.readers[side] = &run.rows[side].reader;
  }
  status = walk_run(&options, counts, err);
  layer_reader_close(&run.rows[0].layer);
  layer_reader_close(&run.rows[1].layer);
  pace_free(run.pace);
  tally_release(&run.passed[0]);
  tally_release(&run.passed[1]);
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
                                    : read_in_step(reading, numbers, next, err))
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
      read_in_step(reading, (const size_t[2]) { shared, shared }, ends, err))
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
