#include "diff/event.h"

#include <string.h>

const char *event_type_name(enum event_type type)
{
  switch (type) {
  case EVENT_NONE:
    break;
  case EVENT_DESCRIPTOR:
    return "DescriptorMismatch";
  case EVENT_INDEX:
    return "IndexBlobMismatch";
  case EVENT_MANIFEST:
    return "ManifestBlobMismatch";
  case EVENT_CONFIG:
    return "ConfigBlobMismatch";
  case EVENT_LAYER:
    return "LayerBlobMismatch";
  case EVENT_TARENTRY:
    return "TarEntryMismatch";
  }
  return "";
}

/* A leaf "annotations", of whatever it is. */
static bool is_of_annotations(const struct event *event)
{
  return event->type != EVENT_TARENTRY && event->type != EVENT_CONFIG &&
         str_has_suffix(str_of(event->context), STR("/annotations"));
}

/* Where images' timestamps are left out, each item of the history is an event of its own, whose
 * fields are the item's. */
static bool is_of_history(const struct event *event)
{
  return event->type == EVENT_CONFIG && strstr(event->context, "/config/history") != NULL;
}

bool event_field_named(const struct event *event, const struct event_field *field,
                       struct policy_field *out)
{
  enum field_place place = PLACE_DOCUMENT;

  if (event->type == EVENT_TARENTRY || event->type == EVENT_LAYER)
    place = PLACE_ENTRY;
  else if (event->type == EVENT_CONFIG)
    place = PLACE_CONFIG;
  else if (is_of_annotations(event))
    place = PLACE_ANNOTATIONS;
  return field_of_event(out, place, is_of_history(event) ? STR("history") : str_of(field->name));
}

static struct str copy_value(struct arena *arena, struct str value)
{
  return value.ptr ? arena_str(arena, value) : value;
}

static const struct event_field *copy_fields(struct arena *arena, const struct event *event)
{
  struct event_field *fields = arena_alloc(arena, (event->n_fields + 1) * sizeof(*fields));

  for (size_t i = 0; i < event->n_fields; i++)
    fields[i] = (struct event_field) {
      .name = arena_strdup(arena, event->fields[i].name),
      .label = arena_strdup(arena, event->fields[i].label),
      .value = { copy_value(arena, event->fields[i].value[0]),
                 copy_value(arena, event->fields[i].value[1]) },
      .ignored = event->fields[i].ignored,
    };
  return fields;
}

static bool event_is_file(const struct tar_entry *entry)
{
  return entry && (entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS ||
                   entry->type == TAR_GNU_SPARSE);
}

bool event_content_counts(const struct event *event)
{
  const struct event_input *inputs = event->inputs;

  if (event->type != EVENT_TARENTRY || !event_is_file(inputs[0].entry) ||
      !event_is_file(inputs[1].entry) || !inputs[0].content || !inputs[1].content ||
      digest_equal(inputs[0].content, inputs[1].content))
    return false;
  for (size_t i = 0; i < event->n_fields; i++)
    if (strcmp(event->fields[i].name, "Digest") == 0 && !event->fields[i].ignored)
      return true;
  return false;
}

bool event_is_length(const struct event *event)
{
  static const char length[] = "length mismatch (";

  return event->type == EVENT_LAYER && !event->inputs[0].entry && !event->inputs[1].entry &&
         event->note && strncmp(event->note, length, sizeof(length) - 1) == 0;
}

void event_copy(struct event *out, const struct event *event, struct arena *arena)
{
  *out = *event;
  out->note = arena_strdup(arena, event->note);
  out->name = copy_value(arena, event->name);
  out->fields = copy_fields(arena, event);
  out->same_rest = false;
  out->patch = NULL;
  for (int side = 0; side < 2; side++) {
    struct event_input *input = &out->inputs[side];
    struct digest *content = input->content ? arena_alloc(arena, sizeof(*content)) : NULL;

    if (content)
      *content = *input->content;
    input->content = content;
    input->entry = input->entry ? tar_entry_copy(input->entry, arena) : NULL;
    input->head = (struct str) { NULL, 0 };
  }
}
