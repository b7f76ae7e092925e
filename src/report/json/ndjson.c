#include "report/json/ndjson.h"

#include "report/changes/listing.h"
#include "report/explain/explain.h"
#include "report/json/json_run.h"

static void line_end(struct writer *writer)
{
  writer_putc(writer, '\n');
}

static void write_numbers(struct json_writer *json, const char *key, const int64_t values[2])
{
  json_array_open(json, key);
  for (int side = 0; side < 2; side++)
    if (values[side] < 0)
      json_write_text(json, NULL, NULL);
    else
      json_write_number(json, NULL, values[side]);
  json_array_close(json);
}

static void ndjson_write_causes(struct json_writer *json, const struct explanation *causes)
{
  json_array_open(json, "causes");
  for (size_t i = 0; i < causes->n; i++) {
    json_object_open(json, NULL);
    json_write_text(json, "id", cause_id(causes->found[i].cause));
    json_write_text(json, "strength", cause_strength_name(causes->found[i].strength));
    json_object_close(json);
  }
  json_array_close(json);
}

static void write_change(const struct listing *listing, const struct change *change,
                         struct writer *writer)
{
  static const char *const kinds[] = {
    [CHANGE_ADDED] = "added",       [CHANGE_REMOVED] = "removed", [CHANGE_CONTENT] = "changed",
    [CHANGE_METADATA] = "metadata", [CHANGE_IMAGE] = "image",
  };
  const struct explanation causes = listing_causes(listing, change);
  const int64_t layers[2] = { change->layer[0], change->layer[1] };
  struct json_writer json;

  json_writer_init(&json, writer, false);
  json_object_open(&json, NULL);
  json_write_text(&json, "type", "difference");
  json_write_text(&json, "kind", kinds[change->kind]);
  json_write_text(&json, "context", change->context);
  if (change->kind == CHANGE_IMAGE)
    json_write_text(&json, "field", change->name);
  else
    json_write_str(&json, "path", change->path);
  json_write_text(&json, "text", change->words);
  if (change->size[0] >= 0 || change->size[1] >= 0)
    write_numbers(&json, "sizes", change->size);
  if (change->layer[0] >= 0 || change->layer[1] >= 0)
    write_numbers(&json, "layers", layers);
  if (change->n_fields > 0)
    json_run_fields(&json, change);
  if (causes.n > 0)
    ndjson_write_causes(&json, &causes);
  if (listing->report.about)
    json_run_patch(&json, listing->report.about->patches, change->patch_number);
  if (change->weight == WEIGHT_CONSEQUENCE)
    json_write_bool(&json, "consequence", true);
  json_object_close(&json);
  line_end(writer);
}

static void write_ndjson(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  struct json_writer json;
  struct change change;

  json_writer_init(&json, writer, false);
  json_object_open(&json, NULL);
  json_write_text(&json, "type", "start");
  json_run_members(&json, about);
  json_object_close(&json);
  line_end(writer);
  if (!changes_rewind(&listing->changes))
    return;
  while (!writer->error && changes_next(&listing->changes, &change))
    write_change(listing, &change, writer);
  json_writer_init(&json, writer, false);
  json_object_open(&json, NULL);
  json_write_text(&json, "type", "end");
  json_run_verdict(&json, about);
  json_run_notices(&json, about);
  json_run_totals(&json, &listing->changes.totals, about);
  if (listing->changes.dropped)
    json_write_number(&json, "dropped", (int64_t)listing->changes.dropped);
  json_object_close(&json);
  line_end(writer);
}

struct report *report_ndjson_make(const char *path, const struct diff_options *options,
                                  const struct output_style *style)
{
  struct output_style as_the_table = *style;

  as_the_table.order = CHANGE_ORDER_TABLE;
  return listing_new(path, &as_the_table, CHANGES_ALL, options->limits->memory, write_ndjson);
}
