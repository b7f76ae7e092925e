#include "report/explain/suggest.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "policy/policy.h"
#include "report/explain/accept.h"
#include "report/explain/explain.h"
#include "report/json/jsonout.h"
#include "report/outfile.h"

struct suggest {
  struct report report; /* first */
  char *path;
  unsigned *numbers; /* of events, as explain has them */
  size_t n, cap;
};

/* What a cause would be accepted for. */
struct wanted {
  uint64_t differences;
  bool likely;
};

static void suggest_event(struct report *report, const struct event *event)
{
  struct suggest *suggest = (struct suggest *)report;

  suggest->numbers = xgrow(suggest->numbers, suggest->n, &suggest->cap, sizeof(*suggest->numbers));
  suggest->numbers[suggest->n++] = event->explanation;
}

static bool is_consequence(const struct explanation *found)
{
  return found->n == 1 && cause_is_consequence(found->found[0].cause) && !*found->left;
}

/* Whether rules for its causes would accept it all. */
static bool can_accept(const struct explanation *found)
{
  if (!accept_is_whole(found))
    return false;
  for (size_t i = 0; i < found->n; i++)
    if (cause_is_consequence(found->found[i].cause) ||
        (accept_strength(found, &found->found[i]) == CAUSE_PART &&
         !accept_is_part(found, &found->found[i])))
      return false;
  return true;
}

static void want(struct wanted *wanted, const struct explanation *found)
{
  for (size_t i = 0; i < found->n; i++) {
    const struct explain_found *one = &found->found[i];
    struct wanted *of_cause = &wanted[cause_index(one->cause)];

    if (accept_strength(found, one) == CAUSE_PART)
      continue;
    of_cause->differences++;
    of_cause->likely = of_cause->likely || one->strength == CAUSE_LIKELY;
  }
}

/* ---- writing ---- */

/* A JSON string is one of YAML, too (YAML 1.2.2, section 1.2), but for DEL and the like, which do
 * not stand in rules. */
static void write_pair(struct writer *writer, const char *before, const char *key, const char *text)
{
  writer_printf(writer, "  %s %s: ", before, key);
  jsonout_string(writer, str_of(text));
  writer_putc(writer, '\n');
}

static void write_reason(struct writer *writer, const char *reason)
{
  if (reason)
    write_pair(writer, " ", "reason", reason);
}

static void write_field_rule(struct writer *writer, const struct policy_rule *rule)
{
  const size_t names = strcspn(rule->text, ":");
  struct arena arena = ARENA_INIT;

  writer_puts(writer, "  - fields: [");
  for (size_t i = 0; i < rule->n_fields; i++) {
    writer_puts(writer, i ? ", " : "");
    jsonout_string(writer, str_of(field_format(&rule->fields[i], &arena)));
  }
  writer_puts(writer, "]\n");
  if (rule->has_pattern)
    write_pair(writer, " ", "path", rule->text + names + 1);
  write_reason(writer, rule->reason);
  arena_release(&arena);
}

static void write_rule(struct writer *writer, const struct policy_rule *rule)
{
  if (rule->kind == POLICY_FIELDS) {
    write_field_rule(writer, rule);
    return;
  }
  write_pair(writer, "-", rule->kind == POLICY_PATH ? "path" : "cause", rule->text);
  write_reason(writer, rule->reason);
}

/* Those of one kind; the last kind's list may get more. Returns whether there are any. */
static bool write_rules(struct writer *writer, const struct policy *policy,
                        enum policy_rule_kind kind, const char *key)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);
  bool any = false;

  for (size_t i = 0; i < n; i++) {
    if (rules[i]->kind != kind)
      continue;
    if (!any)
      writer_printf(writer, "%s:\n", key);
    any = true;
    write_rule(writer, rules[i]);
  }
  return any;
}

static void write_cause(struct writer *writer, const struct cause *cause,
                        const struct wanted *wanted)
{
  AUTO_BUF reason = BUF_INIT(INT32_MAX);
  AUTO_BUF id = BUF_INIT(INT32_MAX);

  buf_printf(&id, "%s%s", cause_id(cause), wanted->likely ? "?" : "");
  buf_printf(&reason, "%s%s", wanted->likely ? "Usually; not all of it was looked into: " : "",
             cause_text(cause));
  writer_printf(writer, "  # %" PRIu64 " difference%s: %s. %s\n", wanted->differences,
                wanted->differences == 1 ? "" : "s", cause_title(cause), cause_fix(cause));
  write_pair(writer, "-", "cause", id.ptr);
  write_reason(writer, reason.ptr);
}

static void write_policy(const struct suggest *suggest, struct writer *writer)
{
  const struct report_about *about = suggest->report.about;
  AUTO_FREE struct wanted *wanted = xcalloc(causes_count() + 1, sizeof(*wanted));
  uint64_t left = 0;
  bool any;

  for (size_t i = 0; i < suggest->n; i++) {
    const struct explanation found = explain_get(about->explain, suggest->numbers[i]);

    if (can_accept(&found))
      want(wanted, &found);
    else
      left += !is_consequence(&found);
  }
  writer_puts(writer, "version: 1\n");
  if (left)
    writer_printf(writer,
                  "# %" PRIu64 " difference%s no known cause, or more than that: no rule here "
                  "accepts %s.\n",
                  left, left == 1 ? " has" : "s have", left == 1 ? "it" : "them");
  write_rules(writer, about->policy, POLICY_PATH, "ignore");
  write_rules(writer, about->policy, POLICY_FIELDS, "ignore-fields");
  any = write_rules(writer, about->policy, POLICY_CAUSE, "accept");
  for (size_t i = 0; i < causes_count(); i++) {
    if (!wanted[i].differences)
      continue;
    if (!any)
      writer_puts(writer, "accept:\n");
    any = true;
    write_cause(writer, cause_at(i), &wanted[i]);
  }
}

static int suggest_finish(struct report *report, struct error *err)
{
  const struct suggest *suggest = (const struct suggest *)report;
  struct outfile *file = outfile_open(suggest->path, err);

  if (!file)
    return -1;
  write_policy(suggest, &file->writer);
  return outfile_commit(file, err);
}

static void suggest_free(struct report *report)
{
  struct suggest *suggest = (struct suggest *)report;

  free(suggest->numbers);
  free(suggest->path);
  free(suggest);
}

static const struct report_ops suggest_ops = {
  .event = suggest_event,
  .finish = suggest_finish,
  .free = suggest_free,
};

struct report *report_suggest_make(const char *path, const struct diff_options *options,
                                   const struct output_style *style)
{
  struct suggest *suggest = xcalloc(1, sizeof(*suggest));

  (void)options;
  (void)style;
  suggest->report.ops = &suggest_ops;
  suggest->path = xstrdup(path);
  return &suggest->report;
}
