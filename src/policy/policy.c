#include "policy/policy.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "policy/policy_rules.h"

void policy_free(struct policy *policy)
{
  if (!policy)
    return;
  arena_release(&policy->arena);
  free(policy->rules);
  free(policy);
}

void cleanup_policy(struct policy **policy)
{
  policy_free(*policy);
}

struct policy *policy_new(void)
{
  return xcalloc(1, sizeof(struct policy));
}

const char *policy_kind_name(enum policy_rule_kind kind)
{
  static const char *const names[] = { "path", "fields", "cause" };

  return names[kind];
}

bool policy_is_empty(const struct policy *policy)
{
  return !policy || !policy->n;
}

bool policy_has_paths(const struct policy *policy)
{
  return policy && policy->n_path_rules;
}

bool policy_has_causes(const struct policy *policy)
{
  return policy && policy->n_cause_rules;
}

struct policy_rule *policy_accepts_cause(const struct policy *policy, const struct cause *cause,
                                         enum cause_strength strength)
{
  for (size_t i = 0; policy_has_causes(policy) && i < policy->n; i++) {
    struct policy_rule *rule = policy->rules[i];

    if (rule->kind == POLICY_CAUSE && rule->cause == cause &&
        (strength == CAUSE_PROVEN || (strength == CAUSE_LIKELY && rule->likely)))
      return rule;
  }
  return NULL;
}

struct policy_rule *const *policy_rules(const struct policy *policy, size_t *n)
{
  *n = policy ? policy->n : 0;
  return policy ? policy->rules : NULL;
}

struct digest policy_digest(const struct policy *policy)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);

  for (size_t i = 0; i < n; i++)
    buf_printf(&text, "%s\t%s\n", policy_kind_name(rules[i]->kind), rules[i]->text);
  return digest_of(DIGEST_SHA256, text.ptr ? text.ptr : "", text.len);
}

void policy_count(struct policy_rule *rule)
{
  __atomic_add_fetch(&rule->hidden, 1, __ATOMIC_RELAXED);
}

uint64_t policy_hidden(const struct policy_rule *rule)
{
  return __atomic_load_n(&rule->hidden, __ATOMIC_RELAXED);
}

/* ---- deciding ---- */

/* A rule that may have a say about a path, and how far its pattern has come. */
struct candidate {
  struct policy_rule *rule;
  uint64_t state;
};

enum { FEW_CANDIDATES = 64 };

struct candidates {
  struct candidate few[FEW_CANDIDATES];
  struct candidate *items; /* few, or allocated */
  size_t n;
};

static void candidates_init(struct candidates *list, const struct policy *policy)
{
  list->n = 0;
  list->items = list->few;
  if (policy->n > FEW_CANDIDATES)
    list->items = xmalloc(policy->n * sizeof(*list->items));
}

static void candidates_add(struct candidates *list, struct policy_rule *rule)
{
  uint64_t state = rule->has_pattern ? pattern_start(&rule->pattern) : 0;

  if (state || !rule->has_pattern)
    list->items[list->n++] = (struct candidate) { rule, state };
}

/* The last one that matches the components so far; takes all of them one component further. */
static struct policy_rule *last_match(struct candidates *list, struct str component, bool is_dir,
                                      bool is_last)
{
  struct policy_rule *found = NULL;

  for (size_t i = 0; i < list->n; i++) {
    struct candidate *item = &list->items[i];
    const struct pattern *pattern = &item->rule->pattern;

    if (!item->rule->has_pattern) {
      /* It is about every entry, not about a directory and so all that is in it. */
      found = is_last ? item->rule : found;
      continue;
    }
    if (!item->state)
      continue;
    item->state = pattern_step(pattern, item->state, component);
    if (pattern_accepts(pattern, item->state, is_dir))
      found = item->rule;
  }
  return found;
}

static bool takes_back(const struct policy_rule *rule)
{
  return rule->has_pattern && rule->pattern.negated;
}

/* From the root down, so that what a directory says holds for all in it. */
static struct policy_rule *policy_decide(struct candidates *list, struct str path, bool is_dir)
{
  struct policy_rule *found = NULL;
  struct str component;
  bool last = false;
  bool any = false;

  while (list->n && !last && path_component(&path, &component, &last)) {
    any = true;
    found = last_match(list, component, is_dir || !last, last);
    if (found && !takes_back(found))
      return found;
  }
  /* The root directory, or a document: no pattern matches it. */
  for (size_t i = 0; i < list->n && !any; i++)
    if (!list->items[i].rule->has_pattern)
      found = list->items[i].rule;
  return found && !takes_back(found) ? found : NULL;
}

static struct policy_rule *decide_and_free(struct candidates *list, struct str path, bool is_dir)
{
  struct policy_rule *found = policy_decide(list, path, is_dir);

  if (list->items != list->few)
    free(list->items);
  return found;
}

struct policy_rule *policy_hides_path(const struct policy *policy, struct str path, bool is_dir)
{
  struct candidates list;

  if (!policy || !policy->n_path_rules)
    return NULL;
  candidates_init(&list, policy);
  for (size_t i = 0; i < policy->n; i++)
    if (policy->rules[i]->kind == POLICY_PATH)
      candidates_add(&list, policy->rules[i]);
  return decide_and_free(&list, path, is_dir);
}

/* A rule about paths names none. */
static bool names_field(const struct policy_rule *rule, const struct policy_field *field)
{
  for (size_t i = 0; i < rule->n_fields; i++)
    if (field_covers(&rule->fields[i], field))
      return true;
  return false;
}

struct policy_rule *policy_hides_field(const struct policy *policy,
                                       const struct policy_field *field, struct str path,
                                       bool is_dir)
{
  struct candidates list;

  if (!policy || policy->n == policy->n_path_rules + policy->n_cause_rules)
    return NULL;
  candidates_init(&list, policy);
  for (size_t i = 0; i < policy->n; i++)
    if (names_field(policy->rules[i], field))
      candidates_add(&list, policy->rules[i]);
  return decide_and_free(&list, path, is_dir);
}
