#include "report/json/ndjson.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/spool.h"
#include "packages/changes.h"
#include "report/changes/listing.h"
#include "report/explain/explain.h"
#include "report/json/json_run.h"
#include "report/outfile.h"

/* A line of which more may become known when all have come. */
struct early {
  uint64_t number;                   /* of the line */
  unsigned explanation, patch;       /* of its event; patch 0: it told all there is */
  bool is_final;                     /* of the causes it told all there is */
  const struct explain_found *found; /* the causes that it told */
  size_t n;
};

struct ndjson {
  struct report report; /* first */
  char *path;
  struct changes changes;
  struct outfile *file; /* NULL: not opened yet, or could not be */
  uint64_t n;           /* differences told */
  struct spool *early;  /* of struct early */
  uint64_t *suspects;   /* the numbers of the lines of changes->suspects; owned */
  size_t cap_suspects;
  bool failed;
  struct error err;
};

/* ---- lines ---- */

static void line_begin(struct ndjson *ndjson, struct json_writer *json, const char *type)
{
  json_writer_init(json, &ndjson->file->writer, false);
  json_object_open(json, NULL);
  json_write_text(json, "type", type);
}

static void line_end(struct json_writer *json)
{
  json_object_close(json);
  writer_putc(json->out, '\n');
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

static void ndjson_write_causes(struct json_writer *json, const struct explain_found *found,
                                size_t n)
{
  if (!n)
    return;
  json_array_open(json, "causes");
  for (size_t i = 0; i < n; i++) {
    json_object_open(json, NULL);
    json_write_text(json, "id", cause_id(found[i].cause));
    json_write_text(json, "strength", cause_strength_name(found[i].strength));
    json_object_close(json);
  }
  json_array_close(json);
}

static struct patches *ndjson_patches(const struct ndjson *ndjson)
{
  return ndjson->report.about ? ndjson->report.about->patches : NULL;
}

static void write_change(struct ndjson *ndjson, const struct change *change,
                         const struct explanation *causes)
{
  static const char *const kinds[] = {
    [CHANGE_ADDED] = "added",       [CHANGE_REMOVED] = "removed", [CHANGE_CONTENT] = "changed",
    [CHANGE_METADATA] = "metadata", [CHANGE_IMAGE] = "image",
  };
  const int64_t layers[2] = { change->layer[0], change->layer[1] };
  struct json_writer json;

  line_begin(ndjson, &json, "difference");
  json_write_number(&json, "number", (int64_t)ndjson->n);
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
  ndjson_write_causes(&json, causes->found, causes->n);
  json_run_patch(&json, ndjson_patches(ndjson), change->patch_number);
  if (change->refers_to)
    json_write_text(&json, "refersTo", change->refers_to);
  line_end(&json);
}

static void write_start(struct ndjson *ndjson)
{
  struct json_writer json;

  line_begin(ndjson, &json, "start");
  json_run_members(&json, ndjson->report.about);
  line_end(&json);
}

static void write_packages(struct ndjson *ndjson)
{
  const struct report_about *about = ndjson->report.about;
  const struct package_changes *packages = about ? about->packages : NULL;
  struct json_writer json;

  for (size_t i = 0; packages && i < packages->n; i++) {
    line_begin(ndjson, &json, "package");
    json_object_open(&json, "package");
    json_run_package(&json, &packages->items[i]);
    json_object_close(&json);
    line_end(&json);
  }
}

static void write_end(struct ndjson *ndjson)
{
  struct json_writer json;

  line_begin(ndjson, &json, "end");
  json_run_verdict(&json, ndjson->report.about);
  json_run_failure(&json, ndjson->report.about);
  json_run_notices(&json, ndjson->report.about);
  json_run_rules(&json, ndjson->report.about);
  json_run_totals(&json, &ndjson->changes.totals, ndjson->report.about);
  line_end(&json);
}

/* ---- what becomes known later ---- */

static void note_early(struct ndjson *ndjson, const struct change *change,
                       const struct explanation *causes)
{
  const struct report_about *about = ndjson->report.about;
  const bool patched = patches_is_known(ndjson_patches(ndjson), change->patch_number);
  const struct early early = {
    .number = ndjson->n,
    .explanation = change->explanation,
    .patch = patched ? 0 : change->patch_number,
    .is_final = change->has_own_cause ||
                explain_is_final(about ? about->explain : NULL, change->explanation),
    .found = causes->found,
    .n = causes->n,
  };

  if (change->suspect) {
    while (ndjson->cap_suspects < change->suspect)
      ndjson->suspects = xgrow(ndjson->suspects, ndjson->cap_suspects, &ndjson->cap_suspects,
                               sizeof(*ndjson->suspects));
    ndjson->suspects[change->suspect - 1] = ndjson->n;
  }
  if (!(patched && early.is_final) && !ndjson->failed)
    ndjson->failed = spool_add(ndjson->early, &early, sizeof(early), &ndjson->err) != 0;
}

static bool same_causes(const struct explain_found *a, size_t n, const struct explanation *b)
{
  for (size_t i = 0; n == b->n && i < n; i++)
    if (a[i].cause != b->found[i].cause || a[i].strength != b->found[i].strength)
      return false;
  return n == b->n;
}

static void write_later_causes(struct ndjson *ndjson, const struct early *early)
{
  const struct explanation now = explain_told(ndjson->report.about->explain, early->explanation);
  struct json_writer json;

  if (early->is_final || same_causes(early->found, early->n, &now))
    return;
  line_begin(ndjson, &json, "causes");
  json_write_number(&json, "number", (int64_t)early->number);
  ndjson_write_causes(&json, now.found, now.n);
  line_end(&json);
}

static void write_later_patch(struct ndjson *ndjson, const struct early *early)
{
  struct json_writer json;

  if (!early->patch)
    return;
  line_begin(ndjson, &json, "patch");
  json_write_number(&json, "number", (int64_t)early->number);
  json_run_patch(&json, ndjson_patches(ndjson), early->patch);
  line_end(&json);
}

static void write_later(struct ndjson *ndjson)
{
  struct early early;

  for (uint64_t at = 0; at < spool_size(ndjson->early) && !ndjson->failed; at += sizeof(early)) {
    ndjson->failed = spool_read(ndjson->early, at, &early, sizeof(early), &ndjson->err) != 0;
    if (ndjson->failed)
      return;
    write_later_causes(ndjson, &early);
    write_later_patch(ndjson, &early);
  }
}

static int by_number(const void *a, const void *b)
{
  const uint64_t number_a = *(const uint64_t *)a;
  const uint64_t number_b = *(const uint64_t *)b;

  return number_a < number_b ? -1 : number_a > number_b;
}

static void write_consequences(struct ndjson *ndjson)
{
  const struct changes *changes = &ndjson->changes;
  AUTO_FREE uint64_t *numbers = xcalloc(changes->n_suspects + 1, sizeof(*numbers));
  struct json_writer json;
  size_t n = 0;

  for (size_t i = 0; i < changes->n_suspects; i++)
    if (changes->suspects[i].weight == WEIGHT_CONSEQUENCE)
      numbers[n++] = ndjson->suspects[changes->suspects[i].suspect - 1];
  if (!n)
    return;
  qsort(numbers, n, sizeof(*numbers), by_number);
  line_begin(ndjson, &json, "consequences");
  json_array_open(&json, "numbers");
  for (size_t i = 0; i < n; i++)
    json_write_number(&json, NULL, (int64_t)numbers[i]);
  json_array_close(&json);
  line_end(&json);
}

/* ---- the report ---- */

static void ndjson_event(struct report *report, const struct event *event)
{
  changes_add(&((struct ndjson *)report)->changes, event);
}

/* All that stands before this context. The file is opened for the first of it. */
static bool ndjson_settled(struct report *report, const char *context)
{
  struct ndjson *ndjson = (struct ndjson *)report;
  const struct report_about *about = report->about;
  struct change change;

  if (ndjson->failed)
    return false;
  if (!ndjson->file) {
    ndjson->file = outfile_open(ndjson->path, &ndjson->err);
    ndjson->failed = !ndjson->file;
    if (ndjson->failed)
      return false;
    write_start(ndjson);
  }
  ndjson->failed = changes_check(&ndjson->changes, &ndjson->err) != 0;
  for (bool more = changes_take(&ndjson->changes, context); more && !ndjson->failed;) {
    struct explanation causes;
    struct explain_found own;

    more = !ndjson->file->writer.error && changes_next(&ndjson->changes, &change);
    if (!more)
      break;
    causes = change_causes(about, &change, &own);
    write_change(ndjson, &change, &causes);
    note_early(ndjson, &change, &causes);
    ndjson->n++;
  }
  (void)!writer_flush(&ndjson->file->writer); /* it keeps the error */
  return outfile_is_direct(ndjson->file);
}

static int ndjson_finish(struct report *report, struct error *err)
{
  struct ndjson *ndjson = (struct ndjson *)report;

  (void)ndjson_settled(report, NULL);
  /* Where not all was written, no line's number is there to refer to; committing tells why. */
  if (!ndjson->failed && !ndjson->file->writer.error) {
    changes_settle(&ndjson->changes);
    write_later(ndjson);
    write_consequences(ndjson);
    write_packages(ndjson);
    write_end(ndjson);
  }
  if (ndjson->failed || changes_check(&ndjson->changes, &ndjson->err)) {
    *err = ndjson->err;
    return -1;
  }
  return outfile_commit(steal_pointer(&ndjson->file), err);
}

static void ndjson_free(struct report *report)
{
  struct ndjson *ndjson = (struct ndjson *)report;

  outfile_abandon(ndjson->file);
  changes_release(&ndjson->changes);
  spool_free(ndjson->early);
  free(ndjson->suspects);
  free(ndjson->path);
  free(ndjson);
}

static const struct report_ops ndjson_ops = {
  .event = ndjson_event,
  .finish = ndjson_finish,
  .free = ndjson_free,
  .settled = ndjson_settled,
};

struct report *report_ndjson_make(const char *path, const struct diff_options *options,
                                  const struct output_style *style)
{
  struct ndjson *ndjson = xmalloc(sizeof(*ndjson));

  (void)style;
  *ndjson = (struct ndjson) {
    .report = { .ops = &ndjson_ops },
    .path = xstrdup(path),
    .early = spool_new(options->limits->memory),
  };
  changes_init(&ndjson->changes, CHANGES_ALL, options->limits->memory);
  return &ndjson->report;
}
