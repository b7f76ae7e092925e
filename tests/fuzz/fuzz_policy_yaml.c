/* A policy file, the same bytes as a file of patterns and as values of the command line's flags,
 * and questions to what came of them. */
#include <stdint.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct policy *policy)
{
  static const char *const paths[] = { "usr/lib/x.pyc", "./var/log/a/b", "/", "a" };
  struct policy_rule *const *rules;
  size_t n;

  for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    for (int kind = 0; kind < N_FIELD_KINDS; kind++) {
      const struct policy_field field = { (enum policy_field_kind)kind, STR("mtime") };
      struct policy_rule *rule = policy_hides_field(policy, &field, str_of(paths[i]), i % 2);

      if (rule)
        policy_count(rule);
    }
    (void)policy_hides_path(policy, str_of(paths[i]), i % 2);
  }
  rules = policy_rules(policy, &n);
  for (size_t i = 0; i < n; i++)
    if (!rules[i]->text || !rules[i]->source)
      __builtin_trap();
}

/* As --ignore, --ignore-fields and --accept have them. */
static void read_flags(struct policy *policy, struct str text)
{
  struct error err = { 0 };

  if (policy_add_path(policy, text, "fuzz", NULL, &err) && !err.message[0])
    __builtin_trap();
  err.message[0] = '\0';
  if (policy_add_fields(policy, text, "fuzz", NULL, &err) && !err.message[0])
    __builtin_trap();
  err.message[0] = '\0';
  if (policy_add_causes(policy, text, "fuzz", NULL, &err) && !err.message[0])
    __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_POLICY from_flags = policy_new();
  AUTO_POLICY from_yaml = policy_new();
  AUTO_POLICY from_lines = policy_new();
  const struct str text = { (const char *)data, size };
  struct error err = { 0 };

  if (policy_read_yaml(from_yaml, text, "fuzz", &err) && !err.message[0])
    __builtin_trap();
  err.message[0] = '\0';
  if (policy_read_lines(from_lines, text, "fuzz", &err) && !err.message[0])
    __builtin_trap();
  ask(from_yaml);
  ask(from_lines);
  read_flags(from_flags, text);
  ask(from_flags);
  return 0;
}
