/* A policy from inside. Private to policy*.c. */
#ifndef DIFFOCI_POLICY_POLICY_RULES_H
#define DIFFOCI_POLICY_POLICY_RULES_H

#include "policy/policy.h"

enum { POLICY_MAX_FIELDS = 128 }; /* of one rule */

struct policy {
  struct policy_rule **rules; /* in their order; each in the arena */
  size_t n, cap;
  size_t n_path_rules;  /* of n */
  size_t n_cause_rules; /* of n */
  struct arena arena;
};

/* Adds a rule about fields. path: of the rule's pattern, ptr NULL if it has none; text as given. */
MUST_CHECK int policy_add_field_rule(struct policy *policy, const struct policy_field *fields,
                                     size_t n_fields, struct str path, struct str text,
                                     const char *source, const char *reason, struct error *err);

#endif
