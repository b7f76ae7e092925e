#include "report/about.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/escape.h"

void about_rule(struct buf *out, const struct policy_rule *rule)
{
  buf_printf(out, "%" PRIu64 ": %s", policy_hidden(rule),
             rule->kind == POLICY_FIELDS ? "fields " : "");
  escape_terminal(out, str_of(rule->text));
  buf_puts(out, " (");
  escape_terminal(out, str_of(rule->source));
  if (rule->reason) {
    buf_puts(out, ": ");
    escape_terminal(out, str_of(rule->reason));
  }
  buf_putc(out, ')');
}

void about_rules_that_hid(struct buf *out, const struct policy *policy, const char *prefix)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);

  for (size_t i = 0; i < n; i++) {
    if (!policy_hidden(rules[i]))
      continue;
    buf_puts(out, prefix);
    buf_puts(out, "left out ");
    about_rule(out, rules[i]);
    buf_putc(out, '\n');
  }
}

void about_idle_rules(struct buf *out, const struct policy *policy, const char *prefix)
{
  size_t n = 0;
  size_t idle = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);

  for (size_t i = 0; i < n; i++)
    idle += !policy_hidden(rules[i]);
  if (idle)
    buf_printf(out, "%sleft out nothing: %zu %srule%s\n", prefix, idle, idle < n ? "other " : "",
               idle == 1 ? "" : "s");
}

void about_rules(struct buf *out, const struct policy *policy, const char *prefix)
{
  about_rules_that_hid(out, policy, prefix);
  about_idle_rules(out, policy, prefix);
}

static void add_cause(struct buf *out, const struct explain_count *count)
{
  const struct cause *cause = count->cause;

  buf_printf(out, "\n%8" PRIu64 "  %s: %s\n          %s\n          Fix: %s\n", count->differences,
             cause_id(cause), cause_title(cause), cause_text(cause), cause_fix(cause));
  for (const char *const *source = cause_sources(cause); *source; source++)
    buf_printf(out, "          %s\n", *source);
}

void about_causes(struct buf *out, const struct explain *explain)
{
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  uint64_t unexplained = 0;
  uint64_t explained = 0;
  const size_t n = explain_counts(explain, counts, &unexplained);

  for (size_t i = 0; i < n; i++)
    explained += counts[i].differences;
  if (!explained && !unexplained)
    return;
  buf_printf(out, "%" PRIu64 " difference%s: %" PRIu64 " with a known cause, %" PRIu64 " without\n",
             explained + unexplained, explained + unexplained == 1 ? "" : "s", explained,
             unexplained);
  for (size_t i = 0; i < n; i++)
    add_cause(out, &counts[i]);
}
