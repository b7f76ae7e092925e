#include "report/explain/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "report/explain/explain_below.h"
#include "report/explain/explain_content.h"
#include "report/explain/explain_entry.h"
#include "report/explain/explain_late.h"
#include "report/explain/explain_made.h"
#include "report/explain/explain_moved.h"
#include "report/explain/explain_names.h"

/* What a number stands for. Those whose causes are known at once, and have no values, are shared.
 */
struct record {
  struct explanation found;
  uint64_t events;
  bool final; /* nothing more will be known */
};

struct explain {
  struct record *records; /* owned; the first is that of no cause */
  size_t n, cap;
  struct map shared; /* the bytes of a draft -> the position of its record; keys in the arena */
  struct arena arena;
  struct explain_below below;
  struct explain_late late;
  struct explain_made made;
  struct explain_moved moved;
};

static size_t explain_add_record(struct explain *explain, struct explanation found)
{
  explain->records = xgrow(explain->records, explain->n, &explain->cap, sizeof(*explain->records));
  explain->records[explain->n] = (struct record) { .found = found };
  return explain->n++;
}

void explain_free(struct explain *explain)
{
  if (!explain)
    return;
  explain_late_release(&explain->late);
  explain_below_release(&explain->below);
  explain_made_release(&explain->made);
  explain_moved_release(&explain->moved);
  map_release(&explain->shared);
  arena_release(&explain->arena);
  free(explain->records);
  free(explain);
}

uint64_t explain_memory(const struct explain *explain)
{
  const uint64_t shared = map_memory(&explain->shared);

  return explain->cap * sizeof(*explain->records) + shared + explain->arena.total +
         explain->below.cap * sizeof(*explain->below.items) + explain->below.arena.total +
         map_memory(&explain->below.contexts) + explain->late.cap * sizeof(*explain->late.items) +
         explain->late.arena.total + explain->made.cap * sizeof(*explain->made.items) +
         explain->made.arena.total + explain->moved.cap * sizeof(*explain->moved.items) +
         explain->moved.arena.total;
}

static void set_record(void *context, size_t record, struct explanation found)
{
  struct explain *explain = context;

  explain->records[record].found = found;
}

struct explain *explain_new(struct later *later)
{
  struct explain *explain = xcalloc(1, sizeof(*explain));

  explain_late_init(&explain->late, later, set_record, explain);
  explain_add_record(explain, (struct explanation) { .left = "" });
  explain->records[0].final = true;
  return explain;
}

/* The record of what is known now. */
static size_t shared_record(struct explain *explain, const struct draft *draft)
{
  AUTO_BUF bytes = BUF_INIT((size_t)16 * 1024);
  struct map_entry *entry;

  if (!draft->n && !draft->left.len)
    return 0;
  for (size_t i = 0; i < draft->n; i++)
    buf_printf(&bytes, "%zu %d %d %p %d ", cause_index(draft->found[i].cause),
               (int)draft->found[i].evidence, (int)draft->found[i].strength,
               (const void *)draft->found[i].values, draft->found[i].harmless);
  buf_add_str(&bytes, buf_str(&draft->left));
  if (bytes.overflow) /* cut, it could be that of another one */
    return explain_add_record(explain, draft_finish(draft, &explain->arena));
  entry = map_put(&explain->shared, buf_str(&bytes));
  if (entry->value)
    return (size_t)(uintptr_t)entry->value;
  entry->key = arena_str(&explain->arena, buf_str(&bytes));
  entry->value = (void *)(uintptr_t)explain_add_record(
      explain, draft_finish(draft, &explain->arena)); /* never 0 */
  explain->records[(uintptr_t)entry->value].final = true;
  return (size_t)(uintptr_t)entry->value;
}

/* ---- documents ---- */

/* A field of a document: its cause goes to the draft; or, if it follows from others, to *item. */
static void explain_field(struct explain *explain, const struct event *event,
                          const struct event_field *field, struct draft *draft,
                          struct below_item *pending)
{
  struct cause_query query = { .has_field = true };
  enum cause_evidence evidence;
  const struct cause *cause;

  if (explain_names_field(event, field, &query.field) && (cause = cause_find(&query, &evidence))) {
    if (explain_names_follows(&query.field)) {
      pending->kind = BELOW_DOCUMENT;
      pending->cause = pending->cause ? pending->cause : cause;
      explain_names_place(&explain->below, pending, event, field);
    } else {
      draft_add(draft, cause, evidence, cause_strength_of(evidence), NULL);
    }
    return;
  }
  draft_leave(draft, field->name);
}

/* What a descriptor says is not in the blob that it stands for, but in the document around it: not
 * below "/layers-0/", but with it. */
static void note_document(struct explain *explain, const struct event *event)
{
  AUTO_FREE char *around = NULL;

  if (event->type != EVENT_DESCRIPTOR || !strchr(event->context, '/')) {
    explain_below_note(&explain->below, event->context);
    return;
  }
  around = str_dup(path_directory(str_of(event->context)));
  if (*around)
    explain_below_note(&explain->below, around);
}

static size_t explain_document(struct explain *explain, const struct event *event)
{
  AUTO_DRAFT draft = DRAFT_INIT;
  struct below_item pending = { 0 };
  struct below_item *item;

  for (size_t i = 0; i < event->n_fields; i++)
    if (!event->fields[i].ignored)
      explain_field(explain, event, &event->fields[i], &draft, &pending);
  if (draft.n || draft.left.len || !event->n_fields)
    note_document(explain, event);
  if (!pending.kind)
    return shared_record(explain, &draft);
  item = explain_below_add(&explain->below, pending.kind, pending.cause, &draft);
  item->places = pending.places;
  item->n_places = pending.n_places;
  item->depth = pending.depth;
  for (int side = 0; side < 2 && event->type == EVENT_DESCRIPTOR; side++)
    item->blobs[side] = event->inputs[side].descriptor;
  item->record = explain_add_record(explain, (struct explanation) { .left = "" });
  return item->record;
}

/* ---- entries ---- */

static size_t explain_entry(struct explain *explain, const struct event *event)
{
  struct policy_field fields[EXPLAIN_FIELDS_MAX];
  bool more;
  const size_t n = explain_entry_fields(event, fields, &more);
  const bool content = n && fields[0].kind == FIELD_CONTENT;
  struct cause_query query = { .has_field = false };
  AUTO_DRAFT draft = DRAFT_INIT;
  AUTO_DRAFT others = DRAFT_INIT;
  bool whole;
  bool later;

  explain_entry_query(event, &query);
  whole = content && explain_has_contents(&query);
  later = content && !whole && explain_late_wants(&explain->late, event, &query);
  for (size_t i = 1; i < n; i++)
    explain_entry_field(event, &query, &fields[i], &others);
  if (more)
    draft_leave(&others, "further fields");
  if (n) {
    query.has_field = true;
    query.field = fields[0];
  }
  /* The most telling field is what is to be explained: a new owner explains no new content. */
  if (whole)
    explain_content(&query, query.content, &explain->arena, &draft);
  else if (n)
    explain_entry_field(event, &query, &fields[0], &draft);
  if (later)
    explain_late_add(&explain->late, event, &query, draft_finish(&others, &explain->arena),
                     explain->n);
  if (draft.n)
    draft_add_draft(&draft, &others);
  return later || (whole && draft.n)
             ? explain_add_record(explain, draft_finish(&draft, &explain->arena))
             : shared_record(explain, &draft);
}

/* A name on one side only, or more often on one. */
static size_t explain_presence(struct explain *explain, const struct event *event)
{
  const struct policy_field presence = { FIELD_PRESENCE, { NULL, 0 } };
  struct cause_query query = { .has_field = false };
  AUTO_DRAFT draft = DRAFT_INIT;
  size_t record;

  explain_entry_query(event, &query);
  if (!explain_made_buildah(event, &draft) && !explain_made_link(event, &draft))
    explain_entry_field(event, &query, &presence, &draft);
  if (!explain_moved_wants(&explain->moved, event))
    return shared_record(explain, &draft);
  record = explain_add_record(explain, draft_finish(&draft, &explain->arena));
  explain_moved_add(&explain->moved, event, record, explain->records[record].found);
  if (!draft.n && explain_made_wants(&explain->made, event))
    explain_made_add(&explain->made, event, record);
  return record;
}

/* The number of entries differs since some have no partner. */
static size_t explain_length(struct explain *explain, const struct event *event)
{
  struct cause_query query = { .has_field = true, .field = { FIELD_DOCUMENT, STR("digest") } };
  struct draft none = DRAFT_INIT;
  struct below_item *item =
      explain_below_add(&explain->below, BELOW_LENGTH, cause_find(&query, NULL), &none);

  explain_below_place(&explain->below, item, "%s", event->context);
  explain_below_place(&explain->below, item, "%s/", event->context);
  item->record = explain_add_record(explain, (struct explanation) { .left = "" });
  return item->record;
}

/* A row of a layer that is about no entry. */
static size_t explain_layer(struct explain *explain, const struct event *event)
{
  const struct draft none = DRAFT_INIT;

  return event_is_length(event) ? explain_length(explain, event) : shared_record(explain, &none);
}

unsigned explain_event(struct explain *explain, const struct event *event)
{
  const bool lone = event->inputs[0].entry || event->inputs[1].entry;
  size_t record;

  if (event->type == EVENT_TARENTRY)
    record = explain_entry(explain, event);
  else if (event->type != EVENT_LAYER)
    record = explain_document(explain, event);
  else
    record = lone ? explain_presence(explain, event) : explain_layer(explain, event);
  if (event->type == EVENT_TARENTRY || (event->type == EVENT_LAYER && lone))
    explain_below_note(&explain->below, event->context);
  explain->records[record].events++;
  return record < EXPLAIN_MAX ? (unsigned)record : 0;
}

void explain_gather(struct explain *explain)
{
  explain_moved_resolve(&explain->moved, &explain->late, set_record, explain);
}

void explain_settle(struct explain *explain, const struct diff_options *options)
{
  explain_made_resolve(&explain->made, options, set_record, explain);
  explain_below_resolve(&explain->below, options, set_record, explain);
}

void explain_forget(struct explain *explain, unsigned number)
{
  explain->records[MIN_OF((size_t)number, explain->n - 1)].events--;
}

struct explanation explain_get(const struct explain *explain, unsigned number)
{
  return explain->records[MIN_OF((size_t)number, explain->n - 1)].found;
}

struct explanation explain_told(const struct explain *explain, unsigned number)
{
  struct explanation found =
      explain ? explain_get(explain, number) : (struct explanation) { .left = "" };

  if (found.headless)
    found.n = 0;
  return found;
}

bool explain_is_final(const struct explain *explain, unsigned number)
{
  return !explain || explain->records[MIN_OF((size_t)number, explain->n - 1)].final;
}

const char *explain_evidence_name(enum cause_evidence evidence)
{
  static const char *const names[N_CAUSE_EVIDENCES] = {
    [CAUSE_BY_NAME] = "name",
    [CAUSE_BY_FIRST_DIFFERENCE] = "first difference",
    [CAUSE_BY_FIELD] = "field",
    [CAUSE_BY_CONTENT] = "content",
  };

  return names[evidence];
}

/* ---- counts ---- */

static int by_count(const void *a, const void *b)
{
  const struct explain_count *count_a = a;
  const struct explain_count *count_b = b;

  if (count_a->differences != count_b->differences)
    return count_a->differences < count_b->differences ? 1 : -1;
  return cause_index(count_a->cause) < cause_index(count_b->cause) ? -1 : 1;
}

/* Whether what differs is said to be more than the causes account for. */
static bool is_part(const struct explanation *found)
{
  for (size_t i = 0; i < found->n; i++)
    if (found->found[i].strength == CAUSE_PART)
      return true;
  return false;
}

static void count_record(const struct record *record, struct explain_count *counts,
                         struct explain_totals *totals)
{
  const struct explanation *found = &record->found;

  if (!record->events)
    return;
  totals->differences += record->events;
  if (!found->n || found->headless || cause_is_real(found->found[0].cause))
    totals->unexplained += record->events;
  else if (strcmp(cause_id(found->found[0].cause), "consequence") == 0)
    totals->consequences += record->events;
  else if (is_part(found))
    totals->partly += record->events;
  for (size_t i = 0; i < found->n; i++) {
    struct explain_count *count = &counts[cause_index(found->found[i].cause)];

    count->differences += record->events;
    count->by_strength[found->found[i].strength] += record->events;
    if (!count->values)
      count->values = found->found[i].values;
    count->harmless = count->harmless && found->found[i].harmless;
  }
  if (found->proven)
    totals->proven += record->events;
  if (found->harmless)
    totals->harmless += record->events;
}

size_t explain_counts(const struct explain *explain, struct explain_count *out,
                      struct explain_totals *totals)
{
  size_t kept = 0;

  *totals = (struct explain_totals) { 0 };
  for (size_t i = 0; i < causes_count(); i++)
    out[i] =
        (struct explain_count) { .cause = cause_at(i), .harmless = cause_is_harmless(cause_at(i)) };
  for (size_t i = 0; i < explain->n; i++)
    count_record(&explain->records[i], out, totals);
  for (size_t i = 0; i < causes_count(); i++)
    if (out[i].differences)
      out[kept++] = out[i];
  if (kept)
    qsort(out, kept, sizeof(*out), by_count);
  return kept;
}
