#include "report/explain/explain_entry.h"

#include <string.h>
#include <sys/stat.h>

#include "evidence/debugging.h"
#include "evidence/described.h"

/* The row of a place inside a file is below that file. */
static bool is_inside(const struct event *event)
{
  return event->parent && event->parent->type == EVENT_TARENTRY;
}

static int64_t time_of(const struct tar_entry *entry)
{
  return entry->mtime.set ? entry->mtime.seconds : 0;
}

static bool both_are(const struct event *event, bool (*fits)(const struct tar_entry *entry))
{
  return event->inputs[0].entry && event->inputs[1].entry && fits(event->inputs[0].entry) &&
         fits(event->inputs[1].entry);
}

void explain_entry_query(const struct event *event, struct cause_query *query)
{
  for (int side = 0; side < 2; side++) {
    const struct tar_entry *entry = event->inputs[side].entry;
    const struct tar_entry *around = is_inside(event) ? event->parent->inputs[side].entry : NULL;

    query->around[side] = around ? time_of(around) : 0;
    if (!entry)
      continue;
    query->path = entry->name;
    query->types[side] = entry->type;
    query->executable = query->executable || (entry->mode & 0111);
    query->changed[side] = time_of(entry);
    query->size[side] = (uint64_t)MAX_OF(entry->size, (int64_t)0);
    query->content[side] = event->inputs[side].head;
  }
  query->order_is_free = event->order_is_free;
  query->same_rest = event->same_rest;
  query->debugging = both_are(event, debugging_is);
  query->described = both_are(event, described_is);
}

/* No umask, clock or order of packages makes a file setuid or setgid, or lets everybody write to it
 * on one side alone: whatever else differs, that is not to be explained away. */
static bool is_privilege(const struct event *event, const struct policy_field *field)
{
  const struct tar_entry *a = event->inputs[0].entry;
  const struct tar_entry *b = event->inputs[1].entry;

  return field->kind == FIELD_MODE && a && b &&
         ((a->mode ^ b->mode) & (S_ISUID | S_ISGID | S_IWOTH)) != 0;
}

/* Whether several fields of the kind may differ, each for another reason. */
static bool is_of_many(enum policy_field_kind kind)
{
  return kind == FIELD_XATTR || kind == FIELD_PAX || kind == FIELD_MEMBER;
}

static bool differs_in(const struct event *event, enum policy_field_kind kind)
{
  struct policy_field field;

  for (size_t i = 0; i < event->n_fields; i++)
    if (event_field_named(event, &event->fields[i], &field) && field.kind == kind)
      return true;
  return false;
}

/* Whether the field is a PAX record that says what the entry's own field says: the reason is that
 * field's if it differs, and the archive's writer if it does not. */
static bool is_record_of(const struct event *event, const struct policy_field *field,
                         bool *field_differs)
{
  enum policy_field_kind kind;

  if (field->kind != FIELD_PAX || !field_of_record(field->name, &kind))
    return false;
  *field_differs = differs_in(event, kind);
  return true;
}

size_t explain_entry_fields(const struct event *event, struct policy_field out[EXPLAIN_FIELDS_MAX],
                            bool *more)
{
  bool seen[N_FIELD_KINDS] = { false };
  size_t n = 0;

  *more = false;
  for (size_t i = 0; i < event->n_fields; i++) {
    struct policy_field field;
    bool told_by_field;

    if (event->fields[i].ignored || !event_field_named(event, &event->fields[i], &field))
      continue;
    if (is_record_of(event, &field, &told_by_field) && told_by_field)
      continue;
    if (field.kind == FIELD_SIZE)
      field.kind = FIELD_CONTENT;
    if (seen[field.kind] && !is_of_many(field.kind))
      continue;
    seen[field.kind] = true;
    if (n < EXPLAIN_FIELDS_MAX)
      out[n++] = field;
    else
      *more = true;
  }
  for (size_t i = 1; i < n; i++)
    for (size_t j = i; j > 0 && out[j].kind < out[j - 1].kind; j--) {
      const struct policy_field other = out[j];

      out[j] = out[j - 1];
      out[j - 1] = other;
    }
  return n;
}

static void leave_field(struct draft *draft, const struct policy_field *field)
{
  struct arena arena = ARENA_INIT;

  draft_leave(draft, field_format(field, &arena));
  arena_release(&arena);
}

/* Whether names of owners count: an engine goes by numbers, but who unpacks an archive in the image
 * goes by names first (tar(1), --numeric-owner). */
static bool counts_by_name(const struct event *event, const struct policy_field *field)
{
  return is_inside(event) && (field->kind == FIELD_UNAME || field->kind == FIELD_GNAME);
}

void explain_entry_field(const struct event *event, struct cause_query *query,
                         const struct policy_field *field, struct draft *draft)
{
  const char types[2] = { query->types[0], query->types[1] };
  enum cause_evidence evidence;
  const struct cause *cause;
  bool told_by_field;

  for (int side = 0; side < 2; side++) /* merged trees have no entries of links, but their files */
    if (field->kind == FIELD_LINKNAME && types[side] == TAR_REGULAR)
      query->types[side] = TAR_LINK;
  query->has_field = true;
  query->field = *field;
  query->restated = is_record_of(event, field, &told_by_field);
  cause = is_privilege(event, field) ? NULL : cause_find(query, &evidence);
  if (cause && counts_by_name(event, field))
    evidence = CAUSE_BY_NAME;
  if (cause)
    draft_add(draft, cause, evidence, cause_strength_of(evidence), NULL);
  else
    leave_field(draft, field);
  memcpy(query->types, types, sizeof(types));
}

bool explain_has_contents(const struct cause_query *query)
{
  return query->content[0].ptr && query->content[1].ptr &&
         query->content[0].len == query->size[0] && query->content[1].len == query->size[1];
}
