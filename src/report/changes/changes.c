#include "report/changes/changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/path.h"
#include "report/changes/change_values.h"
#include "report/changes/change_words.h"
#include "report/changes/changes_order.h"
#include "report/changes/changes_stream.h"

enum {
  DIRECTORY_DEPTH = 2,
  NO_LAYER = -1,
  NO_SIZE = -1,
  PIECE = 256 * 1024,  /* memory is asked for in pieces */
  MALLOC_OVERHEAD = 8, /* of a small thing */
};

void changes_init(struct changes *changes, size_t keep, struct budget *memory)
{
  *changes = (struct changes) { .keep = keep, .memory = memory };
  if (keep == CHANGES_ALL)
    changes->stream = changes_stream_new(memory);
}

static void release_sizes(struct map *sizes)
{
  for (size_t i = 0; i < sizes->n; i++)
    free(sizes->entries[i].value);
  map_release(sizes);
}

void changes_release(struct changes *changes)
{
  release_sizes(&changes->directories);
  release_sizes(&changes->layers);
  map_release(&changes->contexts);
  map_release(&changes->above);
  free(changes->items);
  free(changes->suspects);
  free(changes->histories);
  arena_release(&changes->arena);
  arena_release(&changes->names);
  changes_stream_free(changes->stream);
  budget_give(changes->memory, changes->taken);
  *changes = (struct changes) { 0 };
}

/* ---- one change ---- */

static const char *keep_text(struct changes *changes, const struct buf *text)
{
  return arena_str(&changes->arena, buf_str(text)).ptr;
}

static const char *keep_escaped(struct changes *changes, struct str text)
{
  AUTO_BUF escaped = BUF_INIT(INT32_MAX);

  escape_terminal(&escaped, text);
  return keep_text(changes, &escaped);
}

/* The name that rules know the field by, if they do. */
static const char *field_name(struct changes *changes, const struct event *event,
                              const struct event_field *field)
{
  struct policy_field named;

  if (event_field_named(event, field, &named))
    return keep_escaped(changes, str_of(field_format(&named, &changes->arena)));
  return keep_escaped(changes, str_of(field->name));
}

static void keep_field(struct changes *changes, const struct event *event,
                       const struct event_field *field, struct change_field *out)
{
  out->name = field_name(changes, event, field);
  for (int side = 0; side < 2; side++)
    if (field->value[side].ptr)
      out->value[side] = keep_escaped(changes, field->value[side]);
}

static void keep_fields(struct changes *changes, const struct event *event, struct change *change)
{
  struct change_field *fields =
      arena_alloc(&changes->arena, (event->n_fields + 1) * sizeof(*fields));

  for (size_t i = 0; i < event->n_fields; i++)
    if (!event->fields[i].ignored)
      keep_field(changes, event, &event->fields[i], &fields[change->n_fields++]);
  change->fields = fields;
}

/* The last "layers-N" of a context: what is in a nested place has none further below. */
static int32_t layer_of_context(const char *context)
{
  static const char word[] = "/layers-";
  const char *at = strstr(context, word);
  const char *end;
  uint64_t number;

  if (!at)
    return NO_LAYER;
  at += sizeof(word) - 1;
  end = strchrnul(at, '/');
  return str_to_u64((struct str) { at, (size_t)(end - at) }, INT32_MAX, &number) ? (int32_t)number
                                                                                 : NO_LAYER;
}

static const struct event_origin *origin_of(const struct event_input *input)
{
  return input->origin ? input->origin : input->merged_from;
}

/* The command that made the layer that an event is about. */
static const char *created_by(const struct event *event, int side)
{
  const struct event_node *node = event->parent;

  if (origin_of(&event->inputs[side]))
    return origin_of(&event->inputs[side])->created_by;
  while (node && !node->inputs[side].created_by)
    node = node->parent;
  return node ? node->inputs[side].created_by : NULL;
}

static void note_place(struct change *change, const struct event *event)
{
  for (int side = 0; side < 2; side++) {
    const struct event_input *input = &event->inputs[side];
    const struct tar_entry *entry = input->entry;

    change->size[side] = NO_SIZE;
    change->layer[side] = NO_LAYER;
    if (!entry)
      continue;
    if ((entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS ||
         entry->type == TAR_GNU_SPARSE) &&
        entry->size >= 0)
      change->size[side] = entry->size;
    change->created_by[side] = created_by(event, side);
    change->layer[side] =
        origin_of(input) ? (int32_t)origin_of(input)->number : layer_of_context(event->context);
  }
}

/* ---- totals ---- */

static void count_size(struct map *sizes, struct arena *arena, struct str name, int64_t bytes)
{
  struct map_entry *entry = map_put(sizes, name);
  struct change_size *size = entry->value;

  if (!size) {
    entry->key = arena_str(arena, name);
    size = xcalloc(1, sizeof(*size));
    size->name = entry->key.ptr;
    entry->value = size;
  }
  size->bytes += bytes;
  size->files++;
}

/* The first directories of a path, "/" at their end; "./" for what lies in none. */
static struct str directory_of(struct str path)
{
  size_t end = 0;
  size_t depth = 0;

  for (size_t i = 0; i < path.len && depth < DIRECTORY_DEPTH; i++)
    if (path.ptr[i] == '/') {
      end = i + 1;
      depth++;
    }
  return end ? (struct str) { path.ptr, end } : STR("./");
}

static void count_change(struct changes *changes, const struct change *change)
{
  const int64_t bytes = change_bytes(change);
  char layer[32];

  changes->totals.by_kind[change->kind]++;
  if (change->kind == CHANGE_IMAGE || bytes == 0)
    return;
  if (bytes > 0)
    changes->totals.bytes_added += (uint64_t)bytes;
  else
    changes->totals.bytes_removed += (uint64_t)-bytes;
  count_size(&changes->directories, &changes->names, directory_of(str_of(change->name)), bytes);
  for (int side = 1; side >= 0; side--) {
    if (change->size[side] < 0 || change->layer[side] < 0)
      continue;
    snprintf(layer, sizeof(layer), "layer %" PRId32, change->layer[side]);
    count_size(&changes->layers, &changes->names, str_of(layer), bytes);
    break;
  }
}

static void add_change(struct changes *changes, const struct change *change)
{
  if (change->weight == WEIGHT_CONSEQUENCE) {
    changes->suspects = xgrow(changes->suspects, changes->n_suspects, &changes->cap_suspects,
                              sizeof(*changes->suspects));
    changes->suspects[changes->n_suspects] = *change;
    changes_copy(&changes->names, &changes->suspects[changes->n_suspects]);
    changes->suspects[changes->n_suspects].suspect = changes->n_suspects + 1;
    if (changes->stream)
      changes_put(changes, &changes->suspects[changes->n_suspects]);
    changes->n_suspects++;
    return;
  }
  count_change(changes, change);
  changes_note_above(changes, change->context);
  changes_put(changes, change);
}

/* ---- events ---- */

static struct str name_of_entry(const struct event *event)
{
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;

  return entry ? entry->name : str_of("");
}

/* There are few of them, and most events have that of the one before. */
static const char *keep_context(struct changes *changes, const char *context)
{
  struct map_entry *entry;

  if (changes->last_context && strcmp(changes->last_context, context) == 0)
    return changes->last_context;
  entry = map_put(&changes->contexts, str_of(context));
  if (!entry->value) {
    char *kept = arena_strdup(&changes->names, context);

    entry->key = str_of(kept);
    entry->value = kept;
  }
  changes->last_context = entry->value;
  return changes->last_context;
}

static void changes_begin(struct changes *changes, const struct event *event, struct change *out)
{
  *out = (struct change) {
    .kind = CHANGE_IMAGE,
    .type = event->type,
    .context = keep_context(changes, event->context),
    .path = STR(""),
    .explanation = event->explanation,
    .patch_number = event->patch_number,
  };
  note_place(out, event);
}

static void changes_add_entry(struct changes *changes, const struct event *event)
{
  AUTO_BUF words = BUF_INIT(INT32_MAX);
  struct change change;
  bool content;

  changes_begin(changes, event, &change);
  change.path = arena_str(&changes->arena, name_of_entry(event));
  change.name = change.title = keep_escaped(changes, change.path);
  change.weight = change_weight_entry(event, &content);
  change.kind = content ? CHANGE_CONTENT : CHANGE_METADATA;
  change_words_entry(&words, event);
  change.words = keep_text(changes, &words);
  keep_fields(changes, event, &change);
  add_change(changes, &change);
}

static void add_lone(struct changes *changes, const struct event *event)
{
  const int side = event->inputs[0].entry ? 0 : 1;
  const struct tar_entry *entry = event->inputs[side].entry;
  AUTO_BUF words = BUF_INIT(INT32_MAX);
  struct change change;

  changes_begin(changes, event, &change);
  change.kind = side ? CHANGE_ADDED : CHANGE_REMOVED;
  change.path = arena_str(&changes->arena, entry->name);
  change.name = change.title = keep_escaped(changes, change.path);
  change.weight = change_weight_lone(entry);
  change_words_lone(&words, entry);
  if (strstr(event->note, " times in input 0, ")) {
    buf_puts(&words, "; ");
    escape_terminal(&words, str_of(strrchr(event->note, '"') + 1));
  }
  change.words = keep_text(changes, &words);
  add_change(changes, &change);
}

/* The context of what a field of this document refers to. A config stands in a node of its own,
 * beside those of the layers. */
static const char *changes_referred(struct changes *changes, enum event_type type,
                                    const char *context, const struct event_field *field)
{
  const struct str beside = path_directory(str_of(context));
  const struct str parent = type == EVENT_CONFIG ? path_directory(beside) : beside;
  AUTO_BUF name = BUF_INIT(INT32_MAX);

  if (type == EVENT_CONFIG && (!field->value[0].ptr || !field->value[1].ptr))
    buf_puts(&name, "manifest"); /* a layer more, which the manifest lists */
  else
    change_refers_to(&name, field->name);
  return arena_printf(&changes->arena, "%.*s%s%.*s", STR_ARGS(parent), name.len ? "/" : "",
                      STR_ARGS(buf_str(&name)));
}

bool change_is_history(const struct change *change)
{
  static const char name[] = "history";

  return change->type == EVENT_CONFIG && strncmp(change->name, name, sizeof(name) - 1) == 0 &&
         strchr("[. ", change->name[sizeof(name) - 1]);
}

/* Each pair of configs once, though it may come with several events. */
static void note_histories(struct changes *changes, const struct event *event)
{
  const json_t *const configs[2] = { event->inputs[0].config, event->inputs[1].config };
  struct change_histories found = { 0 };

  for (int side = 0; side < 2; side++)
    found.history[side] = json_object_get(configs[side], "history");
  for (size_t i = 0; i < changes->n_histories; i++)
    if (changes->histories[i].history[0] == found.history[0] &&
        changes->histories[i].history[1] == found.history[1])
      return;
  changes->histories = xgrow(changes->histories, changes->n_histories, &changes->cap_histories,
                             sizeof(*changes->histories));
  changes->histories[changes->n_histories++] = found;
}

static void add_field(struct changes *changes, const struct event *event,
                      const struct event_field *field)
{
  struct change_field *kept = arena_alloc(&changes->arena, sizeof(*kept));
  AUTO_BUF title = BUF_INIT(INT32_MAX);
  AUTO_BUF words = BUF_INIT(INT32_MAX);
  struct change change;

  changes_begin(changes, event, &change);
  keep_field(changes, event, field, kept);
  change.name = kept->name;
  change.weight = change_weight_field(event->type, field->name);
  if (change.weight == WEIGHT_CONSEQUENCE)
    change.refers_to = changes_referred(changes, event->type, change.context, field);
  change_words_values(&words, field);
  change.words = keep_text(changes, &words);
  change_title(&title, event->type, field);
  change.title = keep_text(changes, &title);
  change.fields = kept;
  change.n_fields = 1;
  if (change_is_history(&change))
    note_histories(changes, event);
  add_change(changes, &change);
}

/* What has no fields that count is told by its note. */
static void add_note(struct changes *changes, const struct event *event)
{
  static const char length[] = "length mismatch (";
  struct change change;

  changes_begin(changes, event, &change);
  change.name = change.title = keep_escaped(changes, str_of(event->context));
  change.words = keep_escaped(changes, str_of(event->note));
  /* So many entries on one side and so many on the other: those that are more are told. */
  change.weight =
      event->type == EVENT_LAYER && strncmp(event->note, length, sizeof(length) - 1) == 0
          ? WEIGHT_CONSEQUENCE
          : WEIGHT_RECORD;
  if (change.weight == WEIGHT_CONSEQUENCE)
    change.refers_to = change.context;
  add_change(changes, &change);
}

static void add_event(struct changes *changes, const struct event *event)
{
  size_t counting = 0;

  for (size_t i = 0; i < event->n_fields; i++)
    counting += !event->fields[i].ignored;
  if (event->type == EVENT_TARENTRY)
    changes_add_entry(changes, event);
  else if (event->type == EVENT_LAYER && (event->inputs[0].entry || event->inputs[1].entry))
    add_lone(changes, event);
  else if (counting == 0)
    add_note(changes, event);
  else
    for (size_t i = 0; i < event->n_fields; i++)
      if (!event->fields[i].ignored)
        add_field(changes, event, &event->fields[i]);
}

static uint64_t memory_of(const struct changes *changes)
{
  const uint64_t growth = changes->n == changes->cap ? 2 : 1;

  return changes->arena.total + changes->names.total +
         growth * changes->cap * sizeof(*changes->items) +
         2 * changes->cap_suspects * sizeof(*changes->suspects) +
         map_memory(&changes->directories) +
         changes->directories.n * (sizeof(struct change_size) + MALLOC_OVERHEAD) +
         map_memory(&changes->contexts) + map_memory(&changes->above);
}

void changes_add(struct changes *changes, const struct event *event)
{
  uint64_t wanted;

  if (changes->failed)
    return;
  add_event(changes, event);
  if (changes->stream)
    arena_reset(&changes->arena);
  wanted = memory_of(changes);
  while (changes->taken < wanted) {
    if (!budget_take(changes->memory, PIECE)) {
      changes->failed = true;
      (void)budget_error(changes->memory, "the differences that are listed", &changes->err);
      return;
    }
    changes->taken += PIECE;
  }
}

int changes_check(const struct changes *changes, struct error *err)
{
  if (changes->failed) {
    *err = changes->err;
    return -1;
  }
  return changes->stream ? changes_stream_check(changes->stream, err) : 0;
}

bool changes_take(const struct changes *changes, const char *before)
{
  return changes_stream_take(changes->stream, before);
}

bool changes_next(const struct changes *changes, struct change *out)
{
  return changes_stream_next(changes->stream, out);
}
