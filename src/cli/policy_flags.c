#include "cli/policy_flags.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/libc.h"
#include "report/about.h"

/* What is wrong in a file is no wrong use of the program. */
static int of_file(int result, struct error *err)
{
  if (result < 0 && err->code == ERROR_USAGE)
    err->code = ERROR_CORRUPT;
  return result;
}

/* Of a file that is not there, its path alone does not say who asked for it. */
static int of_named(int result, const char *flag, struct error *err)
{
  if (result < 0 && err->sys)
    error_wrap(err, "flag --%s", flag);
  return of_file(result, err);
}

/* The one of the working directory, which came with whatever was checked out or unpacked there: it
 * may not decide unasked what a gate lets pass, and that it is used is always said. */
static int add_unnamed_file(struct policy *policy, const struct policy_flags *given, bool gates,
                            struct error *err)
{
  int result;

  if (gates && given->trust_local != TOGGLE_ON) {
    if (libc_is_there(AT_FDCWD, POLICY_FILE_NAME))
      fputs("diffoci: warning: " POLICY_FILE_NAME
            " is not used with --require and --verdict, but with --policy=" POLICY_FILE_NAME
            " or --trust-local-policy\n",
            stderr);
    return 0;
  }
  result = of_file(policy_add_default_file(policy, err), err);
  if (result == 0)
    fputs("diffoci: using " POLICY_FILE_NAME " of this directory (not with --no-policy)\n", stderr);
  return result < 0 ? -1 : 0;
}

static int add_policy_file(struct policy *policy, const struct policy_flags *given, bool gates,
                           struct error *err)
{
  const bool none =
      given->none == TOGGLE_ON || (given->policy && strcmp(given->policy, "none") == 0);

  if (given->none == TOGGLE_ON && given->policy && strcmp(given->policy, "none") != 0)
    return error_set(err, ERROR_USAGE, "--policy and --no-policy exclude each other");
  if (none)
    return 0;
  if (!given->policy)
    return add_unnamed_file(policy, given, gates, err);
  return of_named(policy_add_file(policy, given->policy, err), "policy", err);
}

static int policy_flags_add_all(struct policy *policy, const struct policy_flags *given, bool gates,
                                struct error *err)
{
  if (add_policy_file(policy, given, gates, err))
    return -1;
  for (size_t i = 0; i < given->ignore_files.n; i++)
    if (of_named(policy_add_ignore_file(policy, given->ignore_files.items[i], err), "ignore-file",
                 err))
      return -1;
  for (size_t i = 0; i < given->ignore.n; i++)
    if (policy_add_path(policy, str_of(given->ignore.items[i]), POLICY_COMMAND_LINE, NULL, err))
      return error_wrap(err, "flag --ignore");
  for (size_t i = 0; i < given->ignore_fields.n; i++)
    if (policy_add_fields(policy, str_of(given->ignore_fields.items[i]), POLICY_COMMAND_LINE, NULL,
                          err))
      return error_wrap(err, "flag --ignore-fields");
  for (size_t i = 0; i < given->accept.n; i++)
    if (policy_add_causes(policy, str_of(given->accept.items[i]), POLICY_COMMAND_LINE, NULL, err))
      return error_wrap(err, "flag --accept");
  return 0;
}

/* Of those in files, which may be shared with other programs: a warning. */
static int check_patterns(const struct policy *policy, struct error *err)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);

  for (size_t i = 0; i < n; i++) {
    AUTO_BUF line = BUF_INIT(INT_MAX);

    if (!rules[i]->has_pattern || !rules[i]->pattern.never)
      continue;
    if (strcmp(rules[i]->source, POLICY_COMMAND_LINE) == 0)
      return error_set(err, ERROR_USAGE, "flag --ignore%s: \"%s\" matches nothing: %s",
                       rules[i]->kind == POLICY_FIELDS ? "-fields" : "", rules[i]->text,
                       rules[i]->pattern.never);
    escape_terminal(&line, str_of(rules[i]->source));
    buf_puts(&line, ": \"");
    escape_terminal(&line, str_of(rules[i]->text));
    fprintf(stderr, "diffoci: warning: %s\" matches nothing: %s\n", line.ptr,
            rules[i]->pattern.never);
  }
  return 0;
}

int policy_flags_read(const struct policy_flags *given, bool gates, struct policy **out,
                      struct error *err)
{
  AUTO_POLICY policy = policy_new();

  if (policy_flags_add_all(policy, given, gates, err) || check_patterns(policy, err))
    return -1;
  *out = policy_is_empty(policy) ? NULL : steal_pointer(&policy);
  return 0;
}

void policy_flags_summary(const struct policy *policy, bool quiet)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  about_rules_that_hid(&text, policy, "diffoci: warning: ");
  if (!quiet)
    about_idle_rules(&text, policy, "diffoci: ");
  if (text.len)
    fputs(text.ptr, stderr);
}
