#include "diff/inside/inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "diff/inside/inside_python.h"
#include "diff/inside/inside_rows.h"
#include "diff/inside/inside_worker.h"
#include "diff/inside/python_source.h"
#include "layer/totals.h"
#include "policy/policy.h"

enum { HEAD_BYTES = 64 * 1024 }; /* tells formats apart */

struct inside {
  struct event_sink sink; /* first */
  struct event_sink *next;
  const struct diff_options *options;
  struct inside_worker *worker;
  struct later *later;
  struct later_taker taker;
  struct arena arena;    /* nodes, and what waits */
  struct event *waiting; /* owned; what they refer to is in the arena, or lives as long */
  size_t n_waiting, cap_waiting;
  struct inside_equal *equals;
  size_t n_equals, cap_equals;
  struct map known; /* the digests and names of two files -> what came of looking into them */
  bool is_second;   /* the second comparison, for the verdict alone */
  struct inside_python *python;
};

/* ---- which files ---- */

static bool is_content(const struct event_field *field)
{
  return strcmp(field->name, "Digest") == 0 || strcmp(field->name, "Size") == 0;
}

static bool may_look(const struct event *event)
{
  const struct event_input *inputs = event->inputs;

  if (!event_content_counts(event))
    return false;
  if (inputs[0].head.ptr && inputs[1].head.ptr)
    return inside_may_look((const struct str[]) { inputs[0].head, inputs[1].head },
                           (const struct str[]) { inputs[0].entry->name, inputs[1].entry->name });
  return true;
}

/* ---- keeping events ---- */

static void inside_keep(struct inside *inside, const struct event *event)
{
  inside->waiting =
      xgrow(inside->waiting, inside->n_waiting, &inside->cap_waiting, sizeof(*inside->waiting));
  event_copy(&inside->waiting[inside->n_waiting], event, &inside->arena);
  inside_python_note(inside->python, event);
  later_want(inside->later,
             (const struct later_place[]) { later_place_of(&event->inputs[0]),
                                            later_place_of(&event->inputs[1]) },
             &inside->taker, inside->n_waiting++);
}

/* ---- what was looked into before ---- */

enum { KNOWN_EQUAL = 1, KNOWN_DIFFERENT, KNOWN_PYTHON, KEY_MAX = 2 * (32 + LIMIT_PATH_BYTES + 1) };

/* What a file holds is read as its name has it, where the bytes do not tell. False: the names are
 * too long for that. */
static bool inside_key_of(const struct event *event, struct buf *key)
{
  for (int side = 0; side < 2; side++) {
    buf_add(key, event->inputs[side].content->bytes, 32);
    buf_add_str(key, event->inputs[side].entry->name);
    buf_putc(key, '\0');
  }
  return !key->overflow;
}

/* What is equal is so under --semantic, too; what differs need not. What Python does with a
 * compiled file that is equal but for its time (KNOWN_PYTHON) hangs on other files of its image, so
 * that has to be asked again. */
static void remember(struct inside *inside, const struct event *event, unsigned known)
{
  AUTO_BUF key = BUF_INIT(KEY_MAX);
  struct map_entry *entry;

  if (known == KNOWN_DIFFERENT &&
      (inside->options->ignore & IGNORE_ALL_SEMANTIC) != IGNORE_ALL_SEMANTIC)
    return;
  if (!inside_key_of(event, &key))
    return;
  entry = map_put(&inside->known, buf_str(&key));
  if (!entry->value)
    entry->key = arena_str(&inside->arena, buf_str(&key));
  entry->value = (void *)(uintptr_t)known;
}

static unsigned recall(const struct inside *inside, const struct event *event)
{
  AUTO_BUF key = BUF_INIT(KEY_MAX);
  const struct map_entry *entry;

  if (!inside_key_of(event, &key))
    return 0;
  entry = map_find(&inside->known, buf_str(&key));
  return entry ? (unsigned)(uintptr_t)entry->value : 0;
}

static void send_rest(struct inside *inside, const struct event *event);

static void on_event(struct event_sink *sink, const struct event *event)
{
  struct inside *inside = (struct inside *)sink;

  const bool looks = may_look(event);
  const unsigned known = looks && inside->is_second ? recall(inside, event) : 0;

  if (known == KNOWN_EQUAL)
    send_rest(inside, event);
  else if (looks && known != KNOWN_DIFFERENT)
    inside_keep(inside, event);
  else
    inside->next->event(inside->next, event);
}

/* ---- what comes of it ---- */

static void note_equal(struct inside *inside, const struct event *event,
                       const struct inside_result *result)
{
  struct arena *arena = &inside->arena;

  inside->equals =
      xgrow(inside->equals, inside->n_equals, &inside->cap_equals, sizeof(*inside->equals));
  inside->equals[inside->n_equals++] = (struct inside_equal) {
    .path = event->inputs[0].entry->name, /* in the arena already */
    .context = event->context,
    .formats = arena_strdup(arena, result->formats),
    .rules = arena_strdup(arena, result->rules),
    .members = result->members,
    .contents = { *event->inputs[0].content, *event->inputs[1].content },
  };
}

/* The event's contents and their sizes alone, or all but these, which are told of elsewhere; if
 * anything is left of it that counts. beside: see struct event. */
static void send_fields(struct inside *inside, const struct event *event, bool contents,
                        const struct event_node *beside)
{
  AUTO_FREE struct event_field *fields = xcalloc(event->n_fields + 1, sizeof(*fields));
  struct event some = *event;
  bool counts = false;

  some.beside = beside;
  some.n_fields = 0;
  some.fields = fields;
  for (size_t i = 0; i < event->n_fields; i++) {
    if (is_content(&event->fields[i]) != contents)
      continue;
    fields[some.n_fields++] = event->fields[i];
    counts = counts || !event->fields[i].ignored;
  }
  if (!counts)
    return;
  for (int side = 0; side < 2 && !contents; side++)
    some.inputs[side].content = NULL;
  inside->next->event(inside->next, &some);
}

static void send_rest(struct inside *inside, const struct event *event)
{
  send_fields(inside, event, false, NULL);
}

/* What a format only shows may differ in more than the rows tell of. Nobody sees less for that as
 * long as there are rows; but where a rule takes one of them away, or may do so by its cause, the
 * file itself is told of as well. */
static void send_untold(struct inside *inside, const struct event *event,
                        const struct inside_rows *rows)
{
  if (rows->hidden)
    send_fields(inside, event, true, NULL);
  else if (!inside->is_second && policy_has_causes(inside->options->policy))
    send_fields(inside, event, true, rows->node);
}

/* The event as it came, with the reason why nothing more is known. */
static void send_here(struct inside *inside, const struct event *event,
                      const struct inside_result *result)
{
  AUTO_FREE struct event_field *fields = xcalloc(event->n_fields + 1, sizeof(*fields));
  struct event whole = *event;

  if (result->reasons[0][0] || result->reasons[1][0]) {
    fields[0] = (struct event_field) {
      .name = "Inside",
      .label = "Inside ",
      .value = { str_of(result->reasons[0]), str_of(result->reasons[1]) },
    };
    memcpy(fields + 1, event->fields, event->n_fields * sizeof(*fields));
    whole.fields = fields;
    whole.n_fields++;
  }
  inside->next->event(inside->next, &whole);
}

/* Looks into two files, and remembers what came of it. What is equal but for a time that Python
 * goes by differs where Python does other things with the two. */
static void look_at_both(struct inside *inside, const struct event *event,
                         const struct inside_job *job, struct inside_sink *rows,
                         struct inside_result *result)
{
  const struct str bytes[2] = { job->contents[0].bytes, job->contents[1].bytes };
  bool timed;

  if (inside->is_second && recall(inside, event) == KNOWN_PYTHON)
    result->outcome = INSIDE_EQUAL;
  else
    inside_worker_compare(inside->worker, job, rows, result);
  timed = result->outcome == INSIDE_EQUAL && python_has_times(bytes);
  remember(inside, event,
           timed                             ? KNOWN_PYTHON
           : result->outcome == INSIDE_EQUAL ? KNOWN_EQUAL
                                             : KNOWN_DIFFERENT);
  if (timed && !inside_python_same(inside->python, event, bytes, result->reasons))
    result->outcome = INSIDE_HERE;
}

/* contents: NULL: they could not be read. */
static void inside_look(void *context, size_t number, const struct later_content *contents)
{
  struct inside *inside = context;
  const struct event *event = &inside->waiting[number];
  const uint32_t ignore = inside->options->ignore & IGNORE_ALL_SEMANTIC;
  struct inside_job job = {
    .ignore = inside->options->effective ? IGNORE_ALL_SEMANTIC : ignore,
    .patch = inside->options->patch && !inside->is_second,
    .patch_lines = inside->options->patch_lines,
    .heads = inside->next->wants_head_bytes >= INSIDE_HEAD_MAX && !inside->is_second,
  };
  AUTO_FREE struct inside_result *result = xcalloc(1, sizeof(*result));
  struct inside_rows rows;

  if (!contents) {
    for (int side = 0; side < 2; side++)
      snprintf(result->reasons[side], sizeof(result->reasons[side]), "%s",
               "not looked into because its content could not be read a second time, or is too "
               "large (see --max-scale)");
    send_here(inside, event, result);
    return;
  }
  for (int side = 0; side < 2; side++) {
    job.contents[side] = contents[side];
    job.names[side] = event->inputs[side].entry->name;
  }
  inside_rows_init(&rows, event, inside->next, inside->options->policy, &inside->arena);
  rows.uncounted = inside->options->uncounted;
  look_at_both(inside, event, &job, &rows.sink, result);
  if (result->outcome == INSIDE_HERE) {
    send_here(inside, event, result);
    return;
  }
  if (result->outcome == INSIDE_EQUAL && !inside->is_second)
    note_equal(inside, event, result);
  else if (result->outcome == INSIDE_ROWS && rows.seen < result->rows)
    inside_rows_cut(&rows, result->rows - rows.seen);
  if (result->outcome == INSIDE_ROWS && result->untold)
    send_untold(inside, event, &rows);
  send_rest(inside, event);
}

/* ---- the verdict ---- */

struct counter {
  struct event_sink sink; /* first */
  bool any;
};

static void count_event(struct event_sink *sink, const struct event *event)
{
  (void)event;
  ((struct counter *)sink)->any = true;
}

int inside_is_equivalent(struct inside *inside, struct error *err)
{
  struct counter counter = { { .event = count_event }, false };
  struct diff_options options = *inside->options;
  const struct diff_options *before = inside->options;
  struct event_sink *next = inside->next;
  bool failed = false;
  struct diff *diff;

  if (options.sources[0]->fetches_again || options.sources[1]->fetches_again)
    return error_set(err, ERROR_UNSUPPORTED, "its layers would have to be fetched once more");
  options.effective = true;
  options.ignore = IGNORE_ALL_SEMANTIC;
  options.verdict = false;
  options.uncounted = true;
  options.sink = &inside->sink;
  inside->options = &options;
  inside->next = &counter.sink;
  inside->sink.wants_content_digests = false;
  inside->is_second = true;
  inside->later = later_new(&options);
  inside->n_waiting = 0;
  diff = diff_run(&options, &failed, err);
  if (diff && !failed && !counter.any) {
    later_read(inside->later);
    failed = totals_in_time(options.limits->totals, err) < 0;
  }
  later_free(inside->later);
  diff_free(diff);
  inside->options = before;
  inside->next = next;
  return !diff || failed ? -1 : !counter.any;
}

/* ---- the sink ---- */

static void inside_begun(struct event_sink *sink, const struct event_roots *roots)
{
  struct inside *inside = (struct inside *)sink;

  if (!inside->is_second)
    inside->next->begun(inside->next, roots);
}

struct inside *inside_new(const struct diff_options *options, struct later *later)
{
  struct inside *inside = xcalloc(1, sizeof(*inside));

  inside->next = options->sink;
  inside->options = options;
  inside->worker = options->looker;
  inside->later = later;
  inside->python = inside_python_new(options);
  inside->taker = (struct later_taker) { inside_look, inside, inside_worker_max(options->looker) };
  inside->sink = *options->sink;
  inside->sink.event = on_event;
  inside->sink.begun = options->sink->begun ? inside_begun : NULL;
  inside->sink.settled = NULL; /* events wait here until all have come */
  inside->sink.wants_head_bytes = MAX_OF(options->sink->wants_head_bytes, (size_t)HEAD_BYTES);
  return inside;
}

void inside_free(struct inside *inside)
{
  if (!inside)
    return;
  inside_python_free(inside->python);
  free(inside->waiting);
  free(inside->equals);
  map_release(&inside->known);
  arena_release(&inside->arena);
  free(inside);
}

struct event_sink *inside_sink(struct inside *inside)
{
  return &inside->sink;
}

const struct inside_equal *inside_equals(const struct inside *inside, size_t *n)
{
  *n = inside->n_equals;
  return inside->equals;
}
