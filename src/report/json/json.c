#include "report/json/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/json/json_about.h"
#include "report/json/json_run.h"
#include "report/json/jsonout.h"
#include "report/outfile.h"
#include "report/report.h"

/* Only the totals of the changes are told. */
enum { CHANGES_FOR_TOTALS = 256 };

struct json_report {
  struct report report;
  char *path;
  struct event_tree tree;
  struct outfile *file;   /* where it is written; owned; NULL: at the path */
  struct changes changes; /* for the totals */
};

/* A comma before every member but the first. */
static void json_member(struct writer *writer, const char *key, int *n)
{
  if ((*n)++)
    writer_putc(writer, ',');
  writer_printf(writer, "\"%s\":", key);
}

static bool input_is_empty(const struct event_input *input, bool with_entry)
{
  return !input->descriptor && !input->index && !input->manifest && !input->config &&
         !input->origin && !(with_entry && input->entry);
}

/* Which layer an entry comes from, where layers were merged. */
static void write_origin(struct writer *writer, const struct event_origin *origin)
{
  char digest[DIGEST_MAX_TEXT];

  writer_printf(writer, "{\"number\":%" PRIu32 ",\"digest\":\"%s\"", origin->number,
                digest_format(&origin->descriptor->digest, digest));
  if (origin->created_by) {
    writer_puts(writer, ",\"createdBy\":");
    jsonout_string(writer, str_of(origin->created_by));
  }
  writer_putc(writer, '}');
}

static void write_input(struct writer *writer, const struct event_input *input, bool with_entry)
{
  const struct {
    const char *key;
    const json_t *document;
  } documents[] = {
    { "descriptor", input->descriptor ? input->descriptor->json : NULL },
    { "index", input->index },
    { "manifest", input->manifest },
    { "config", input->config },
  };
  int n = 0;

  writer_putc(writer, '{');
  for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
    if (!documents[i].document)
      continue;
    json_member(writer, documents[i].key, &n);
    jsonout_document(writer, documents[i].document);
  }
  if (with_entry && input->entry) {
    json_member(writer, "tarEntry", &n);
    jsonout_entry(writer, input->entry, input->content);
  }
  if (input->origin) {
    json_member(writer, "layer", &n);
    write_origin(writer, input->origin);
  }
  writer_putc(writer, '}');
}

/* A node up to its children; the caller closes both objects, the event's first. */
static void write_event(struct writer *writer, const char *context, enum event_type type,
                        const struct event_input inputs[2], struct str note, struct str diff)
{
  /* What says that a name is on one side only is about the layers, not about a pair of entries. */
  bool with_entry = type == EVENT_TARENTRY;
  int n = 0;

  writer_puts(writer, "{\"context\":");
  jsonout_string(writer, str_of(context));
  writer_puts(writer, ",\"event\":{");
  if (type != EVENT_NONE) {
    json_member(writer, "type", &n);
    jsonout_string(writer, str_of(event_type_name(type)));
  }
  if (!input_is_empty(&inputs[0], with_entry) || !input_is_empty(&inputs[1], with_entry)) {
    json_member(writer, "inputs", &n);
    writer_putc(writer, '[');
    write_input(writer, &inputs[0], with_entry);
    writer_putc(writer, ',');
    write_input(writer, &inputs[1], with_entry);
    writer_putc(writer, ']');
  }
  if (diff.len > 0) {
    json_member(writer, "diff", &n);
    jsonout_string(writer, diff);
  }
  if (note.len > 0) {
    json_member(writer, "note", &n);
    jsonout_string(writer, note);
  }
}

static void write_leaf(struct writer *writer, const struct tree_event *event,
                       const struct report_about *about)
{
  struct json_writer json;

  write_event(writer, event->context, event->type, event->inputs, event->note, event->diff);
  if (about && about->explain)
    json_about_event(writer, about->explain, event->explanation);
  if (about && about->patches) {
    json_writer_resume(&json, writer, false);
    json_run_patch(&json, about->patches, event->patch_number);
  }
  writer_puts(writer, "}}");
}

static void close_root(struct writer *writer, const struct report_about *about,
                       const struct change_totals *totals)
{
  json_about_write(writer, about, totals);
  writer_puts(writer, "}\n");
}

static void json_write_step(struct writer *writer, const struct tree_visit *visit,
                            const struct report_about *about)
{
  const struct event_node *node = visit->node;

  if (visit->step == TREE_LEAVE) {
    writer_puts(writer, node->parent ? "]}" : "]");
    return;
  }
  if (!node || node->parent)
    writer_puts(writer, visit->first ? "\n" : ",\n");
  if (visit->step == TREE_LEAF) {
    write_leaf(writer, &visit->leaf, about);
    return;
  }
  assert(node); /* a leaf alone has none */
  write_event(writer, node->context, node->type, node->inputs, str_of(node->note), str_of(""));
  writer_puts(writer, "},\"children\":["); /* a node is there for what is below it */
}

/* Writes a tree as one object, a node a line. The root has what `about` says, too (NULL: nothing)
 * and what the differences come to, behind its children. -1 where the tree cannot be read back, as
 * event_tree_begin has it; what the writer has then is no report. */
static int json_write_tree(struct writer *writer, struct event_tree *tree,
                           const struct report_about *about, const struct change_totals *totals,
                           struct error *err)
{
  struct arena arena = ARENA_INIT;
  struct tree_visit visit;
  int result = event_tree_begin(tree, err);

  if (result)
    return -1;
  if (tree->n_nodes == 0)
    writer_puts(writer, "{\"context\":\"/\",\"event\":{}");
  while (!writer->error && (result = event_tree_next(tree, &visit, &arena, err)) > 0) {
    json_write_step(writer, &visit, about);
    arena_reset(&arena);
  }
  arena_release(&arena);
  close_root(writer, about, totals);
  return MIN_OF(result, 0);
}

static void json_event(struct report *report, const struct event *event)
{
  struct json_report *json = (struct json_report *)report;

  event_tree_add(&json->tree, event);
  changes_add(&json->changes, event);
}

static int json_finish(struct report *report, struct error *err)
{
  struct json_report *json = (struct json_report *)report;
  struct outfile *file = json->file ? steal_pointer(&json->file) : outfile_open(json->path, err);

  if (!file)
    return -1;
  changes_sort(&json->changes, CHANGE_ORDER_WEIGHT);
  if (changes_check(&json->changes, err) ||
      json_write_tree(&file->writer, &json->tree, report->about, &json->changes.totals, err)) {
    outfile_abandon(file);
    return -1;
  }
  return outfile_commit(file, err);
}

static void json_free(struct report *report)
{
  struct json_report *json = (struct json_report *)report;

  event_tree_release(&json->tree);
  changes_release(&json->changes);
  outfile_abandon(json->file);
  free(json->path);
  free(json);
}

static const struct report_ops json_ops = {
  .event = json_event,
  .finish = json_finish,
  .free = json_free,
  .wants_content_digests = true,
};

void report_json_to(struct report *report, struct outfile *file)
{
  ((struct json_report *)report)->file = file;
}

struct report *report_json_new(const char *path, struct budget *memory)
{
  struct json_report *json = xmalloc(sizeof(*json));

  *json = (struct json_report) {
    .report = { .ops = &json_ops },
    .path = xstrdup(path),
  };
  event_tree_init(&json->tree, memory);
  changes_init(&json->changes, CHANGES_FOR_TOTALS, memory);
  return &json->report;
}
