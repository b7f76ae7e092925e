#include "diff/effective/effective_step.h"

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
static struct str effective_step_key_of(struct str name)
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
static int effective_step_name(const struct effective_reading *reading, int side,
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

int effective_step_add(struct effective_reading *reading, int side, const struct tar_entry *entry,
                       const struct digest *digest, uint64_t token, struct error *err)
{
  struct overlay *overlay = reading->overlays[side];

  if (effective_step_name(reading, side, entry, err))
    return -1;
  return tar_entry_has_content(entry) && !digest ? overlay_add_token(overlay, entry, token, err)
                                                 : overlay_add(overlay, entry, digest, err);
}

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
  *key = effective_step_key_of(entry->name);
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
    if (effective_step_add(run->reading, side, entries[side],
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
  return effective_step_add(run->reading, side, entry, content,
                            content ? 0 : ++run->reading->tokens, err);
}

int effective_step(struct effective_reading *reading, const size_t from[2], const size_t to[2],
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
