#include "diff/effective_read.h"

#include "diff/content.h"
#include "diff/entry.h"
#include "layer/layer.h"

/* A row of layers of one side, one after the other. */
struct row {
  size_t next, end; /* layers to open yet */
  struct layer layer;
  bool opened;
  struct tar_entry entry; /* the current one, where have is set */
  struct str key;         /* its name, as far as it matters for meeting another one */
  bool have;
  bool ended;
  uint64_t count; /* entries met */
};

struct run {
  struct effective_reading *reading;
  struct entry_rules rules;
  struct row rows[2];
  struct map ahead;   /* key -> how many entries of that name row 0 is ahead of row 1, or behind */
  struct arena names; /* keys of ahead */
  struct pace *pace;
  struct comparer *comparer;
};

static int wrap_layer(const struct effective_reading *reading, int side, size_t number,
                      struct error *err)
{
  char digest[DIGEST_MAX_TEXT];

  error_wrap(err, "layer %s",
             digest_format(&reading->images[side].manifest->layers[number].digest, digest));
  return diff_wrap_input(reading->diff, side, err);
}

static int open_layer(const struct effective_reading *reading, int side, size_t number,
                      struct pace *pace, struct layer *out, struct error *err)
{
  const struct diff_options *options = reading->diff->options;
  struct stream *blob =
      source_blob(options->sources[side], &reading->images[side].manifest->layers[number], err);

  if (!blob)
    return wrap_layer(reading, side, number, err);
  layer_open(out, blob, pace, options->limits);
  return 0;
}

/* What only helps to pull a layer lazily (eStargz), in its root. */
static bool is_for_lazy_pulling(const struct tar_entry *entry, struct str key)
{
  return (entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS) &&
         (str_equal(key, STR("stargz.index.json")) || str_equal(key, STR(".prefetch.landmark")) ||
          str_equal(key, STR(".no.prefetch.landmark")));
}

static bool has_content(const struct tar_entry *entry)
{
  switch (entry->type) {
  case TAR_LINK:
  case TAR_SYMLINK:
  case TAR_CHAR:
  case TAR_BLOCK:
  case TAR_DIR:
  case TAR_FIFO:
  case TAR_GLOBAL:
    return false;
  default:
    return true;
  }
}

/* Names written in the usual ways meet; others are found to be the same by the overlays. */
static struct str key_of(struct str name)
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

static int add(struct effective_reading *reading, int side, const struct tar_entry *entry,
               const struct digest *digest, uint64_t token, struct error *err)
{
  struct overlay *overlay = reading->overlays[side];
  int status = token ? overlay_add_token(overlay, entry, token, err)
                     : overlay_add(overlay, entry, digest, err);

  return status ? error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name)) : 0;
}

/* ---- layers that both have ---- */

static int add_to_both(struct effective_reading *reading, const struct tar_entry *entry,
                       struct tar_reader *tar, struct comparer *comparer, struct error *err)
{
  struct digest digest;
  uint64_t token = 0;
  bool hash = has_content(entry) && reading->hash_all;

  if (hash && comparer_hash(comparer, tar, &digest, err))
    return error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name));
  if (has_content(entry) && !hash)
    token = ++reading->tokens;
  for (int side = 0; side < 2; side++)
    if (add(reading, side, entry, hash ? &digest : NULL, token, err))
      return -1;
  return 0;
}

static int read_shared_entries(struct effective_reading *reading, struct tar_reader *tar,
                               struct comparer *comparer, struct error *err)
{
  struct tar_entry entry;
  int got;

  while ((got = tar_next(tar, &entry, err)) > 0)
    if (!is_for_lazy_pulling(&entry, key_of(entry.name)) &&
        add_to_both(reading, &entry, tar, comparer, err))
      return -1;
  return got;
}

/* From the side where that costs less. */
static int read_shared(struct effective_reading *reading, const size_t numbers[2],
                       struct error *err)
{
  struct source *const *sources = reading->diff->options->sources;
  int side = sources[0]->fetches_again && !sources[1]->fetches_again;
  struct comparer *comparer;
  struct layer layer = { NULL, NULL };
  int status;

  if (open_layer(reading, side, numbers[side], NULL, &layer, err))
    return -1;
  comparer = comparer_new(0);
  overlay_begin_layer(reading->overlays[0]);
  overlay_begin_layer(reading->overlays[1]);
  status = read_shared_entries(reading, layer.tar, comparer, err);
  layer_close(&layer);
  comparer_free(comparer);
  return status ? wrap_layer(reading, side, numbers[side], err) : 0;
}

/* ---- layers in step ---- */

static void close_row(struct row *row)
{
  if (row->opened)
    layer_close(&row->layer);
  row->opened = false;
}

/* The number of the layer that is open. */
static size_t current(const struct row *row)
{
  return row->next - 1;
}

static int wrap_row(const struct run *run, int side, struct error *err)
{
  return wrap_layer(run->reading, side, current(&run->rows[side]), err);
}

/* Opens the next layer; the row ends where there is none. */
static int open_next(struct run *run, int side, struct error *err)
{
  struct row *row = &run->rows[side];

  row->ended = row->next == row->end;
  if (row->ended)
    return 0;
  if (open_layer(run->reading, side, row->next, run->pace, &row->layer, err))
    return -1;
  row->opened = true;
  row->next++;
  overlay_begin_layer(run->reading->overlays[side]);
  return 0;
}

static int advance(struct run *run, int side, struct error *err)
{
  struct row *row = &run->rows[side];

  while (!row->have && !row->ended) {
    int got;

    if (!row->opened) {
      if (open_next(run, side, err))
        return -1;
      continue;
    }
    got = tar_next(row->layer.tar, &row->entry, err);
    if (got < 0)
      return wrap_row(run, side, err);
    if (got == 0) {
      close_row(row);
      continue;
    }
    row->key = key_of(row->entry.name);
    row->have = !is_for_lazy_pulling(&row->entry, row->key);
    row->count += row->have;
  }
  return 0;
}

/* How many entries of the name that row `side` has now the other row has already gone past. */
static bool is_behind(const struct run *run, int side)
{
  struct map_entry *found =
      run->rows[side].have ? map_find(&run->ahead, run->rows[side].key) : NULL;
  intptr_t ahead = found ? (intptr_t)found->value : 0;

  return side == 0 ? ahead < 0 : ahead > 0;
}

static void note_passed(struct run *run, int side)
{
  struct str key = run->rows[side].key;
  struct map_entry *found = map_put(&run->ahead, key);

  if (found->key.ptr == key.ptr)
    found->key = arena_str(&run->names, key);
  found->value = (void *)((intptr_t)found->value + (side == 0 ? 1 : -1));
}

/* The current entry of one row, without one of the other. */
static int take_alone(struct run *run, int side, struct error *err)
{
  struct effective_reading *reading = run->reading;
  struct row *row = &run->rows[side];
  bool partner = is_behind(run, side) || !run->rows[1 - side].ended;
  bool hash = partner || reading->hash_all || reading->diff->options->sink->wants_content_digests;
  struct digest digest;
  uint64_t token = 0;

  if (!has_content(&row->entry))
    hash = false;
  else if (!hash)
    token = ++reading->tokens;
  else if (comparer_hash(run->comparer, row->layer.tar, &digest, err)) {
    error_wrap(err, "\"%.*s\"", STR_ARGS(row->entry.name));
    return wrap_row(run, side, err);
  }
  if (add(reading, side, &row->entry, hash ? &digest : NULL, token, err))
    return wrap_row(run, side, err);
  if (partner)
    note_passed(run, side);
  row->have = false;
  return 0;
}

/* What two contents are called. */
struct names {
  const struct digest *digests[2];
  uint64_t token;
};

static int compare_contents(struct run *run, struct content_result *result, struct names *out,
                            struct error *err)
{
  struct row *rows = run->rows;
  struct tar_reader *const readers[2] = { rows[0].layer.tar, rows[1].layer.tar };
  bool wanted = run->reading->diff->options->sink->wants_content_digests &&
                entry_headers_differ(&run->rules, &rows[0].entry, &rows[1].entry);
  int failed_side = 0;

  if (comparer_compare(run->comparer, readers, wanted || run->reading->hash_all, result,
                       &failed_side, err)) {
    error_wrap(err, "\"%.*s\"", STR_ARGS(rows[failed_side].entry.name));
    return wrap_row(run, failed_side, err);
  }
  if (result->hashed)
    *out = (struct names) { { &result->digests[0], &result->digests[1] }, 0 };
  else
    out->token = ++run->reading->tokens;
  return 0;
}

static int take_both(struct run *run, struct error *err)
{
  struct content_result result;
  struct names names = { { NULL, NULL }, 0 };

  if (!has_content(&run->rows[0].entry) != !has_content(&run->rows[1].entry))
    return take_alone(run, 0, err) || take_alone(run, 1, err) ? -1 : 0;
  if (has_content(&run->rows[0].entry) && compare_contents(run, &result, &names, err))
    return -1;
  for (int side = 0; side < 2; side++) {
    if (add(run->reading, side, &run->rows[side].entry, names.digests[side], names.token, err))
      return wrap_row(run, side, err);
    run->rows[side].have = false;
  }
  return 0;
}

static int step(struct run *run, struct error *err)
{
  struct row *rows = run->rows;

  for (int side = 0; side < 2; side++)
    if (is_behind(run, side))
      return take_alone(run, side, err);
  if (!rows[0].have || !rows[1].have)
    return take_alone(run, rows[0].have ? 0 : 1, err);
  if (str_equal(rows[0].key, rows[1].key))
    return take_both(run, err);
  /* As where two layers are compared: after an entry too many both are in step again. */
  return take_alone(run, rows[0].count < rows[1].count ? 0 : 1, err);
}

static int walk(struct run *run, struct error *err)
{
  for (;;) {
    if (advance(run, 0, err) || advance(run, 1, err))
      return -1;
    if (!run->rows[0].have && !run->rows[1].have)
      return 0;
    if (step(run, err))
      return -1;
  }
}

static int read_in_step(struct effective_reading *reading, const size_t from[2], const size_t to[2],
                        struct error *err)
{
  struct run run = {
    .reading = reading,
    .rules = { reading->ignore, reading->diff->options->skip_security_xattrs, true },
    .rows = { { .next = from[0], .end = to[0] }, { .next = from[1], .end = to[1] } },
    .pace = pace_new(reading->resources->decoders),
    .comparer = comparer_new(reading->resources->keep_bytes),
  };
  int status = walk(&run, err);

  close_row(&run.rows[0]);
  close_row(&run.rows[1]);
  pace_free(run.pace);
  comparer_free(run.comparer);
  map_release(&run.ahead);
  arena_release(&run.names);
  return status;
}

/* ---- all layers ---- */

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

int effective_read(struct effective_reading *reading, struct error *err)
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
