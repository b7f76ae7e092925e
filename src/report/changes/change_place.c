#include "report/changes/change_place.h"

#include "base/escape.h"

enum {
  NO_LAYER = -1,
  NO_SIZE = -1,
};

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

void change_place_note(struct change *change, const struct event *event)
{
  for (int side = 0; side < 2; side++) {
    const struct event_input *input = &event->inputs[side];
    const struct tar_entry *entry = input->entry;

    change->size[side] = NO_SIZE;
    change->layer[side] = NO_LAYER;
    if (!entry)
      continue;
    change->is_directory |= entry->type == TAR_DIR;
    if ((entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS ||
         entry->type == TAR_GNU_SPARSE) &&
        entry->size >= 0)
      change->size[side] = entry->size;
    change->created_by[side] = created_by(event, side);
    change->layer[side] =
        origin_of(input) ? (int32_t)origin_of(input)->number : layer_of_context(event->context);
  }
}

/* Of the image that an event is about, as the index calls it, escaped; NULL: it is about none. */
static const char *platform_of(struct changes *changes, const struct event *event)
{
  const struct platform *platform = NULL;
  char text[PLATFORM_MAX_TEXT];
  AUTO_BUF escaped = BUF_INIT(INT32_MAX);

  for (const struct event_node *node = event->parent; node; node = node->parent)
    for (int side = 1; side >= 0; side--) {
      const struct descriptor *descriptor = node->inputs[side].descriptor;

      if (descriptor && descriptor->has_platform)
        platform = &descriptor->platform;
    }
  if (!platform || platform_is_unknown(platform))
    return NULL;
  escape_terminal(&escaped, str_of(platform_format(platform, text)));
  return arena_str(&changes->names, buf_str(&escaped)).ptr;
}

/* There are few of them, and most events have that of the one before. */
const struct change_context *change_place_context(struct changes *changes,
                                                  const struct event *event)
{
  const struct change_context *last = changes->last_context;
  struct change_context *kept;
  struct map_entry *entry;

  if (last && strcmp(last->name, event->context) == 0)
    return last;
  entry = map_put(&changes->contexts, str_of(event->context));
  if (!entry->value) {
    kept = arena_alloc(&changes->names, sizeof(*kept));
    kept->name = arena_strdup(&changes->names, event->context);
    kept->platform = changes->tell_platforms ? platform_of(changes, event) : NULL;
    entry->key = str_of(kept->name);
    entry->value = kept;
  }
  changes->last_context = entry->value;
  return entry->value;
}
