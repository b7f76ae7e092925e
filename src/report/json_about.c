#include "report/json_about.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "diff/verdict.h"
#include "policy/policy.h"
#include "report/explain.h"
#include "report/jsonout.h"

static void text_member(struct writer *writer, const char *key, const char *value)
{
  writer_printf(writer, ",\"%s\":", key);
  jsonout_string(writer, str_of(value));
}

static void write_rules(struct writer *writer, const struct policy *policy)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);

  writer_puts(writer, ",\n\"rules\":[");
  for (size_t i = 0; i < n; i++) {
    writer_puts(writer, i ? ",\n{" : "\n{");
    writer_printf(writer, "\"hidden\":%" PRIu64 ",\"kind\":\"%s\"", policy_hidden(rules[i]),
                  rules[i]->kind == POLICY_PATH ? "path" : "fields");
    text_member(writer, "text", rules[i]->text);
    text_member(writer, "source", rules[i]->source);
    if (rules[i]->reason)
      text_member(writer, "reason", rules[i]->reason);
    writer_putc(writer, '}');
  }
  writer_putc(writer, ']');
}

static void write_cause(struct writer *writer, const struct explain_count *count)
{
  const struct cause *cause = count->cause;
  const char *const *sources = cause_sources(cause);

  writer_printf(writer, "{\"differences\":%" PRIu64, count->differences);
  text_member(writer, "id", cause_id(cause));
  text_member(writer, "title", cause_title(cause));
  text_member(writer, "text", cause_text(cause));
  text_member(writer, "fix", cause_fix(cause));
  writer_puts(writer, ",\"sources\":[");
  for (size_t i = 0; sources[i]; i++) {
    if (i)
      writer_putc(writer, ',');
    jsonout_string(writer, str_of(sources[i]));
  }
  writer_puts(writer, "]}");
}

static void write_causes(struct writer *writer, const struct explain *explain)
{
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  uint64_t unexplained = 0;
  const size_t n = explain_counts(explain, counts, &unexplained);

  writer_puts(writer, ",\n\"causes\":[");
  for (size_t i = 0; i < n; i++) {
    writer_puts(writer, i ? ",\n" : "\n");
    write_cause(writer, &counts[i]);
  }
  writer_printf(writer, "],\n\"unexplained\":%" PRIu64, unexplained);
}

static void write_verdict(struct writer *writer, const struct verdict *verdict)
{
  char text[DIGEST_MAX_TEXT];

  writer_printf(writer, ",\n\"verdict\":{\"verdict\":\"%s\",\"digests\":[",
                verdict_name(verdict->level));
  for (int side = 0; side < 2; side++)
    writer_printf(writer, "%s\"%s\"", side ? "," : "",
                  digest_format(&verdict->digests[side], text));
  writer_putc(writer, ']');
  if (verdict->open != VERDICT_UNKNOWN) {
    writer_printf(writer, ",\"unknown\":\"%s\"", verdict_name(verdict->open));
    text_member(writer, "reason", verdict->why);
  }
  if (verdict->shows)
    writer_puts(writer, ",\"effective\":false");
  writer_putc(writer, '}');
}

void json_about_write(struct writer *writer, const struct report_about *about)
{
  if (about && about->verdict)
    write_verdict(writer, about->verdict);
  if (about && !policy_is_empty(about->policy))
    write_rules(writer, about->policy);
  if (about && about->explain)
    write_causes(writer, about->explain);
}
