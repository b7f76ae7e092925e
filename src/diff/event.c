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
