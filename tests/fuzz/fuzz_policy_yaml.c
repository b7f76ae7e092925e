/* A policy file, the same bytes as a file of patterns and as values of the command line's flags,
 * and questions to what came of them. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Only what a rule names is accepted, and never a cause of a part. */
static void ask_causes(const struct policy *policy)
{
  for (size_t i = 0; i < causes_count(); i++) {
    const struct cause *cause = cause_at(i);

    for (int strength = 0; strength < N_CAUSE_STRENGTHS; strength++) {
      const struct policy_rule *rule =
          policy_accepts_cause(policy, cause, (enum cause_strength)strength);

      if (rule && (rule->kind != POLICY_CAUSE || rule->cause != cause || strength == CAUSE_PART ||
                   (strength == CAUSE_LIKELY && !rule->likely)))
        __builtin_trap();
      if (policy_accepts_cause(policy, cause, CAUSE_LIKELY) &&
          !policy_accepts_cause(policy, cause, CAUSE_PROVEN))
        __builtin_trap();
    }
  }
}

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
    if (!rules[i]->text || !rules[i]->source || !*policy_kind_name(rules[i]->kind))
      __builtin_trap();
  ask_causes(policy);
  (void)policy_digest(policy);
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

/* What is read of a file is what is read of its bytes. */
static void read_files(const struct policy *yaml, const struct policy *lines, struct str text)
{
  AUTO_POLICY from_file = policy_new();
  AUTO_POLICY from_lines = policy_new();
  const int fd = memfd_create("policy", MFD_CLOEXEC);
  struct digest digests[4];
  char path[64];
  struct error err;

  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len)
    __builtin_trap();
  (void)!policy_add_file(from_file, path, &err);
  (void)!policy_add_ignore_file(from_lines, path, &err);
  close(fd);
  digests[0] = policy_digest(yaml);
  digests[1] = policy_digest(from_file);
  digests[2] = policy_digest(lines);
  digests[3] = policy_digest(from_lines);
  if (!digest_equal(&digests[0], &digests[1]) || !digest_equal(&digests[2], &digests[3]))
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
  read_files(from_yaml, from_lines, text);
  read_flags(from_flags, text);
  ask(from_flags);
  return 0;
}
