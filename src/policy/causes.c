#include "policy/causes.h"

#include <string.h>

#include "policy/cause_table.h"

const char *cause_id(const struct cause *cause)
{
  return cause->id;
}

const char *cause_title(const struct cause *cause)
{
  return cause->title;
}

const char *cause_text(const struct cause *cause)
{
  return cause->text;
}

const char *cause_fix(const struct cause *cause)
{
  return cause->fix;
}

const char *const *cause_sources(const struct cause *cause)
{
  return cause->sources;
}

bool cause_is_harmless(const struct cause *cause)
{
  return cause->harmless;
}

bool cause_is_consequence(const struct cause *cause)
{
  return strcmp(cause->id, "consequence") == 0;
}

bool cause_is_real(const struct cause *cause)
{
  return strcmp(cause->id, "real-change") == 0;
}

bool cause_has_paths(const struct cause *cause)
{
  for (size_t i = 0; i < n_cause_rules; i++)
    if (cause_rules[i].cause == cause && cause_rules[i].pattern)
      return true;
  return false;
}

const struct cause *cause_named(struct str id)
{
  for (size_t i = 0; i < n_causes; i++)
    if (str_equal(id, str_of(cause_table[i].id)))
      return &cause_table[i];
  return NULL;
}

enum cause_strength cause_strength_of(enum cause_evidence evidence)
{
  return evidence == CAUSE_BY_FIELD || evidence == CAUSE_BY_CONTENT ? CAUSE_PROVEN : CAUSE_LIKELY;
}

const char *cause_strength_name(enum cause_strength strength)
{
  static const char *const names[N_CAUSE_STRENGTHS] = { "likely", "part", "proven" };

  return names[strength];
}

size_t causes_count(void)
{
  return n_causes;
}

const struct cause *cause_at(size_t i)
{
  return &cause_table[i];
}

size_t cause_index(const struct cause *cause)
{
  return (size_t)(cause - cause_table);
}

static bool explains_field(const struct cause *cause, const struct cause_query *query)
{
  if (!(cause->kinds >> query->field.kind & 1))
    return false;
  for (size_t i = 0; i < cause->n_fields; i++)
    if (field_covers(&cause->fields[i], &query->field) &&
        (!query->restated || cause->fields[i].kind == FIELD_PAX))
      return true;
  return false;
}

static bool explains_types(const struct cause *cause, const struct cause_query *query)
{
  return !cause->types || (query->types[0] && strchr(cause->types, query->types[0])) ||
         (query->types[1] && strchr(cause->types, query->types[1]));
}

/* A hard link to a directory does not exist; what is absent on one side is what the other says. */
static bool is_directory(const struct cause_query *query)
{
  return (query->types[0] ? query->types[0] : query->types[1]) == '5';
}

/* All but the contents. */
static bool rule_fits(const struct cause_rule *rule, const struct cause_query *query,
                      const struct path_parts *path)
{
  return explains_field(rule->cause, query) && explains_types(rule->cause, query) &&
         (!rule->pattern || pattern_matches_parts(rule->pattern, path, is_directory(query)));
}

static bool content_differs(const struct cause_query *query)
{
  return query->field.kind == FIELD_CONTENT || query->field.kind == FIELD_SIZE;
}

static bool knows_content(const struct cause_query *query)
{
  return query->content[0].ptr && query->content[1].ptr;
}

/* What these fields say is told whole by their names: times, who wrote an archive, order where that
 * means nothing. That a path, type, mode, owner or attribute differs may have any reason, and so
 * has that a record does of which it is not known that it means nothing. */
static enum cause_evidence evidence_of_name(const struct cause *cause,
                                            const struct cause_query *query)
{
  if (query->field.kind == FIELD_PAX && !cause->harmless)
    return CAUSE_BY_NAME;
  if (query->field.kind == FIELD_ORDER && !query->order_is_free)
    return CAUSE_BY_NAME;
  switch (query->field.kind) {
  case FIELD_UNAME:
  case FIELD_GNAME:
  case FIELD_PAX:
  case FIELD_MTIME:
  case FIELD_ATIME:
  case FIELD_CTIME:
  case FIELD_ORDER:
  case FIELD_FORMAT:
  case FIELD_CONFIG:
  case FIELD_ANNOTATION:
  case FIELD_DOCUMENT:
    return CAUSE_BY_FIELD;
  default:
    return CAUSE_BY_NAME;
  }
}

const struct cause *cause_find(const struct cause_query *query, enum cause_evidence *evidence)
{
  const bool look = query->has_field && content_differs(query) && knows_content(query);
  struct path_parts path;

  path_split(&path, query->path);
  for (size_t i = 0; i < n_cause_rules && query->has_field; i++) {
    const struct cause_rule *rule = &cause_rules[i];
    const struct cause *cause = rule->cause;
    bool first_only = false;

    if (!rule_fits(rule, query, &path))
      continue;
    if (cause->n_tests && !look && !rule->pattern)
      continue;
    if (cause->n_tests && look &&
        !cause_tests_hold(cause->tests, cause->n_tests, query, &first_only))
      continue;
    if (evidence)
      *evidence = !cause->n_tests || !look ? evidence_of_name(cause, query)
                  : first_only             ? CAUSE_BY_FIRST_DIFFERENCE
                                           : CAUSE_BY_CONTENT;
    return cause;
  }
  return NULL;
}
