#include "diff/inside/inside_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/escape.h"
#include "policy/policy.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

/* Made with the first row: an entry without rows is no node. */
static void need_node(struct inside_rows *rows)
{
  const struct event *file = rows->file;
  struct event_node *node;

  if (rows->node)
    return;
  node = arena_alloc(rows->arena, sizeof(*node));
  *node = (struct event_node) {
    .parent = file->parent,
    .context = file->context,
    .type = file->type,
    .note = file->note,
    .inputs = { file->inputs[0], file->inputs[1] },
  };
  rows->node = node;
  rows->context = arena_printf(rows->arena, "%s/inside", file->context);
}

static bool left_out(const struct inside_rows *rows, struct policy_rule *rule)
{
  if (rule && !rows->uncounted)
    policy_count(rule);
  return rule != NULL;
}

static bool is_directory(const struct inside_row *row)
{
  return (!row->entries[0] || row->entries[0]->type == TAR_DIR) &&
         (!row->entries[1] || row->entries[1]->type == TAR_DIR) &&
         (row->entries[0] || row->entries[1]);
}

/* Keeps the fields that the policy does not leave out; false if none of those left counts. */
static bool inside_rows_weigh(const struct inside_rows *rows, struct event *event,
                              struct event_field *kept, struct str path, bool is_dir, bool is_lone)
{
  static const struct policy_field presence = { FIELD_PRESENCE, { NULL, 0 } };
  const size_t before = event->n_fields;
  bool counts = false;

  if (left_out(rows, policy_hides_path(rows->policy, path, is_dir)) ||
      (is_lone && left_out(rows, policy_hides_field(rows->policy, &presence, path, is_dir))))
    return false;
  event->n_fields = 0;
  for (size_t i = 0; i < before; i++) {
    const struct event_field *field = &event->fields[i];
    struct policy_field named;

    if (!is_lone && !field->ignored && event_field_named(event, field, &named) &&
        left_out(rows, policy_hides_field(rows->policy, &named, path, is_dir)))
      continue;
    counts = counts || !field->ignored;
    kept[event->n_fields++] = *field;
  }
  event->left_out = event->n_fields < before;
  event->fields = kept;
  return counts;
}

/* The entries as the row has them, called by the whole path; a field of a file is told of the file.
 */
static void set_inputs(const struct inside_rows *rows, const struct inside_row *row,
                       struct str path, struct event *event, struct tar_entry entries[2])
{
  const bool is_field = !row->entries[0] && !row->entries[1];

  for (int side = 0; side < 2; side++) {
    const struct event_input *file = &rows->file->inputs[side];
    const struct tar_entry *entry = row->entries[side];

    event->inputs[side] = (struct event_input) {
      .descriptor = file->descriptor,
      .origin = file->origin,
      .content = row->contents[side],
      .head = row->heads[side],
    };
    if (entry)
      entries[side] = *entry;
    else if (is_field && !row->path.len)
      entries[side] = *file->entry;
    else if (is_field)
      entries[side] = (struct tar_entry) { .type = TAR_REGULAR };
    else
      continue;
    entries[side].name = path;
    event->inputs[side].entry = &entries[side];
  }
}

static void on_row(struct inside_sink *sink, const struct inside_row *row)
{
  struct inside_rows *rows = (struct inside_rows *)sink;
  const bool is_lone = !row->entries[0] != !row->entries[1];
  struct event event = {
    .type = EVENT_TARENTRY,
    .fields = row->fields,
    .n_fields = row->n_fields,
    .patch = row->patch,
  };
  struct arena arena = ARENA_INIT;
  AUTO_BUF path = BUF_INIT(TEXT_MAX);
  AUTO_BUF note = BUF_INIT(TEXT_MAX);
  struct tar_entry entries[2];
  struct event_field *kept;

  rows->seen++;
  buf_add_str(&path, rows->file->name.len ? rows->file->name : rows->file->inputs[0].entry->name);
  buf_add_str(&path, row->path);
  kept = arena_alloc(&arena, (row->n_fields + 1) * sizeof(*kept));
  if (!inside_rows_weigh(rows, &event, kept, buf_str(&path), is_directory(row), is_lone)) {
    rows->hidden = true;
  } else {
    rows->hidden = rows->hidden || event.left_out;
    need_node(rows);
    event.parent = rows->node;
    event.context = rows->context;
    set_inputs(rows, row, buf_str(&path), &event, entries);
    buf_puts(&note, "name ");
    escape_quote(&note, buf_str(&path));
    if (is_lone)
      buf_printf(&note, " only appears in input %d", row->entries[0] ? 0 : 1);
    event.note = note.ptr;
    event.name = buf_str(&path);
    rows->next->event(rows->next, &event);
  }
  arena_release(&arena);
}

void inside_rows_init(struct inside_rows *rows, const struct event *file, struct event_sink *next,
                      const struct policy *policy, struct arena *arena)
{
  *rows = (struct inside_rows) {
    .sink = { on_row }, .file = file, .next = next, .policy = policy, .arena = arena
  };
}

void inside_rows_cut(struct inside_rows *rows, uint64_t left)
{
  struct event_field field = { .name = "Inside", .label = "Inside " };
  const struct inside_row row = { .fields = &field, .n_fields = 1 };
  char text[64];

  snprintf(text, sizeof(text), "%" PRIu64 " more differences are not shown", left);
  field.value[0] = str_of(text);
  field.value[1] = str_of(text);
  on_row(&rows->sink, &row);
}
