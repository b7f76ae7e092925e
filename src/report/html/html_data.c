#include "report/html/html_data.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/html/html_page.h"
#include "report/json/json_run.h"
#include "report/packages/about.h"

enum { NO_SET = -1 };

void html_json_open(struct json_writer *json, struct writer *writer, const char *id)
{
  writer_printf(writer, "<script type=\"application/json\" id=\"%s\">", id);
  json_writer_init(json, writer, false);
  json->in_script = true;
}

void html_json_close(struct json_writer *json)
{
  writer_puts(json->out, "</script>\n");
}

/* ---- causes ---- */

static void number_cause(struct html_causes *causes, const struct cause *cause)
{
  size_t *number = &causes->number[cause_index(cause)];

  if (*number != HTML_NO_CAUSE)
    return;
  *number = causes->n;
  causes->items[causes->n++] = cause;
}

/* In the order of the section that lists them (html_sections.c), then as rows have them. */
static void number_causes(struct html_causes *causes, const struct listing *listing)
{
  const struct explain *explain = listing->report.about->explain;
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  const size_t n = explain_counts(explain, counts, &totals);

  causes->number = xcalloc(causes_count(), sizeof(*causes->number));
  causes->items = xcalloc(causes_count(), sizeof(*causes->items));
  for (size_t i = 0; i < causes_count(); i++)
    causes->number[i] = HTML_NO_CAUSE;
  for (size_t i = 0; i < n; i++)
    number_cause(causes, counts[i].cause);
  for (size_t i = 0; i < listing->changes.n; i++) {
    struct explain_found own;
    const struct explanation found = listing_causes(listing, &listing->changes.items[i], &own);

    for (size_t j = 0; j < found.n; j++)
      number_cause(causes, found.found[j].cause);
  }
}

static void write_causes(struct json_writer *json, const struct html_causes *causes)
{
  json_array_open(json, "causes");
  for (size_t i = 0; i < causes->n; i++) {
    const struct cause *cause = causes->items[i];

    json_object_open(json, NULL);
    json_write_text(json, "id", cause_id(cause));
    json_write_text(json, "title", cause_title(cause));
    json_write_text(json, "text", cause_text(cause));
    json_write_text(json, "fix", cause_fix(cause));
    json_object_close(json);
  }
  json_array_close(json);
}

/* The causes of one row with how strong they are: what a set is known by. */
static void set_key(struct buf *out, const struct explanation *found)
{
  for (size_t i = 0; i < found->n; i++)
    buf_printf(out, "%s:%d ", cause_id(found->found[i].cause), (int)found->found[i].strength);
}

static void write_set(struct json_writer *json, const struct html_causes *causes,
                      const struct explanation *found)
{
  json_array_open(json, NULL);
  for (size_t i = 0; i < found->n; i++) {
    json_array_open(json, NULL);
    json_write_number(json, NULL, (int64_t)causes->number[cause_index(found->found[i].cause)]);
    json_write_text(json, NULL, cause_strength_name(found->found[i].strength));
    json_array_close(json);
  }
  json_array_close(json);
}

/* Most rows have one of few sets of causes: [[number, strength], …]. *set_of, of one number for
 * each row, says which; NO_SET: no cause is known. */
static void write_sets(struct json_writer *json, const struct listing *listing,
                       const struct html_causes *causes, int32_t *set_of)
{
  struct map sets = MAP_INIT;
  struct arena arena = ARENA_INIT;

  json_array_open(json, "causeSets");
  for (size_t i = 0; i < listing->changes.n; i++) {
    struct explain_found own;
    const struct explanation found = listing_causes(listing, &listing->changes.items[i], &own);
    AUTO_BUF key = BUF_INIT(INT_MAX);
    struct map_entry *entry;

    set_of[i] = NO_SET;
    if (found.n == 0)
      continue;
    set_key(&key, &found);
    entry = map_put(&sets, buf_str(&key));
    if (!entry->value) {
      entry->key = arena_str(&arena, buf_str(&key));
      entry->value = set_of;
      write_set(json, causes, &found);
    }
    set_of[i] = (int32_t)(entry - sets.entries);
  }
  json_array_close(json);
  map_release(&sets);
  arena_release(&arena);
}

/* ---- rows ---- */

/* A number of the array packages; -1: it belongs to none that differs. */
static int64_t package_number(const struct report_about *about, const struct change *change)
{
  const struct package_changes *packages = about ? about->packages : NULL;
  const struct package_change *owner = packages && change->kind != CHANGE_IMAGE
                                           ? package_changes_owner(packages, change->path)
                                           : NULL;

  return owner ? owner - packages->items : -1;
}

static void html_data_write_packages(struct json_writer *json,
                                     const struct package_changes *packages)
{
  json_array_open(json, "packages");
  for (size_t i = 0; i < packages->n; i++) {
    AUTO_BUF words = BUF_INIT(INT_MAX);

    packages_words(&words, &packages->items[i]);
    json_object_open(json, NULL);
    json_write_text(json, "name", words.ptr);
    json_object_close(json);
  }
  json_array_close(json);
}

/* As class Row takes them (page/model.js): kind, weight, context, name, words, size before and
 * after, layer before and after, set of causes, package. */
static void html_data_write_row(struct json_writer *json, const struct change *change,
                                size_t context, int32_t causes, int64_t package)
{
  const char mark[] = { change_mark(change), '\0' };

  json_array_open(json, NULL);
  json_write_text(json, NULL, mark);
  json_write_number(json, NULL, (int64_t)change->weight);
  json_write_number(json, NULL, (int64_t)context);
  json_write_text(json, NULL, change->name);
  json_write_text(json, NULL, change->words);
  for (int side = 0; side < 2; side++)
    json_write_number(json, NULL, change->size[side]);
  for (int side = 0; side < 2; side++)
    json_write_number(json, NULL, change->layer[side]);
  json_write_number(json, NULL, causes);
  json_write_number(json, NULL, package);
  json_array_close(json);
}

/* Each context once, with its platform if there are several; numbers them as they come. */
static void write_contexts(struct json_writer *json, const struct listing *listing,
                           struct map *contexts)
{
  json_array_open(json, "contexts");
  for (size_t i = 0; i < listing->changes.n; i++) {
    const struct change *change = &listing->changes.items[i];
    const size_t before = contexts->n;

    map_put(contexts, str_of(change->context));
    if (contexts->n == before)
      continue;
    json_array_open(json, NULL);
    json_write_text(json, NULL, change->context);
    if (change->platform)
      json_write_text(json, NULL, change->platform);
    json_array_close(json);
  }
  json_array_close(json);
}

static void write_rows(struct json_writer *json, const struct listing *listing,
                       const struct map *contexts, const int32_t *set_of)
{
  json_array_open(json, "rows");
  for (size_t i = 0; i < listing->changes.n && !json->out->error; i++) {
    const struct change *change = &listing->changes.items[i];
    const struct map_entry *context = map_find(contexts, str_of(change->context));

    html_data_write_row(json, change, (size_t)(context - contexts->entries), set_of[i],
                        package_number(listing->report.about, change));
  }
  json_array_close(json);
}

void html_data(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  AUTO_FREE int32_t *set_of = xcalloc(listing->changes.n + 1, sizeof(*set_of));
  struct html_causes causes = { 0 };
  struct map contexts = MAP_INIT;
  struct json_writer json;

  html_json_open(&json, writer, "data");
  json_object_open(&json, NULL);
  json_run_members(&json, about);
  json_run_verdict(&json, about);
  json_run_totals(&json, &listing->changes.totals, about);
  json_write_number(&json, "chunk", HTML_CHUNK);
  if (about && about->packages)
    html_data_write_packages(&json, about->packages);
  if (about && about->explain) {
    number_causes(&causes, listing);
    write_causes(&json, &causes);
    write_sets(&json, listing, &causes, set_of);
  } else {
    for (size_t i = 0; i < listing->changes.n; i++)
      set_of[i] = NO_SET;
  }
  write_contexts(&json, listing, &contexts);
  write_rows(&json, listing, &contexts, set_of);
  if (listing->changes.dropped)
    json_write_number(&json, "dropped", (int64_t)listing->changes.dropped);
  json_object_close(&json);
  html_json_close(&json);
  html_details(listing, &causes, writer);
  free(causes.number);
  free((void *)causes.items);
  map_release(&contexts);
}
