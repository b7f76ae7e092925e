/* What the user wants left out of a comparison, by which rule, and why.
 *
 * A policy is a list of rules in an order: policy file, files of --ignore-file, --ignore and
 * --ignore-fields. As in a .gitignore file the last rule that matches decides, a rule "!PATTERN"
 * takes back what earlier ones left out, and what lies in a directory that is left out cannot be
 * taken back.
 *
 * A policy is filled by one thread; then any number may ask it. Nothing is hidden silently: whoever
 * leaves something out because of a rule calls policy_count, and reports list the rules.
 *
 * Rules about causes (--accept) leave nothing out of the comparison: whoever tells what it found
 * asks for them when the causes are known (report/explain/accept.h). */
#ifndef DIFFOCI_POLICY_POLICY_H
#define DIFFOCI_POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "policy/causes.h"
#include "policy/field.h"
#include "policy/pattern.h"

/* Looked for in the working directory. */
#define POLICY_FILE_NAME ".diffoci.yaml"
#define POLICY_COMMAND_LINE "command line"

enum policy_rule_kind {
  POLICY_PATH,   /* entries are left out */
  POLICY_FIELDS, /* fields are left out, of all entries or of those that match */
  POLICY_CAUSE,  /* differences do not count that have this cause and no other */
};

struct policy_rule {
  enum policy_rule_kind kind;
  const char *text;       /* as given, in the grammar of --ignore, --ignore-fields and --accept */
  const char *source;     /* POLICY_COMMAND_LINE, ".diffoci.yaml:7" */
  const char *reason;     /* as given, or NULL */
  bool has_pattern;       /* false: fields of everything */
  struct pattern pattern; /* pattern.never tells if it can match nothing */
  const struct policy_field *fields;
  size_t n_fields;
  const struct cause *cause; /* of POLICY_CAUSE */
  bool likely;               /* also where the cause is not proven */
  uint64_t hidden;           /* differences it hid; read with policy_hidden */
};

/* "path", "fields", "cause": what reports call it. */
const char *policy_kind_name(enum policy_rule_kind kind);

struct policy;

struct policy *policy_new(void);
void policy_free(struct policy *policy); /* NULL allowed */
void cleanup_policy(struct policy **policy);
#define AUTO_POLICY CLEANUP(cleanup_policy) struct policy *

/* Adding rules. All text is copied. reason: NULL, or why. What is wrong is ERROR_USAGE (or
 * ERROR_CORRUPT: no YAML), and says where. */

/* One pattern, as --ignore takes it. */
MUST_CHECK int policy_add_path(struct policy *policy, struct str pattern, const char *source,
                               const char *reason, struct error *err);
/* FIELD[,FIELD...][:PATTERN], as --ignore-fields takes it. */
MUST_CHECK int policy_add_fields(struct policy *policy, struct str text, const char *source,
                                 const char *reason, struct error *err);
/* CAUSE[?][,CAUSE[?]...], as --accept takes it: a rule for each. */
MUST_CHECK int policy_add_causes(struct policy *policy, struct str text, const char *source,
                                 const char *reason, struct error *err);
/* A file with a pattern on every line, like .gitignore. "-" is no special name. */
MUST_CHECK int policy_add_ignore_file(struct policy *policy, const char *path, struct error *err);
/* A policy file; policy_yaml.c begins with one. */
MUST_CHECK int policy_add_file(struct policy *policy, const char *path, struct error *err);
/* POLICY_FILE_NAME in the working directory. 1 if it is not there. Nobody named it, so it has to be
 * one that only the user or root can have written: a regular file and no link, owned by root or the
 * effective user, and not writable by others. What is not so is an error that tells a way out. */
MUST_CHECK int policy_add_default_file(struct policy *policy, struct error *err);
/* The same from memory; name: what messages and sources call it. */
MUST_CHECK int policy_read_lines(struct policy *policy, struct str text, const char *name,
                                 struct error *err);
MUST_CHECK int policy_read_yaml(struct policy *policy, struct str text, const char *name,
                                struct error *err);

/* Asking. A NULL policy has no rules. Paths are as in the image: leading "/" and "./" do not count.
 */

bool policy_is_empty(const struct policy *policy);
/* Whether any rule leaves out entries as a whole. */
bool policy_has_paths(const struct policy *policy);
/* The rule that leaves out the entry as a whole (or a directory it lies in), or NULL. Does not
 * count. */
struct policy_rule *policy_hides_path(const struct policy *policy, struct str path, bool is_dir);
/* The rule that leaves out this field of this entry, or NULL. Of an image's documents: path is
 * empty. Does not ask whether the path is left out as a whole. Does not count. */
struct policy_rule *policy_hides_field(const struct policy *policy,
                                       const struct policy_field *field, struct str path,
                                       bool is_dir);
/* Whether there are rules about causes. */
bool policy_has_causes(const struct policy *policy);
/* The first rule that accepts differences of this cause, found with this strength, or NULL. One
 * that is a part of what differs is never accepted. Does not count. */
struct policy_rule *policy_accepts_cause(const struct policy *policy, const struct cause *cause,
                                         enum cause_strength strength);
/* One more difference was hidden by the rule: an entry for POLICY_PATH, a field of an entry or
 * document for POLICY_FIELDS, a difference for POLICY_CAUSE. From any thread. */
void policy_count(struct policy_rule *rule);
uint64_t policy_hidden(const struct policy_rule *rule);
/* All rules, in their order; *n: how many. Valid until one is added. */
struct policy_rule *const *policy_rules(const struct policy *policy, size_t *n);
/* SHA-256 of what the rules say: of each its kind, a tab, its text, a newline. NULL: of no rules.
 */
struct digest policy_digest(const struct policy *policy);

#endif
