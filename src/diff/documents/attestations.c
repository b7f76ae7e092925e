/* Attestation manifests, as BuildKit attaches them to an index: statements of in-toto, one in each
 * layer, compared by predicate type. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "diff/compare.h"
#include "diff/documents/json_diff.h"
#include "diff/documents/loaded.h"
#include "diff/layers/tasks.h"
#include "image/schema.h"
#include "image/statement.h"

enum {
  STATEMENT_SCALE = 16, /* an SBOM may be this many times as large as a manifest */
  FIELDS_MAX = 1000,    /* of one statement: one package more moves all that follow */
};

/* One statement of a manifest. */
struct entry {
  const struct descriptor *blob;
  size_t position; /* among the layers */
  char *type;      /* of its predicate; owned */
  const struct entry *pair;
};

struct entries {
  struct entry *list; /* owned */
  size_t n;
};

static void entries_release(struct entries *entries)
{
  for (size_t i = 0; i < entries->n; i++)
    free(entries->list[i].type);
  free(entries->list);
}

static int load_statement(struct diff *diff, int side, const struct descriptor *blob,
                          struct statement *out, struct error *err)
{
  const uint64_t max =
      MIN_OF(diff->options->limits->json_bytes, (uint64_t)SIZE_MAX / 64) * STATEMENT_SCALE;
  AUTO_BUF text = BUF_INIT((size_t)max);
  char digest[DIGEST_MAX_TEXT];

  if (source_read(diff->options->sources[side], blob, max, &text, err) == 0 &&
      statement_parse(out, buf_str(&text), err) == 0)
    return 0;
  error_wrap(err, "attestation %s", digest_format(&blob->digest, digest));
  return diff_wrap_input(diff, side, err);
}

/* The annotation spares reading a statement only to find out that it has no partner. */
static int attestations_add_entry(struct diff *diff, int side, const struct descriptor *blob,
                                  size_t position, struct entries *entries, struct error *err)
{
  const char *type = descriptor_annotation(blob, ANNOTATION_PREDICATE_TYPE);
  struct statement statement = { 0 };

  if (!type || !*type) {
    if (load_statement(diff, side, blob, &statement, err) < 0)
      return -1;
    type = statement.predicate_type;
  }
  entries->list[entries->n++] =
      (struct entry) { .blob = blob, .position = position, .type = xstrdup(type) };
  statement_release(&statement);
  return 0;
}

/* Layers of other types are to be left alone (BuildKit, "Image Attestation Storage"). */
static int find_entries(struct diff *diff, int side, const struct manifest *manifest,
                        struct entries *entries, struct error *err)
{
  entries->list = xcalloc(manifest->n_layers + 1, sizeof(*entries->list));
  for (size_t i = 0; i < manifest->n_layers; i++)
    if (descriptor_is_statement(&manifest->layers[i]) &&
        attestations_add_entry(diff, side, &manifest->layers[i], i, entries, err) < 0)
      return -1;
  return 0;
}

/* The n-th of a type with the n-th. */
static void pair_entries(struct entries *entries0, struct entries *entries1)
{
  for (size_t i = 0; i < entries0->n; i++)
    for (size_t j = 0; j < entries1->n && !entries0->list[i].pair; j++)
      if (!entries1->list[j].pair && strcmp(entries0->list[i].type, entries1->list[j].type) == 0) {
        entries0->list[i].pair = &entries1->list[j];
        entries1->list[j].pair = &entries0->list[i];
      }
}

/* What a statement is about differs wherever the images do, which is compared anyway. */
static void compare_documents(struct diff *diff, const struct event_node *parent,
                              const struct statement statements[2],
                              const struct event_input inputs[2])
{
  static const char *const about[] = { "subject", NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct json_diff_options options = {
    .empty_is_absent = !diff->strict,
    .skip = diff->strict ? NULL : about,
    .max_fields = FIELDS_MAX,
  };
  json_t *documents[2];

  for (int side = 0; side < 2; side++)
    documents[side] = diff->options->ignore & IGNORE_IMAGE_TIMESTAMPS
                          ? statement_without_times(&statements[side])
                          : json_incref(statements[side].json);
  if (json_diff(&fields, schema_statement, documents[0], documents[1], &options))
    diff_leaf(diff, parent, "statement", EVENT_MANIFEST, NULL, inputs, &fields);
  json_decref(documents[0]);
  json_decref(documents[1]);
}

static void note_of(struct buf *note, const char *before, const char *type, const char *after)
{
  buf_puts(note, before);
  escape_quote(note, str_of(type));
  buf_puts(note, after);
}

static void compare_entries(struct diff *diff, const struct event_node *parent,
                            const struct entry *entry)
{
  const struct descriptor *blobs[2] = { entry->blob, entry->pair->blob };
  struct event_input inputs[2] = { { .descriptor = blobs[0] }, { .descriptor = blobs[1] } };
  struct statement statements[2] = { { NULL, NULL }, { NULL, NULL } };
  AUTO_BUF note = BUF_INIT(64 * 1024);
  struct event_node *node;
  struct error err;
  char name[48];

  snprintf(name, sizeof(name), "attestations-%zu", entry->position);
  note_of(&note, "predicate ", entry->type, "");
  node = diff_node(diff, parent, name, EVENT_MANIFEST, note.ptr, inputs);
  compare_descriptors(diff, node, blobs[0], blobs[1], DESCRIPTOR_INSIDE, false);
  if (same_blob(blobs[0], blobs[1])) {
    if (diff->options->verify)
      tasks_add_check(diff, blobs[0], blobs[1]);
    return;
  }
  if (load_statement(diff, 0, blobs[0], &statements[0], &err) < 0 ||
      load_statement(diff, 1, blobs[1], &statements[1], &err) < 0)
    diff_fail(diff, &err);
  else
    compare_documents(diff, node, statements, inputs);
  statement_release(&statements[0]);
  statement_release(&statements[1]);
}

static void attestations_report_lone(struct diff *diff, const struct event_node *parent, int side,
                                     const struct entry *entry)
{
  struct event_input inputs[2] = { { .descriptor = NULL } };
  AUTO_BUF note = BUF_INIT(64 * 1024);
  char name[48];

  snprintf(name, sizeof(name), "attestations-%zu", entry->position);
  note_of(&note, "predicate ", entry->type,
          side ? " only appears in input 1" : " only appears in input 0");
  inputs[side].descriptor = entry->blob;
  diff_leaf(diff, parent, name, EVENT_MANIFEST, note.ptr, inputs, NULL);
}

bool holds_statements(const struct manifest *manifest)
{
  for (size_t i = 0; i < manifest->n_layers; i++)
    if (!descriptor_is_statement(&manifest->layers[i]))
      return false;
  return manifest->n_layers > 0;
}

static void compare_statements(struct diff *diff, const struct event_node *parent,
                               const struct manifest *m0, const struct manifest *m1)
{
  const struct manifest *const manifests[2] = { m0, m1 };
  struct entries entries[2] = { { NULL, 0 }, { NULL, 0 } };
  struct error err;

  if (find_entries(diff, 0, manifests[0], &entries[0], &err) < 0 ||
      find_entries(diff, 1, manifests[1], &entries[1], &err) < 0) {
    diff_fail(diff, &err);
  } else {
    pair_entries(&entries[0], &entries[1]);
    for (size_t i = 0; i < entries[0].n; i++)
      if (entries[0].list[i].pair)
        compare_entries(diff, parent, &entries[0].list[i]);
    for (int side = 0; side < 2; side++)
      for (size_t i = 0; i < entries[side].n; i++)
        if (!entries[side].list[i].pair)
          attestations_report_lone(diff, parent, side, &entries[side].list[i]);
  }
  entries_release(&entries[0]);
  entries_release(&entries[1]);
}

void compare_attestations(struct diff *diff, const struct event_node *parent,
                          const struct descriptor *d0, const struct descriptor *d1)
{
  const struct manifest *m0;
  const struct manifest *m1;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct error err;

  if (d0->kind != MEDIA_MANIFEST || d1->kind != MEDIA_MANIFEST ||
      (same_blob(d0, d1) && !diff->options->verify)) {
    compare_objects(diff, parent, d0, d1, 1);
    return;
  }
  m0 = diff_load_manifest(diff, 0, d0, &err);
  m1 = m0 ? diff_load_manifest(diff, 1, d1, &err) : NULL;
  if (!m0 || !m1) {
    diff_fail(diff, &err);
    return;
  }
  inputs[0].manifest = m0->json;
  inputs[1].manifest = m1->json;
  compare_manifest_fields(diff, parent, m0, m1, inputs);
  compare_statements(diff, parent, m0, m1);
}
