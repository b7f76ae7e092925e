#include "report/json/json_about.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "diff/inside/inside.h"
#include "policy/policy.h"
#include "report/explain/explain.h"
#include "report/json/json_run.h"
#include "report/json/jsonout.h"

static void text_member(struct writer *writer, const char *key, const char *value)
{
  writer_printf(writer, ",\"%s\":", key);
  jsonout_string(writer, str_of(value));
}

/* Names are our own and plain. */
static void write_values(struct writer *writer, const struct values *values)
{
  writer_puts(writer, ",\"values\":[");
  for (size_t i = 0; i < values->n; i++) {
    const struct value_pair *value = &values->items[i];

    writer_printf(writer, "%s{\"name\":\"%s\",\"inputs\":[", i ? "," : "", value->name);
    for (int side = 0; side < 2; side++) {
      writer_puts(writer, side ? "," : "");
      if (value->side[side].ptr)
        jsonout_string(writer, value->side[side]);
      else
        writer_puts(writer, "null");
    }
    writer_puts(writer, "]}");
  }
  writer_putc(writer, ']');
  if (values->more)
    writer_printf(writer, ",\"more\":%" PRIu64, values->more);
}

static void write_found(struct writer *writer, const struct explain_found *found)
{
  writer_printf(writer, "{\"id\":\"%s\",\"evidence\":\"%s\",\"strength\":\"%s\"",
                cause_id(found->cause), explain_evidence_name(found->evidence),
                cause_strength_name(found->strength));
  if (found->values && found->values->n)
    write_values(writer, found->values);
  writer_putc(writer, '}');
}

void json_about_event(struct writer *writer, const struct explain *explain, unsigned explanation)
{
  const struct explanation found = explain_get(explain, explanation);

  const bool list = found.n > 1 || found.headless;

  if (found.n && !found.headless) {
    writer_puts(writer, ",\"cause\":");
    write_found(writer, &found.found[0]);
  }
  if (list)
    writer_puts(writer, ",\"causes\":[");
  for (size_t i = 0; i < found.n && list; i++) {
    writer_puts(writer, i ? "," : "");
    write_found(writer, &found.found[i]);
  }
  if (list)
    writer_putc(writer, ']');
  if (*found.left)
    text_member(writer, "left", found.left);
  if (found.harmless)
    writer_puts(writer, ",\"harmless\":true");
}

static void write_cause(struct writer *writer, const struct explain_count *count)
{
  const struct cause *cause = count->cause;
  const char *const *sources = cause_sources(cause);

  writer_printf(writer, "{\"differences\":%" PRIu64, count->differences);
  for (int i = 0; i < N_CAUSE_STRENGTHS; i++)
    writer_printf(writer, ",\"%s\":%" PRIu64, cause_strength_name((enum cause_strength)i),
                  count->by_strength[i]);
  writer_printf(writer, ",\"harmless\":%s", count->harmless ? "true" : "false");
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

static void json_about_write_causes(struct writer *writer, const struct explain *explain)
{
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  const size_t n = explain_counts(explain, counts, &totals);

  writer_puts(writer, ",\n\"causes\":[");
  for (size_t i = 0; i < n; i++) {
    writer_puts(writer, i ? ",\n" : "\n");
    write_cause(writer, &counts[i]);
  }
  writer_printf(writer,
                "],\n\"unexplained\":%" PRIu64 ",\n\"proven\":%" PRIu64 ",\n\"harmless\":%" PRIu64,
                totals.unexplained, totals.proven, totals.harmless);
}

/* Words with spaces between them. */
static void write_words(struct writer *writer, const char *key, const char *words)
{
  writer_printf(writer, ",\"%s\":[", key);
  for (bool first = true; *words; first = false) {
    const size_t len = strcspn(words, " ");

    writer_printf(writer, "%s\"%.*s\"", first ? "" : ",", (int)len, words);
    words += len + (words[len] == ' ');
  }
  writer_putc(writer, ']');
}

/* Each with its proof: what was opened, and by which rules the rest means nothing. */
static void write_equals(struct writer *writer, const struct inside *inside)
{
  char text[DIGEST_MAX_TEXT];
  size_t n;
  const struct inside_equal *equals = inside_equals(inside, &n);

  writer_puts(writer, ",\n\"equalInside\":[");
  for (size_t i = 0; i < n; i++) {
    writer_puts(writer, i ? ",\n{" : "\n{");
    writer_puts(writer, "\"name\":");
    jsonout_string(writer, equals[i].path);
    text_member(writer, "context", equals[i].context);
    writer_puts(writer, ",\"digests\":[");
    for (int side = 0; side < 2; side++)
      writer_printf(writer, "%s\"%s\"", side ? "," : "",
                    digest_format(&equals[i].contents[side], text));
    writer_printf(writer, "],\"members\":%" PRIu64, equals[i].members);
    write_words(writer, "formats", equals[i].formats);
    write_words(writer, "rules", equals[i].rules);
    writer_putc(writer, '}');
  }
  writer_putc(writer, ']');
}

void json_about_write(struct writer *writer, const struct report_about *about,
                      const struct change_totals *totals)
{
  struct json_writer json;

  json_writer_resume(&json, writer, true);
  json_run_members(&json, about);
  json_run_verdict(&json, about);
  json_run_failure(&json, about);
  json_run_notices(&json, about);
  json_run_totals(&json, totals, about);
  json_run_packages(&json, about);
  json_run_rules(&json, about);
  if (about && about->inside)
    write_equals(writer, about->inside);
  if (about && about->explain)
    json_about_write_causes(writer, about->explain);
}
