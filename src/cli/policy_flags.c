#include "cli/policy_flags.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "report/about.h"

/* What is wrong in a file is no wrong use of the program. */
static int of_file(int result, struct error *err)
{
  if (result < 0 && err->code == ERROR_USAGE)
    err->code = ERROR_CORRUPT;
  return result;
}

static int add_policy_file(struct policy *policy, const char *path, struct error *err)
{
  if (!path)
    return of_file(policy_add_default_file(policy, err), err);
  if (strcmp(path, "none") == 0)
    return 0;
  return of_file(policy_add_file(policy, path, err), err);
}

static int add_all(struct policy *policy, const struct policy_flags *given, struct error *err)
{
  if (add_policy_file(policy, given->policy, err))
    return -1;
  for (size_t i = 0; i < given->ignore_files.n; i++)
    if (of_file(policy_add_ignore_file(policy, given->ignore_files.items[i], err), err))
      return -1;
  for (size_t i = 0; i < given->ignore.n; i++)
    if (policy_add_path(policy, str_of(given->ignore.items[i]), POLICY_COMMAND_LINE, NULL, err))
      return error_wrap(err, "flag --ignore");
  for (size_t i = 0; i < given->ignore_fields.n; i++)
    if (policy_add_fields(policy, str_of(given->ignore_fields.items[i]), POLICY_COMMAND_LINE, NULL,
                          err))
      return error_wrap(err, "flag --ignore-fields");
  return 0;
}

static void warn_of_useless(const struct policy *policy)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);

  for (size_t i = 0; i < n; i++) {
    AUTO_BUF line = BUF_INIT(INT_MAX);

    if (!rules[i]->has_pattern || !rules[i]->pattern.never)
      continue;
    escape_terminal(&line, str_of(rules[i]->source));
    buf_puts(&line, ": \"");
    escape_terminal(&line, str_of(rules[i]->text));
    fprintf(stderr, "diffoci: warning: %s\" matches nothing: %s\n", line.ptr,
            rules[i]->pattern.never);
  }
}

int policy_flags_read(const struct policy_flags *given, struct policy **out, struct error *err)
{
  AUTO_POLICY policy = policy_new();

  if (add_all(policy, given, err))
    return -1;
  warn_of_useless(policy);
  *out = policy_is_empty(policy) ? NULL : steal_pointer(&policy);
  return 0;
}

void policy_flags_summary(const struct policy *policy)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  about_rules(&text, policy, "diffoci: ");
  if (text.len)
    fputs(text.ptr, stderr);
}
