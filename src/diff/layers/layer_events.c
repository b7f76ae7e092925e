#include "diff/layers/layer_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "diff/left_out.h"

void layer_events_init(struct layer_events *events, struct diff *diff,
                       const struct event_node *parent, const struct descriptor *const layers[2])
{
  *events = (struct layer_events) {
    .diff = diff,
    .parent = parent,
    .layer_context = diff_context(diff, parent, "layer"),
    .fields = FIELDS_INIT,
  };
  for (int side = 0; side < 2; side++)
    events->inputs[side] =
        (struct event_input) { .descriptor = layers[side], .layer = layers[side] };
}

void layer_events_release(struct layer_events *events)
{
  fields_release(&events->fields);
}

void layer_events_merged(struct layer_events *events, int side, const struct event_origin *origin)
{
  events->inputs[side].layer = origin->descriptor;
  events->inputs[side].merged_from = origin;
}

void layer_events_from(struct layer_events *events, int side, const struct event_origin *origin)
{
  events->inputs[side].layer = origin ? origin->descriptor : NULL;
  events->inputs[side].origin = origin;
}

static void send(struct layer_events *events, const char *note, const struct event_input inputs[2])
{
  struct event event = {
    .parent = events->parent,
    .context = events->layer_context,
    .type = EVENT_LAYER,
    .note = note,
  };

  memcpy(event.inputs, inputs, sizeof(event.inputs));
  diff_send(events->diff, &event);
}

static bool leaves_out_lone(const struct layer_events *events)
{
  return events->diff->options->ignore & IGNORE_EXTRA_LENGTH;
}

void layer_events_length(struct layer_events *events, uint64_t count0, uint64_t count1)
{
  char note[96];

  if (leaves_out_lone(events))
    return;
  snprintf(note, sizeof(note), "length mismatch (%" PRIu64 " vs %" PRIu64 ")", count0, count1);
  send(events, note, events->inputs);
}

bool layer_events_lone(struct layer_events *events, struct str name, const uint64_t counts[2],
                       int side, const struct tar_entry *entry, const struct digest *content)
{
  AUTO_BUF note = BUF_INIT((size_t)16 * 1024 * 1024);
  struct event_input inputs[2];

  if (leaves_out_lone(events) ||
      left_out_presence(events->diff, entry->name, entry->type == TAR_DIR))
    return false;
  memcpy(inputs, events->inputs, sizeof(inputs));
  inputs[side].entry = entry;
  inputs[side].content = content;
  buf_puts(&note, "name ");
  escape_quote(&note, name);
  if (!counts[0] || !counts[1])
    buf_printf(&note, " only appears in input %d", side);
  else
    buf_printf(&note, " appears %" PRIu64 " times in input 0, %" PRIu64 " times in input 1",
               counts[0], counts[1]);
  send(events, note.ptr, inputs);
  return true;
}

static bool is_ignored_file(const struct diff_options *options, struct str name)
{
  for (size_t i = 0; i < options->n_ignored_files; i++)
    if (str_equal(name, options->ignored_files[i]))
      return true;
  return false;
}

/* Whether the flags that verdicts take no notice of leave nothing of the difference. */
static bool is_beyond_semantic(const struct layer_events *events, const struct entry_rules *rules,
                               const struct tar_entry *const entries[2])
{
  const struct diff_options *options = events->diff->options;

  if (is_ignored_file(options, entries[0]->name) && is_ignored_file(options, entries[1]->name))
    return true;
  if (!IGNORE_BEYOND_SEMANTIC(rules->ignore))
    return false;
  for (size_t i = 0; i < events->fields.n; i++)
    if (!events->fields.items[i].ignored)
      return false;
  return true;
}

/* The node of the layer, parent of the leaves of entries. */
static void need_node(struct layer_events *events)
{
  struct event_input inputs[2];

  if (events->node)
    return;
  memcpy(inputs, events->inputs, sizeof(inputs));
  inputs[0].origin = NULL; /* that is the entries' */
  inputs[1].origin = NULL;
  events->node = diff_node(events->diff, events->parent, "layer", EVENT_LAYER, NULL, inputs);
  events->entry_context = diff_context(events->diff, events->node, "tarentry");
}

bool layer_events_entry(struct layer_events *events, const struct entry_rules *rules,
                        const struct tar_entry *const entries[2],
                        const struct digest *const contents[2])
{
  AUTO_BUF note = BUF_INIT((size_t)16 * 1024 * 1024);
  const struct str path = entries[0]->name;
  const bool is_dir = entries[0]->type == TAR_DIR && entries[1]->type == TAR_DIR;
  bool differ = contents[0] && contents[1] && !digest_equal(contents[0], contents[1]);
  const struct digest *const none[2] = { NULL, NULL };
  struct event event = { .type = EVENT_TARENTRY };

  fields_reset(&events->fields);
  entry_fields(rules, entries[0], entries[1], differ ? contents : none, &events->fields);
  if (events->links_differ)
    fields_add(&events->fields, "Hardlink", "Hardlink ", events->links[0], events->links[1]);
  events->links_differ = false;
  event.fields = events->fields.items;
  event.n_fields = events->fields.n;
  for (int side = 0; side < 2; side++) {
    event.inputs[side] = events->inputs[side];
    event.inputs[side].entry = entries[side];
    event.inputs[side].content = contents[side];
    event.inputs[side].head = events->heads[side];
    events->heads[side] = (struct str) { NULL, 0 };
  }
  event.order_is_free = events->order_is_free;
  event.same_rest = events->same_rest;
  events->same_rest = false;
  if (is_beyond_semantic(events, rules, entries) || left_out_entry(events->diff, path, is_dir) ||
      left_out_fields(events->diff, &event, &events->fields, path, is_dir))
    return false;
  need_node(events);
  event.parent = events->node;
  event.context = events->entry_context;
  buf_puts(&note, "name ");
  escape_quote(&note, entry_canonical(rules, path));
  event.note = note.ptr;
  event.name = entry_canonical(rules, path);
  diff_send(events->diff, &event);
  return true;
}
