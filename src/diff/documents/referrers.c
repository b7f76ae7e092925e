/* What refers to the images: signatures, SBOMs and the like, paired by artifact type. */
#include "source/referrers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "diff/compare.h"
#include "diff/documents/json_diff.h"
#include "diff/documents/loaded.h"
#include "image/schema.h"

struct referrer {
  const struct descriptor *descriptor;
  const struct descriptor *subject;
  const char *type; /* of the artifact; borrowed */
  size_t position;
  const struct referrer *pair;
};

struct referrer_list {
  struct referrer *items; /* owned */
  size_t n;
};

static void release_referrers(void *referrers)
{
  referrers_release(referrers);
  free(referrers);
}

/* A descriptor in a list of referrers ought to tell the type; else the manifest does. */
static const char *referrers_type_of(struct diff *diff, int side,
                                     const struct descriptor *descriptor)
{
  const struct manifest *manifest;
  struct error ignored;

  if (*descriptor->artifact_type || descriptor->kind != MEDIA_MANIFEST)
    return descriptor->artifact_type;
  manifest = diff_load_manifest(diff, side, descriptor, &ignored);
  if (!manifest)
    return "";
  return *manifest->artifact_type ? manifest->artifact_type : manifest->config.media_type;
}

static int add_referrers(struct diff *diff, int side, const struct descriptor *subject,
                         struct referrer_list *list, struct error *err)
{
  struct referrers *found = xcalloc(1, sizeof(*found));
  char digest[DIGEST_MAX_TEXT];

  if (source_referrers(diff->options->sources[side], subject, found, err) < 0) {
    free(found);
    error_wrap(err, "referrers of %s", digest_format(&subject->digest, digest));
    return diff_wrap_input(diff, side, err);
  }
  diff_keep(diff, found, release_referrers);
  list->items = xreallocarray(list->items, list->n + found->n + 1, sizeof(*list->items));
  for (size_t i = 0; i < found->n; i++) {
    struct referrer *item = &list->items[list->n];

    *item = (struct referrer) { .descriptor = &found->items[i], .subject = subject };
    item->type = referrers_type_of(diff, side, item->descriptor);
    item->position = list->n++;
  }
  return 0;
}

enum { SAME_BYTES, SAME_ANNOTATIONS, SAME_TYPE, ROUNDS };

static bool belong_together(const struct referrer *a, const struct referrer *b, int round)
{
  if (strcmp(a->type, b->type) != 0 ||
      strcmp(a->descriptor->media_type, b->descriptor->media_type) != 0)
    return false;
  if (round == SAME_BYTES)
    return same_blob(a->descriptor, b->descriptor);
  return round == SAME_TYPE || json_equal(a->descriptor->annotations, b->descriptor->annotations);
}

/* Registries list them in any order. */
static void pair_referrers(struct referrer_list *list0, struct referrer_list *list1)
{
  for (int round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < list0->n; i++)
      for (size_t j = 0; j < list1->n && !list0->items[i].pair; j++)
        if (!list1->items[j].pair && belong_together(&list0->items[i], &list1->items[j], round)) {
          list0->items[i].pair = &list1->items[j];
          list1->items[j].pair = &list0->items[i];
        }
}

/* A list of referrers repeats what their manifests say; but for that, only what cannot be looked
 * into has to be compared here. */
static void compare_own(struct diff *diff, const struct event_node *parent,
                        const struct descriptor *d0, const struct descriptor *d1)
{
  static const char *const repeated[] = { "urls", "data", "platform", "artifactType", NULL };
  static const char *const looked_into[] = { "urls",   "data", "platform", "artifactType",
                                             "digest", "size", NULL };
  bool opaque = d0->kind == MEDIA_OTHER;
  AUTO_FIELDS fields = FIELDS_INIT;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct json_diff_options options = {
    .empty_is_absent = !diff->strict,
    .skip = diff->strict || opaque ? repeated : looked_into,
  };

  if (json_diff(&fields, schema_descriptor, d0->json, d1->json, &options))
    diff_leaf(diff, parent, "desc", EVENT_DESCRIPTOR, NULL, inputs, &fields);
}

static void compare_contents(struct diff *diff, const struct event_node *parent,
                             const struct descriptor *d0, const struct descriptor *d1)
{
  const struct manifest *m0 = NULL;
  const struct manifest *m1 = NULL;
  struct error ignored; /* what fails here fails again below */

  if (!same_blob(d0, d1) && d0->kind == MEDIA_MANIFEST) {
    m0 = diff_load_manifest(diff, 0, d0, &ignored);
    m1 = m0 ? diff_load_manifest(diff, 1, d1, &ignored) : NULL;
  }
  if (m0 && m1 && holds_statements(m0) && holds_statements(m1))
    compare_attestations(diff, parent, d0, d1);
  else
    compare_objects(diff, parent, d0, d1, 1);
}

static void note_of(struct buf *note, const struct referrer *referrer, const char *more)
{
  buf_puts(note, "referrer ");
  escape_quote(note, str_of(*referrer->type ? referrer->type : referrer->descriptor->media_type));
  buf_puts(note, more);
}

static void referrers_compare_pair(struct diff *diff, const struct event_node *parent,
                                   const struct referrer *referrer)
{
  const struct descriptor *d0 = referrer->descriptor;
  const struct descriptor *d1 = referrer->pair->descriptor;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  AUTO_BUF note = BUF_INIT(64 * 1024);
  struct event_node *node;
  char name[48];

  snprintf(name, sizeof(name), "referrers-%zu", referrer->position);
  note_of(&note, referrer, "");
  node = diff_node(diff, parent, name, EVENT_INDEX, note.ptr, inputs);
  diff->subjects[0] = referrer->subject;
  diff->subjects[1] = referrer->pair->subject;
  compare_own(diff, node, d0, d1);
  compare_contents(diff, node, d0, d1);
  diff->subjects[0] = diff->subjects[1] = NULL;
}

static void referrers_report_lone(struct diff *diff, const struct event_node *parent, int side,
                                  const struct referrer *referrer)
{
  struct event_input inputs[2] = { { .descriptor = NULL } };
  AUTO_BUF note = BUF_INIT(64 * 1024);
  char name[48];

  snprintf(name, sizeof(name), "referrers-%zu", referrer->position);
  note_of(&note, referrer, side ? " only appears in input 1" : " only appears in input 0");
  inputs[side].descriptor = referrer->descriptor;
  diff_leaf(diff, parent, name, EVENT_INDEX, note.ptr, inputs, NULL);
}

static void compare_lists(struct diff *diff, const struct event_node *parent,
                          struct referrer_list lists[2])
{
  const bool was_in_passing = diff->in_passing;

  diff->in_passing = true;
  pair_referrers(&lists[0], &lists[1]);
  for (size_t i = 0; i < lists[0].n; i++)
    if (lists[0].items[i].pair)
      referrers_compare_pair(diff, parent, &lists[0].items[i]);
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < lists[side].n; i++)
      if (!lists[side].items[i].pair)
        referrers_report_lone(diff, parent, side, &lists[side].items[i]);
  diff->in_passing = was_in_passing;
}

void compare_referrers(struct diff *diff, const struct event_node *parent,
                       const struct descriptor *const subjects[2],
                       const struct descriptor *const more[2])
{
  struct referrer_list lists[2] = { { NULL, 0 }, { NULL, 0 } };
  struct error err;
  int result = 0;

  /* What refers to an attestation, or to a referrer, is not asked for. */
  if (!diff->options->referrers || diff->in_passing)
    return;
  for (int side = 0; side < 2 && result == 0; side++) {
    if (subjects[side])
      result = add_referrers(diff, side, subjects[side], &lists[side], &err);
    if (more[side] && result == 0)
      result = add_referrers(diff, side, more[side], &lists[side], &err);
  }
  if (result < 0)
    diff_fail(diff, &err);
  else
    compare_lists(diff, parent, lists);
  free(lists[0].items);
  free(lists[1].items);
}
