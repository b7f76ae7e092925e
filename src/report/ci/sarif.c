#include "report/ci/sarif.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/version.h"
#include "report/changes/listing.h"
#include "report/changes/totals.h"
#include "report/explain/explain.h"
#include "report/json/json_run.h"

enum { MOST_RESULTS = 5000 };

void sarif_uri(struct buf *out, struct str path)
{
  static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "-._~/";

  while (path.len > 0 && (path.ptr[0] == '/' || str_has_prefix(path, STR("./"))))
    path = str_skip(path, path.ptr[0] == '/' ? 1 : 2);
  for (size_t i = 0; i < path.len; i++) {
    if (path.ptr[i] && strchr(unreserved, path.ptr[i]))
      buf_putc(out, path.ptr[i]);
    else
      buf_printf(out, "%%%02X", (unsigned)(unsigned char)path.ptr[i]);
  }
}

/* The rule of a difference without a known cause, by its kind. */
static const char *const kind_rules[][2] = {
  [CHANGE_ADDED] = { "added", "a file that only the second image has" },
  [CHANGE_REMOVED] = { "removed", "a file that only the first image has" },
  [CHANGE_CONTENT] = { "changed", "a file whose content, type or target differs" },
  [CHANGE_METADATA] = { "metadata", "a file of which something else than the content differs" },
  [CHANGE_IMAGE] = { "image", "a setting of the image that differs" },
};

static const char *rule_of(const struct listing *listing, const struct change *change)
{
  struct explain_found own;
  const struct explanation causes = listing_causes(listing, change, &own);

  return causes.n ? cause_id(causes.found[0].cause) : kind_rules[change->kind][0];
}

static void write_rule(struct json_writer *json, const char *id, const char *title,
                       const char *text, const char *fix)
{
  json_object_open(json, NULL);
  json_write_text(json, "id", id);
  json_object_open(json, "shortDescription");
  json_write_text(json, "text", title);
  json_object_close(json);
  if (text) {
    json_object_open(json, "fullDescription");
    json_write_text(json, "text", text);
    json_object_close(json);
  }
  if (fix) {
    json_object_open(json, "help");
    json_write_text(json, "text", fix);
    json_object_close(json);
  }
  json_object_close(json);
}

static void sarif_write_rules(struct json_writer *json, const struct listing *listing)
{
  const struct report_about *about = listing->report.about;

  json_array_open(json, "rules");
  for (size_t kind = 0; kind < N_CHANGE_KINDS; kind++)
    write_rule(json, kind_rules[kind][0], kind_rules[kind][1], NULL, NULL);
  if (about && about->explain) {
    AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
    struct explain_totals totals;
    const size_t n = explain_counts(about->explain, counts, &totals);

    for (size_t i = 0; i < n; i++)
      write_rule(json, cause_id(counts[i].cause), cause_title(counts[i].cause),
                 cause_text(counts[i].cause), cause_fix(counts[i].cause));
  }
  json_array_close(json);
}

static const char *level_of(const struct listing *listing, const struct change *change)
{
  struct explain_found own;
  const struct explanation causes = listing_causes(listing, change, &own);

  if (change->weight >= WEIGHT_CONFIG)
    return "error";
  return change->weight <= WEIGHT_RECORD || causes.harmless ? "note" : "warning";
}

static void open_result(struct json_writer *json, const char *rule, const char *level,
                        const char *message)
{
  json_object_open(json, NULL);
  json_write_text(json, "ruleId", rule);
  json_write_text(json, "level", level);
  json_object_open(json, "message");
  json_write_text(json, "text", message);
  json_object_close(json);
}

/* The place, and the end of the result. */
static void close_result(struct json_writer *json, const char *uri, const char *context)
{
  json_array_open(json, "locations");
  json_object_open(json, NULL);
  json_object_open(json, "physicalLocation");
  json_object_open(json, "artifactLocation");
  json_write_text(json, "uri", uri);
  json_object_close(json);
  json_object_close(json);
  if (context) {
    json_array_open(json, "logicalLocations");
    json_object_open(json, NULL);
    json_write_text(json, "fullyQualifiedName", context);
    json_object_close(json);
    json_array_close(json);
  }
  json_object_close(json);
  json_array_close(json);
  json_object_close(json);
}

static void write_result(struct json_writer *json, const struct listing *listing,
                         const struct change *change)
{
  AUTO_BUF message = BUF_INIT(INT_MAX);
  AUTO_BUF uri = BUF_INIT(INT_MAX);

  buf_printf(&message, "%s: ", change->title);
  buf_puts(&message, change->words);
  sarif_uri(&uri, change->path);
  open_result(json, rule_of(listing, change), level_of(listing, change), message.ptr);
  close_result(json, uri.len ? uri.ptr : "image-configuration", change->context);
}

static struct str directory_of(const struct change *change)
{
  struct str path = change->path;

  while (path.len > 0 && path.ptr[path.len - 1] != '/')
    path.len--;
  return path;
}

static int by_directory(const void *a, const void *b)
{
  const struct change *const *change_a = a;
  const struct change *const *change_b = b;
  const int order = str_compare(directory_of(*change_a), directory_of(*change_b));

  return order ? order : (*change_a < *change_b ? -1 : 1); /* the weightiest first */
}

/* All of one directory: told as its weightiest one is. */
static void write_directory(struct json_writer *json, const struct listing *listing,
                            const struct change *const *changes, size_t n)
{
  AUTO_BUF message = BUF_INIT(INT_MAX);
  AUTO_BUF uri = BUF_INIT(INT_MAX);

  buf_printf(&message, "%zu difference%s, the weightiest: %s: ", n, totals_plural(n),
             changes[0]->title);
  buf_puts(&message, changes[0]->words);
  sarif_uri(&uri, directory_of(changes[0]));
  open_result(json, rule_of(listing, changes[0]), level_of(listing, changes[0]), message.ptr);
  close_result(json, uri.len ? uri.ptr : "./", NULL);
}

static void write_directories(struct json_writer *json, const struct listing *listing)
{
  AUTO_FREE const struct change **changes = xcalloc(listing->shown, sizeof(*changes));

  for (size_t i = 0; i < listing->shown; i++)
    changes[i] = &listing->changes.items[i];
  qsort(changes, listing->shown, sizeof(*changes), by_directory);
  for (size_t i = 0; i < listing->shown;) {
    size_t end = i + 1;

    while (end < listing->shown && str_equal(directory_of(changes[i]), directory_of(changes[end])))
      end++;
    write_directory(json, listing, changes + i, end - i);
    i = end;
  }
}

static void write_driver(struct json_writer *json, const struct listing *listing)
{
  json_object_open(json, "tool");
  json_object_open(json, "driver");
  json_write_text(json, "name", "diffoci");
  json_write_text(json, "semanticVersion", diffoci_version);
  sarif_write_rules(json, listing);
  json_object_close(json);
  json_object_close(json);
}

static void write_notification(struct json_writer *json, const char *level, const char *text)
{
  json_object_open(json, NULL);
  json_write_text(json, "level", level);
  json_object_open(json, "message");
  json_write_text(json, "text", text);
  json_object_close(json);
  json_object_close(json);
}

/* Lines that are no differences, as notifications (SARIF 2.1.0, section 3.20.21). */
static void write_notifications(struct json_writer *json, const struct report_about *about)
{
  if (!about || (!about->n_notices && !about->failure))
    return;
  json_array_open(json, "invocations");
  json_object_open(json, NULL);
  json_write_bool(json, "executionSuccessful", !about->failure);
  json_array_open(json, "toolExecutionNotifications");
  if (about->failure)
    write_notification(json, "error", about->failure);
  for (size_t i = 0; i < about->n_notices; i++)
    write_notification(json, about->notices[i].is_warning ? "warning" : "note",
                       about->notices[i].text);
  json_array_close(json);
  json_object_close(json);
  json_array_close(json);
}

static void write_sarif(const struct listing *listing, struct writer *writer)
{
  struct json_writer json;

  json_writer_init(&json, writer, true);
  json_object_open(&json, NULL);
  json_write_text(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json_write_text(&json, "version", "2.1.0");
  json_array_open(&json, "runs");
  json_object_open(&json, NULL);
  write_driver(&json, listing);
  write_notifications(&json, listing->report.about);
  json_array_open(&json, "results");
  if (listing->shown > MOST_RESULTS)
    write_directories(&json, listing);
  else
    for (size_t i = 0; i < listing->shown && !writer->error; i++)
      write_result(&json, listing, &listing->changes.items[i]);
  json_array_close(&json);
  json_object_open(&json, "properties");
  json_run_members(&json, listing->report.about);
  json_run_verdict(&json, listing->report.about);
  json_run_failure(&json, listing->report.about);
  json_run_totals(&json, &listing->changes.totals, listing->report.about);
  json_object_close(&json);
  json_object_close(&json);
  json_array_close(&json);
  json_object_close(&json);
  writer_putc(writer, '\n');
}

struct report *report_sarif_make(const char *path, const struct diff_options *options,
                                 const struct output_style *style)
{
  return listing_new(path, style, CHANGES_KEEP, options->limits->memory, write_sarif);
}
