#include "report/about.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/escape.h"

void about_rule(struct buf *out, const struct policy_rule *rule)
{
  static const char *const kinds[] = { "", "fields ", "cause " };

  buf_printf(out, "%" PRIu64 ": %s", policy_hidden(rule), kinds[rule->kind]);
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
    buf_puts(out, rules[i]->kind == POLICY_CAUSE ? "accepted " : "left out ");
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

enum { IDS_MAX = 3 }; /* causes named in a column; the others are counted */

void about_cause_ids(struct buf *out, const struct explanation *found)
{
  static const char *const marks[N_CAUSE_STRENGTHS] = {
    [CAUSE_LIKELY] = "?", [CAUSE_PART] = "+?", [CAUSE_PROVEN] = ""
  };

  if (!found->n)
    buf_putc(out, '-');
  for (size_t i = 0; i < found->n && i < IDS_MAX; i++) {
    const struct explain_found *one = &found->found[i];

    buf_printf(out, "%s%s%s", i ? "," : "", cause_id(one->cause), marks[one->strength]);
  }
  if (found->n > IDS_MAX)
    buf_printf(out, ",+%zu", found->n - IDS_MAX);
}

void about_value(struct buf *out, const struct value_pair *value)
{
  if (*value->name)
    buf_printf(out, "%s ", value->name);
  for (int side = 0; side < 2; side++) {
    buf_puts(out, side ? " / " : "");
    if (!value->side[side].ptr)
      buf_puts(out, "(none)");
    else
      escape_terminal(out, value->side[side]);
  }
}

/* "3 proven, 1 likely", where not all are proven. */
static void add_strengths(struct buf *out, const struct explain_count *count)
{
  static const char *const names[N_CAUSE_STRENGTHS] = { [CAUSE_LIKELY] =
                                                            "likely, not looked into whole",
                                                        [CAUSE_PART] = "a part of what differs",
                                                        [CAUSE_PROVEN] = "proven" };
  const char *comma = "          ";

  for (int i = N_CAUSE_STRENGTHS - 1; i >= 0; i--) {
    if (!count->by_strength[i])
      continue;
    buf_printf(out, "%s%" PRIu64 " %s", comma, count->by_strength[i], names[i]);
    comma = ", ";
  }
  buf_putc(out, '\n');
}

static void add_cause(struct buf *out, const struct explain_count *count)
{
  const struct cause *cause = count->cause;
  const bool looked = count->by_strength[CAUSE_LIKELY] < count->differences;

  buf_printf(out, "\n%8" PRIu64 "  %s: %s\n", count->differences, cause_id(cause),
             cause_title(cause));
  add_strengths(out, count);
  buf_printf(out, "          %s%s\n", looked ? "" : "Usually: ", cause_text(cause));
  for (size_t i = 0; count->values && i < count->values->n; i++) {
    buf_puts(out, "          found: ");
    about_value(out, &count->values->items[i]);
    buf_putc(out, '\n');
  }
  buf_printf(out, "          Fix: %s\n", cause_fix(cause));
  for (const char *const *source = cause_sources(cause); *source; source++)
    buf_printf(out, "          %s\n", *source);
}

void about_failure(struct buf *out, const struct report_about *about)
{
  if (!about || !about->failure)
    return;
  buf_puts(out, "not compared to the end: ");
  escape_terminal(out, str_of(about->failure));
  buf_puts(out, "; what was not read is missing here, or is called added or removed");
}

void about_causes(struct buf *out, const struct explain *explain)
{
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  const size_t n = explain_counts(explain, counts, &totals);

  if (!totals.differences)
    return;
  buf_printf(out, "%" PRIu64 " difference%s: %" PRIu64 " with a known cause", totals.differences,
             totals.differences == 1 ? "" : "s", totals.differences - totals.unexplained);
  if (totals.consequences)
    buf_printf(out, " (%" PRIu64 " of these follow%s from others)", totals.consequences,
               totals.consequences == 1 ? "s" : "");
  if (totals.partly)
    buf_printf(out, ", %" PRIu64 " of them in part", totals.partly);
  buf_printf(out, ", %" PRIu64 " without\n", totals.unexplained);
  if (totals.proven)
    buf_printf(out, "%" PRIu64 " proven, %" PRIu64 " of these harmless\n", totals.proven,
               totals.harmless);
  for (size_t i = 0; i < n; i++)
    add_cause(out, &counts[i]);
}
