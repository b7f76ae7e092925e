#include "diff/inside/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/map.h"
#include "diff/inside/inside_files.h"
#include "diff/inside/inside_rows.h"
#include "diff/inside/inside_worker.h"

enum {
  HEAD_BYTES = 64 * 1024, /* tells formats apart */
  BATCH_FILES = 4096,     /* read at once, with… */
};
/* …so many bytes of each side. */
#define BATCH_BYTES (UINT64_C(256) << 20)

/* An event that waits for the contents of its files. */
struct waiting {
  struct event event; /* all that it refers to is in the arena, or lives as long */
  struct inside_content contents[2];
};

struct inside {
  struct event_sink sink; /* first */
  struct event_sink *next;
  const struct diff_options *options;
  struct inside_worker *worker;
  struct arena arena; /* nodes, and what waits */
  struct waiting *waiting;
  size_t n_waiting, cap_waiting;
  struct inside_equal *equals;
  size_t n_equals, cap_equals;
  struct map known; /* the digests of two files -> what came of looking into them */
  bool is_second;   /* the second comparison, for the verdict alone */
};

/* ---- which files ---- */

static bool is_file(const struct tar_entry *entry)
{
  return entry && (entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS ||
                   entry->type == TAR_GNU_SPARSE);
}

static bool is_content(const struct event_field *field)
{
  return strcmp(field->name, "Digest") == 0 || strcmp(field->name, "Size") == 0;
}

/* Two files with contents that differ, and count. */
static bool may_look(const struct event *event)
{
  const struct event_input *inputs = event->inputs;
  bool counts = false;

  if (event->type != EVENT_TARENTRY || !is_file(inputs[0].entry) || !is_file(inputs[1].entry) ||
      !inputs[0].content || !inputs[1].content ||
      digest_equal(inputs[0].content, inputs[1].content))
    return false;
  for (size_t i = 0; i < event->n_fields; i++)
    counts = counts || (strcmp(event->fields[i].name, "Digest") == 0 && !event->fields[i].ignored);
  if (!counts)
    return false;
  if (inputs[0].head.ptr && inputs[1].head.ptr)
    return inside_may_look((const struct str[]) { inputs[0].head, inputs[1].head },
                           (const struct str[]) { inputs[0].entry->name, inputs[1].entry->name });
  return true;
}

/* ---- keeping events ---- */

static void inside_keep(struct inside *inside, const struct event *event)
{
  struct waiting *waiting;

  inside->waiting =
      xgrow(inside->waiting, inside->n_waiting, &inside->cap_waiting, sizeof(*inside->waiting));
  waiting = &inside->waiting[inside->n_waiting++];
  *waiting = (struct waiting) { .contents = { { .fd = -1 }, { .fd = -1 } } };
  event_copy(&waiting->event, event, &inside->arena);
}

/* ---- what was looked into before ---- */

enum { KNOWN_EQUAL = 1, KNOWN_DIFFERENT };

struct known_key {
  unsigned char bytes[2 * 32];
};

static struct known_key inside_key_of(const struct event *event)
{
  struct known_key key;

  for (int side = 0; side < 2; side++)
    memcpy(key.bytes + (size_t)32 * (size_t)side, event->inputs[side].content->bytes, 32);
  return key;
}

/* What is equal is so under --semantic, too; what differs need not. */
static void remember(struct inside *inside, const struct event *event, bool equal)
{
  const struct known_key key = inside_key_of(event);
  const struct str text = { (const char *)key.bytes, sizeof(key.bytes) };
  struct map_entry *entry;

  if (!equal && (inside->options->ignore & IGNORE_ALL_SEMANTIC) != IGNORE_ALL_SEMANTIC)
    return;
  entry = map_put(&inside->known, text);
  if (!entry->value)
    entry->key = arena_str(&inside->arena, text);
  entry->value = (void *)(uintptr_t)(equal ? KNOWN_EQUAL : KNOWN_DIFFERENT);
}

static unsigned recall(const struct inside *inside, const struct event *event)
{
  const struct known_key key = inside_key_of(event);
  const struct map_entry *entry =
      map_find(&inside->known, (struct str) { (const char *)key.bytes, sizeof(key.bytes) });

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
  else if (looks && !known)
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

/* The event without its contents and their sizes, which are told of elsewhere, if anything is left
 * of it that counts. */
static void send_rest(struct inside *inside, const struct event *event)
{
  AUTO_FREE struct event_field *fields = xcalloc(event->n_fields + 1, sizeof(*fields));
  struct event rest = *event;
  bool counts = false;

  rest.n_fields = 0;
  rest.fields = fields;
  for (size_t i = 0; i < event->n_fields; i++) {
    if (is_content(&event->fields[i]))
      continue;
    fields[rest.n_fields++] = event->fields[i];
    counts = counts || !event->fields[i].ignored;
  }
  if (!counts)
    return;
  rest.inputs[0].content = NULL;
  rest.inputs[1].content = NULL;
  inside->next->event(inside->next, &rest);
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

static void inside_look(struct inside *inside, struct waiting *waiting)
{
  const struct event *event = &waiting->event;
  const uint32_t ignore = inside->options->ignore & IGNORE_ALL_SEMANTIC;
  struct inside_job job = { .ignore = inside->options->effective ? IGNORE_ALL_SEMANTIC : ignore };
  AUTO_FREE struct inside_result *result = xcalloc(1, sizeof(*result));
  struct inside_rows rows;

  if (waiting->contents[0].fd < 0 || waiting->contents[1].fd < 0) {
    for (int side = 0; side < 2; side++)
      snprintf(result->reasons[side], sizeof(result->reasons[side]), "%s",
               "not looked into because its content could not be read a second time, or is too "
               "large (see --max-scale)");
    send_here(inside, event, result);
    return;
  }
  for (int side = 0; side < 2; side++) {
    job.contents[side] = waiting->contents[side];
    job.names[side] = event->inputs[side].entry->name;
  }
  inside_rows_init(&rows, event, inside->next, inside->options->policy, &inside->arena);
  rows.uncounted = inside->options->uncounted;
  inside_worker_compare(inside->worker, &job, &rows.sink, result);
  remember(inside, event, result->outcome == INSIDE_EQUAL);
  if (result->outcome == INSIDE_HERE) {
    send_here(inside, event, result);
    return;
  }
  if (result->outcome == INSIDE_EQUAL && !inside->is_second)
    note_equal(inside, event, result);
  else if (result->outcome == INSIDE_ROWS && rows.seen < result->rows)
    inside_rows_cut(&rows, result->rows - rows.seen);
  send_rest(inside, event);
}

static uint64_t largest(const struct waiting *waiting)
{
  const int64_t a = waiting->event.inputs[0].entry->size;
  const int64_t b = waiting->event.inputs[1].entry->size;

  return (uint64_t)MAX_OF(MAX_OF(a, b), (int64_t)0);
}

static void look_at_batch(struct inside *inside, struct waiting *first, size_t n)
{
  AUTO_FREE struct inside_wanted *wanted = xcalloc(n, sizeof(*wanted));
  int fds[2] = { -1, -1 };

  for (int side = 0; side < 2; side++) {
    for (size_t i = 0; i < n; i++)
      wanted[i] = (struct inside_wanted) {
        .layer = first[i].event.inputs[side].layer,
        .position = first[i].event.inputs[side].entry->index,
        .max = inside_worker_max(inside->worker),
        .content = &first[i].contents[side],
      };
    inside_files_read(inside->options, side, wanted, n, &fds[side]);
  }
  for (size_t i = 0; i < n; i++)
    inside_look(inside, &first[i]);
  for (int side = 0; side < 2; side++)
    if (fds[side] >= 0)
      close(fds[side]);
}

/* In the order of the layers, so that each is read as seldom as can be. */
static int by_layer(const void *a, const void *b)
{
  const struct event_input *input_a = &((const struct waiting *)a)->event.inputs[0];
  const struct event_input *input_b = &((const struct waiting *)b)->event.inputs[0];

  if (input_a->layer != input_b->layer)
    return (uintptr_t)input_a->layer < (uintptr_t)input_b->layer ? -1 : 1;
  return (input_a->entry->index > input_b->entry->index) -
         (input_a->entry->index < input_b->entry->index);
}

void inside_finish(struct inside *inside)
{
  size_t at = 0;

  if (inside->n_waiting)
    qsort(inside->waiting, inside->n_waiting, sizeof(*inside->waiting), by_layer);
  while (at < inside->n_waiting) {
    uint64_t bytes = largest(&inside->waiting[at]);
    size_t n = 1;

    while (at + n < inside->n_waiting && n < BATCH_FILES &&
           bytes + largest(&inside->waiting[at + n]) <= BATCH_BYTES)
      bytes += largest(&inside->waiting[at + n++]);
    look_at_batch(inside, &inside->waiting[at], n);
    at += n;
  }
  inside->n_waiting = 0;
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
  diff = diff_run(&options, &failed, err);
  if (diff && !failed)
    inside_finish(inside);
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

struct inside *inside_new(const struct diff_options *options)
{
  struct inside *inside = xcalloc(1, sizeof(*inside));

  inside->next = options->sink;
  inside->options = options;
  inside->worker = options->looker;
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
