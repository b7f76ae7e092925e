#include "report/explain.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "report/explain_late.h"

/* Numbers of events: 0, then one for each cause and kind of evidence, then those whose cause is
 * looked for later. */
struct explain {
  uint64_t *found; /* how many events have which number, of the first two kinds */
  size_t n_found;
  struct explain_late late;
};

struct explain *explain_new(void)
{
  struct explain *explain = xcalloc(1, sizeof(*explain));

  explain->n_found = 1 + N_CAUSE_EVIDENCES * causes_count();
  explain->found = xcalloc(explain->n_found, sizeof(*explain->found));
  return explain;
}

void explain_free(struct explain *explain)
{
  if (!explain)
    return;
  explain_late_release(&explain->late);
  free(explain->found);
  free(explain);
}

static struct explanation find(const struct cause_query *query)
{
  struct explanation found = { NULL, CAUSE_BY_NAME };

  found.cause = cause_find(query, &found.evidence);
  return found;
}

/* ---- documents ---- */

static struct str last_part(struct str name)
{
  const char *dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;

  return dot ? str_skip(name, (size_t)(dot - name.ptr) + 1) : name;
}

/* What says something about other bytes: it differs since those do. */
static bool is_consequence(struct str part)
{
  return str_equal(part, STR("digest")) || str_equal(part, STR("size")) ||
         str_equal(part, STR("data"));
}

/* Whether one of the two is a blob that nobody looks into: then its digest is the difference. */
static bool is_opaque(const struct event *event)
{
  for (int side = 0; side < 2; side++)
    if (event->type == EVENT_DESCRIPTOR && event->inputs[side].descriptor &&
        event->inputs[side].descriptor->kind == MEDIA_OTHER)
      return true;
  return false;
}

/* The field of a manifest or an index may be one of a descriptor in it: "layers[0].digest". */
static bool document_field(const struct event *event, const struct event_field *field,
                           struct policy_field *out)
{
  static const char annotations[] = ".annotations.";
  const char *found = strstr(field->name, annotations);
  struct str part = last_part(str_of(field->name));

  if (!event_field_named(event, field, out) || out->kind != FIELD_DOCUMENT)
    return true;
  if (found)
    *out = (struct policy_field) { FIELD_ANNOTATION, str_of(found + sizeof(annotations) - 1) };
  else if (is_consequence(part))
    *out = (struct policy_field) { FIELD_DOCUMENT, STR("digest") };
  else
    out->name = part;
  return !(is_consequence(part) && is_opaque(event));
}

/* The cause of the first field, if all have one. */
static struct explanation explain_document(const struct event *event)
{
  struct explanation result = { NULL, CAUSE_BY_NAME };

  for (size_t i = 0; i < event->n_fields; i++) {
    struct cause_query query = { .has_field = true };
    struct explanation found;

    if (event->fields[i].ignored)
      continue;
    if (!document_field(event, &event->fields[i], &query.field))
      return (struct explanation) { NULL, CAUSE_BY_NAME };
    found = find(&query);
    if (!found.cause)
      return found;
    if (!result.cause)
      result = found;
  }
  return result;
}

/* ---- entries ---- */

static void query_of_entry(const struct event *event, struct cause_query *query)
{
  for (int side = 0; side < 2; side++) {
    const struct tar_entry *entry = event->inputs[side].entry;

    if (!entry)
      continue;
    query->path = entry->name;
    query->types[side] = entry->type;
    query->size[side] = (uint64_t)MAX_OF(entry->size, (int64_t)0);
    query->content[side] = event->inputs[side].head;
  }
  query->same_rest = event->same_rest;
  for (size_t i = 0; i < event->n_fields; i++) {
    struct policy_field field;

    if (!event->fields[i].ignored && event_field_named(event, &event->fields[i], &field))
      cause_query_field(query, field);
  }
}

static void query_of_layer(const struct event *event, struct cause_query *query)
{
  if (event->inputs[0].entry || event->inputs[1].entry)
    cause_query_field(query, (struct policy_field) { FIELD_PRESENCE, { NULL, 0 } });
  else /* the number of entries differs since some have no partner */
    cause_query_field(query, (struct policy_field) { FIELD_DOCUMENT, STR("digest") });
}

/* No umask, clock or order of packages makes a file setuid or setgid: whatever else differs, that
 * is not to be explained away. */
static bool is_privilege(const struct event *event)
{
  const struct tar_entry *a = event->inputs[0].entry;
  const struct tar_entry *b = event->inputs[1].entry;
  struct policy_field field;

  if (!a || !b || ((a->mode ^ b->mode) & (S_ISUID | S_ISGID)) == 0)
    return false;
  for (size_t i = 0; i < event->n_fields; i++)
    if (!event->fields[i].ignored && event_field_named(event, &event->fields[i], &field) &&
        field.kind == FIELD_MODE)
      return true;
  return false;
}

static unsigned number_of(struct explanation explanation)
{
  if (!explanation.cause)
    return 0;
  return 1 + N_CAUSE_EVIDENCES * (unsigned)cause_index(explanation.cause) +
         (unsigned)explanation.evidence;
}

unsigned explain_event(struct explain *explain, const struct event *event)
{
  struct cause_query query = { .has_field = false };
  struct explanation found;
  unsigned number;

  if (event->type != EVENT_TARENTRY && event->type != EVENT_LAYER) {
    found = explain_document(event);
  } else if (is_privilege(event)) {
    found = (struct explanation) { NULL, CAUSE_BY_NAME };
  } else {
    query_of_entry(event, &query);
    if (event->type == EVENT_LAYER)
      query_of_layer(event, &query);
    found = find(&query);
    if (explain_late_add(&explain->late, event, &query, found, &number))
      return (unsigned)explain->n_found + number;
  }
  number = number_of(found);
  explain->found[number]++;
  return number;
}

void explain_look_again(struct explain *explain, const struct diff_options *options)
{
  explain_late_look(&explain->late, options);
}

struct explanation explain_get(const struct explain *explain, unsigned number)
{
  if (number == 0)
    return (struct explanation) { NULL, CAUSE_BY_NAME };
  if (number >= explain->n_found)
    return explain_late_get(&explain->late, number - explain->n_found);
  return (struct explanation) { cause_at((number - 1) / N_CAUSE_EVIDENCES),
                                (enum cause_evidence)((number - 1) % N_CAUSE_EVIDENCES) };
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

size_t explain_counts(const struct explain *explain, struct explain_count *out,
                      uint64_t *unexplained)
{
  const size_t n = causes_count();
  AUTO_FREE uint64_t *numbers = xcalloc(explain->n_found, sizeof(*numbers));
  size_t kept = 0;

  for (size_t i = 0; i < explain->n_found; i++)
    numbers[i] = explain->found[i];
  for (size_t i = 0; i < explain->late.n; i++)
    numbers[number_of(explain_late_get(&explain->late, i))]++;
  *unexplained = numbers[0];
  for (size_t i = 0; i < n; i++) {
    uint64_t differences = 0;

    for (size_t evidence = 0; evidence < N_CAUSE_EVIDENCES; evidence++)
      differences += numbers[1 + N_CAUSE_EVIDENCES * i + evidence];

    if (differences)
      out[kept++] = (struct explain_count) { cause_at(i), differences };
  }
  if (kept)
    qsort(out, kept, sizeof(*out), by_count);
  return kept;
}

const char *explain_evidence_name(enum cause_evidence evidence)
{
  return evidence == CAUSE_BY_NAME               ? "name"
         : evidence == CAUSE_BY_FIRST_DIFFERENCE ? "first difference"
                                                 : "content";
}
