/* Events as changes. */
#include "report/changes/changes_events.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/path.h"
#include "report/changes/change_env.h"
#include "report/changes/change_place.h"
#include "report/changes/change_values.h"
#include "report/changes/change_words.h"

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

/* ---- events ---- */

static struct str name_of_entry(const struct event *event)
{
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;

  return entry ? entry->name : str_of("");
}

static void changes_begin(struct changes *changes, const struct event *event, struct change *out)
{
  const struct change_context *context = change_place_context(changes, event);

  *out = (struct change) {
    .kind = CHANGE_IMAGE,
    .type = event->type,
    .context = context->name,
    .platform = context->platform,
    .path = STR(""),
    .explanation = event->explanation,
    .patch_number = event->patch_number,
  };
  change_place_note(out, event);
}

/* What people call it; of several images, with the platform of the one that it is in. */
static const char *keep_title(struct changes *changes, const struct change *change,
                              const char *title)
{
  return change->platform ? arena_printf(&changes->arena, "%s (%s)", title, change->platform)
                          : title;
}

static void changes_add_entry(struct changes *changes, const struct event *event)
{
  AUTO_BUF words = BUF_INIT(INT32_MAX);
  struct change change;
  bool content;

  changes_begin(changes, event, &change);
  change.path = arena_str(&changes->arena, name_of_entry(event));
  change.name = keep_escaped(changes, change.path);
  change.title = keep_title(changes, &change, change.name);
  change.weight = change_weight_entry(event, &content);
  change.kind = content ? CHANGE_CONTENT : CHANGE_METADATA;
  change_words_entry(&words, event);
  change.words = keep_text(changes, &words);
  keep_fields(changes, event, &change);
  changes_add_one(changes, &change);
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
  change.name = keep_escaped(changes, change.path);
  change.title = keep_title(changes, &change, change.name);
  change.weight = change_weight_lone(entry);
  change_words_lone(&words, entry);
  if (strstr(event->note, " times in input 0, ")) {
    buf_puts(&words, "; ");
    escape_terminal(&words, str_of(strrchr(event->note, '"') + 1));
  }
  change.words = keep_text(changes, &words);
  changes_add_one(changes, &change);
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

/* An event about a config may have many fields, and each its cause. */
static void note_own_cause(struct change *change, const struct event *event,
                           const struct event_field *field)
{
  struct cause_query query = { .has_field = true };
  enum cause_evidence evidence = CAUSE_BY_NAME;

  if (event->type != EVENT_CONFIG || change->weight == WEIGHT_CONSEQUENCE)
    return;
  change->has_own_cause = true;
  if (event_field_named(event, field, &query.field))
    change->own_cause = cause_find(&query, &evidence);
  if (change->own_cause)
    change->own_evidence = (uint8_t)evidence;
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
  change.weight = change_is_told_again(event->type, change.context, field)
                      ? WEIGHT_CONSEQUENCE
                      : change_weight_field(event->type, field->name);
  if (change.weight == WEIGHT_CONSEQUENCE)
    change.refers_to = changes_referred(changes, event->type, change.context, field);
  note_own_cause(&change, event, field);
  change_words_values(&words, field);
  change.words = keep_text(changes, &words);
  change_title(&title, event->type, field);
  change.title = keep_title(changes, &change, keep_text(changes, &title));
  change.fields = kept;
  change.n_fields = 1;
  if (change_is_history(&change))
    note_histories(changes, event);
  changes_add_one(changes, &change);
}

/* What one side alone has beside the layers, as a platform of an index: what it is, and on which
 * side. */
static void lone_words(struct changes *changes, const char *note, struct change *change)
{
  static const char place[] = "field \"";
  static const char words[] = " only appears in input ";
  const char *end = strstr(note, words);
  const char *name = strncmp(note, place, strlen(place)) == 0 ? strstr(note, "\": ") : NULL;

  if (!end || strlen(end) != sizeof(words))
    return;
  name = name && name < end ? name + strlen("\": ") : note;
  change->title = keep_escaped(changes, (struct str) { name, (size_t)(end - name) });
  change->words = arena_printf(&changes->arena, "only in input %s", end + strlen(words));
}

/* What has no fields that count is told by its note. */
static void add_note(struct changes *changes, const struct event *event)
{
  struct change change;

  changes_begin(changes, event, &change);
  change.name = change.title = keep_escaped(changes, str_of(event->context));
  change.words = keep_escaped(changes, str_of(event->note));
  lone_words(changes, event->note, &change);
  /* So many entries on one side and so many on the other: those that are more are told. */
  change.weight = event_is_length(event) ? WEIGHT_CONSEQUENCE : WEIGHT_RECORD;
  if (change.weight == WEIGHT_CONSEQUENCE)
    change.refers_to = change.context;
  changes_add_one(changes, &change);
}

struct of_event {
  struct changes *changes;
  const struct event *event;
};

static void add_variable(void *context, const struct event_field *field)
{
  const struct of_event *of = context;

  add_field(of->changes, of->event, field);
}

/* A document's fields; the environment by its variables, but where a rule leaves some of it out. */
static void add_fields(struct changes *changes, const struct event *event)
{
  bool by_position = event->type != EVENT_CONFIG;
  bool env_is_told = false;

  for (size_t i = 0; i < event->n_fields; i++)
    by_position |= event->fields[i].ignored && change_env_is_item(&event->fields[i]);
  for (size_t i = 0; i < event->n_fields; i++) {
    const struct event_field *field = &event->fields[i];
    const bool is_env = !by_position && change_env_is_item(field);

    if (field->ignored || (is_env && env_is_told))
      continue;
    env_is_told |=
        is_env && change_env_diff(event, add_variable, &(struct of_event) { changes, event });
    by_position |= is_env && !env_is_told;
    if (!is_env || !env_is_told)
      add_field(changes, event, field);
  }
}

void changes_add_event(struct changes *changes, const struct event *event)
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
    add_fields(changes, event);
}
