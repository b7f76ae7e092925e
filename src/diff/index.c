/* Indexes: their own fields, then their manifests, paired by platform. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "diff/compare.h"
#include "diff/schema.h"
#include "diff/tasks.h"

/* One manifest of an index, and what decides which one it is compared with. */
struct item {
  const struct descriptor *descriptor;
  size_t position; /* in the index */
  bool has_platform;
  struct platform platform;
  const char *refers_to;   /* the digest that an attestation is about; NULL: it is none */
  const struct item *pair; /* on the other side */
};

struct items {
  struct item *list; /* owned */
  size_t n;
};

static void items_release(struct items *items)
{
  free(items->list);
}

/* An index need not say a manifest's platform: then its config does. */
static void find_platform(struct diff *diff, int side, struct item *item)
{
  const struct manifest *manifest;
  const struct config *config;
  struct error err;

  item->has_platform = item->descriptor->has_platform;
  item->platform = item->descriptor->platform;
  if (item->has_platform || item->descriptor->kind != MEDIA_MANIFEST)
    return;
  manifest = diff_load_manifest(diff, side, item->descriptor, &err);
  if (!manifest || manifest->config.kind != MEDIA_CONFIG)
    return;
  config = diff_load_config(diff, side, &manifest->config, &err);
  if (!config || !config->platform.architecture[0])
    return;
  item->has_platform = true;
  item->platform = config->platform;
}

static bool is_selected(const struct diff *diff, const struct item *item)
{
  const struct platform_set *platforms = &diff->options->platforms;

  if (item->refers_to) /* compared where all is: everything, bit for bit */
    return platforms->all && diff->strict;
  if (platforms->all || !item->has_platform)
    return true;
  return platform_set_has(platforms, &item->platform);
}

static void select_items(struct diff *diff, int side, const struct index *index,
                         struct items *items)
{
  items->list = xcalloc(index->n_manifests, sizeof(*items->list));
  items->n = 0;
  for (size_t i = 0; i < index->n_manifests; i++) {
    struct item *item = &items->list[items->n];

    *item = (struct item) { .descriptor = &index->manifests[i], .position = i };
    if (!descriptor_is_attestation(item->descriptor, &item->refers_to))
      item->refers_to = NULL;
    find_platform(diff, side, item);
    items->n += is_selected(diff, item);
  }
}

/* The item whose digest an attestation's reference names. */
static const struct item *referred(const struct items *items, const char *digest)
{
  char text[DIGEST_MAX_TEXT];

  for (size_t i = 0; i < items->n; i++)
    if (strcmp(digest_format(&items->list[i].descriptor->digest, text), digest) == 0)
      return &items->list[i];
  return NULL;
}

static bool belong_together(const struct items *items0, const struct item *a,
                            const struct items *items1, const struct item *b)
{
  if (!a->refers_to != !b->refers_to)
    return false;
  if (a->refers_to) {
    const struct item *about = referred(items0, a->refers_to);

    return about && about->pair && about->pair == referred(items1, b->refers_to);
  }
  if (a->has_platform != b->has_platform)
    return false;
  return a->has_platform
             ? platform_equal(&a->platform, &b->platform)
             : strcmp(a->descriptor->media_type, b->descriptor->media_type) == 0 &&
                   strcmp(a->descriptor->artifact_type, b->descriptor->artifact_type) == 0;
}

/* The n-th of a platform with the n-th; images before attestations, which follow theirs. */
static void pair_items(struct items *items0, struct items *items1)
{
  for (int attestations = 0; attestations < 2; attestations++)
    for (size_t i = 0; i < items0->n; i++) {
      struct item *a = &items0->list[i];

      if ((a->refers_to != NULL) != (attestations != 0))
        continue;
      for (size_t j = 0; j < items1->n && !a->pair; j++) {
        struct item *b = &items1->list[j];

        if (!b->pair && belong_together(items0, a, items1, b)) {
          a->pair = b;
          b->pair = a;
        }
      }
    }
}

static void describe(const struct item *item, char *text, size_t size)
{
  char platform[PLATFORM_MAX_TEXT];
  char digest[DIGEST_MAX_TEXT];

  if (item->refers_to)
    snprintf(text, size, "attestation of %.100s", item->refers_to);
  else if (item->has_platform)
    snprintf(text, size, "platform %s", platform_format(&item->platform, platform));
  else
    snprintf(text, size, "manifest %s", digest_format(&item->descriptor->digest, digest));
}

static void report_partnerless(struct diff *diff, const struct event_node *parent, int side,
                               const struct item *item)
{
  struct event_input inputs[2] = { { .descriptor = NULL } };
  char text[PLATFORM_MAX_TEXT + 200];
  char note[sizeof(text) + 100];
  char name[32];

  describe(item, text, sizeof(text));
  snprintf(name, sizeof(name), "manifests-%zu", item->position);
  snprintf(note, sizeof(note), "field \"Manifests[%zu]\": %s only appears in input %d",
           item->position, text, side);
  inputs[side].descriptor = item->descriptor;
  if (!item->refers_to)
    diff_note_unpaired(diff);
  diff_leaf(diff, parent, name, EVENT_INDEX, note, inputs, NULL);
}

static void list_platforms(const struct index *index, struct buf *out)
{
  char text[PLATFORM_MAX_TEXT];

  for (size_t i = 0; i < index->n_manifests && out->len < 400; i++) {
    const struct descriptor *descriptor = &index->manifests[i];

    if (descriptor->has_platform && !platform_is_unknown(&descriptor->platform))
      buf_printf(out, "%s%s", out->len ? ", " : "", platform_format(&descriptor->platform, text));
  }
}

static bool has_platform(const struct items *items, const struct platform *platform)
{
  for (size_t i = 0; i < items->n; i++)
    if (!items->list[i].has_platform || platform_equal(&items->list[i].platform, platform))
      return true;
  return false;
}

/* A platform asked for that no index has is an error: nothing would be compared. */
static int check_platforms(struct diff *diff, const struct index *const indexes[2],
                           const struct items items[2], struct error *err)
{
  const struct platform_set *platforms = &diff->options->platforms;
  AUTO_BUF known = BUF_INIT(4096);
  char text[PLATFORM_MAX_TEXT];

  for (size_t i = 0; i < platforms->n; i++) {
    int side = indexes[0] ? 0 : 1;

    if ((indexes[0] && has_platform(&items[0], &platforms->items[i])) ||
        (indexes[1] && has_platform(&items[1], &platforms->items[i])))
      continue;
    assert(indexes[side]);
    list_platforms(indexes[side], &known);
    error_set(err, ERROR_NOT_FOUND,
              "no manifest for platform %s: the index has %s (choose with --platform, or "
              "--all-platforms)",
              platform_format(&platforms->items[i], text), known.len ? known.ptr : "none");
    return diff_wrap_input(diff, side, err);
  }
  return 0;
}

static void compare_own_fields(struct diff *diff, const struct event_node *parent,
                               const struct index *i0, const struct index *i1,
                               const struct event_input inputs[2])
{
  static const char *const referred_to[] = { "manifests", "subject", "annotations", NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  json_t *const objects[2] = { i0->json, i1->json };
  struct json_diff_options options = {
    .empty_is_absent = !diff->strict,
    .skip = diff->strict ? NULL : referred_to,
  };

  if (!diff->options->effective && json_diff(&fields, schema_index, i0->json, i1->json, &options))
    diff_leaf(diff, parent, "index", EVENT_INDEX, NULL, inputs, &fields);
  compare_subjects(diff, parent, EVENT_INDEX, objects, inputs);
  compare_annotations(diff, parent, EVENT_INDEX, objects, inputs, false);
}

static void compare_pair(struct diff *diff, const struct event_node *parent, const struct item *a,
                         unsigned depth)
{
  const struct descriptor *d0 = a->descriptor;
  const struct descriptor *d1 = a->pair->descriptor;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  bool opaque = d0->kind == MEDIA_OTHER || d1->kind == MEDIA_OTHER;
  const bool was_in_passing = diff->in_passing;
  struct event_node *node;
  char name[32];
  char note[48];

  snprintf(name, sizeof(name), "manifests-%zu", a->position);
  snprintf(note, sizeof(note), "field \"Manifests[%zu]\"", a->position);
  node = diff_node(diff, parent, name, EVENT_INDEX, note, inputs);
  compare_descriptors(diff, node, d0, d1, false, opaque);
  diff->in_passing = diff->in_passing || a->refers_to;
  compare_objects(diff, node, d0, d1, depth + 1);
  diff->in_passing = was_in_passing;
}

static int check_depth(const struct diff *diff, int side, unsigned depth, struct error *err)
{
  if (depth < LIMIT_INDEX_DEPTH)
    return 0;
  error_set(err, ERROR_LIMIT, "indexes are nested more than %d deep, or refer to themselves",
            LIMIT_INDEX_DEPTH);
  return diff_wrap_input(diff, side, err);
}

/* Loads the indexes among the two descriptors and selects their manifests. */
static int load_indexes(struct diff *diff, const struct descriptor *const blobs[2],
                        const struct index *indexes[2], struct items items[2], unsigned depth,
                        struct error *err)
{
  if (check_depth(diff, blobs[0]->kind == MEDIA_INDEX ? 0 : 1, depth, err))
    return -1;
  for (int side = 0; side < 2; side++) {
    if (blobs[side]->kind != MEDIA_INDEX)
      continue;
    indexes[side] = diff_load_index(diff, side, blobs[side], err);
    if (!indexes[side])
      return -1;
    select_items(diff, side, indexes[side], &items[side]);
  }
  /* A platform may be missing from an index that was itself chosen by platform. */
  return depth ? 0 : check_platforms(diff, indexes, items, err);
}

void compare_indexes(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth)
{
  const struct descriptor *const blobs[2] = { d0, d1 };
  const struct index *indexes[2] = { NULL, NULL };
  struct items items[2] = { { NULL, 0 }, { NULL, 0 } };
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct error err;

  if (same_blob(d0, d1) && !diff->options->verify && depth)
    return;
  if (load_indexes(diff, blobs, indexes, items, depth, &err)) {
    diff_fail(diff, &err);
  } else {
    assert(indexes[0] && indexes[1]);
    inputs[0].index = indexes[0]->json;
    inputs[1].index = indexes[1]->json;
    compare_own_fields(diff, parent, indexes[0], indexes[1], inputs);
    pair_items(&items[0], &items[1]);
    for (size_t i = 0; i < items[0].n; i++)
      if (items[0].list[i].pair)
        compare_pair(diff, parent, &items[0].list[i], depth);
    for (int side = 0; side < 2; side++)
      for (size_t i = 0; i < items[side].n; i++)
        if (!items[side].list[i].pair)
          report_partnerless(diff, parent, side, &items[side].list[i]);
  }
  items_release(&items[0]);
  items_release(&items[1]);
}

/* The item of an index to compare with a lone manifest: the one of the manifest's own platform
 * where that is selected, else the first in the order in which the platforms were asked for. */
static const struct item *counterpart(struct diff *diff, int manifest_side,
                                      const struct descriptor *manifest_blob,
                                      const struct items *items)
{
  const struct platform_set *platforms = &diff->options->platforms;
  struct item lone = { .descriptor = manifest_blob };

  find_platform(diff, manifest_side, &lone);
  for (size_t i = 0; i < items->n && lone.has_platform; i++)
    if (items->list[i].has_platform && !items->list[i].refers_to &&
        platform_equal(&items->list[i].platform, &lone.platform))
      return &items->list[i];
  for (size_t p = 0; p < platforms->n; p++)
    for (size_t i = 0; i < items->n; i++)
      if (items->list[i].has_platform &&
          platform_equal(&items->list[i].platform, &platforms->items[p]))
        return &items->list[i];
  for (size_t i = 0; i < items->n; i++)
    if (!items->list[i].refers_to)
      return &items->list[i];
  return NULL;
}

static void compare_with_counterpart(struct diff *diff, const struct event_node *parent,
                                     const struct descriptor *const blobs[2], int index_side,
                                     const struct items *items, unsigned depth)
{
  const struct item *item = counterpart(diff, 1 - index_side, blobs[1 - index_side], items);
  const struct descriptor *pair[2] = { blobs[0], blobs[1] };
  struct event_input inputs[2];
  struct event_node *node;

  if (item) {
    pair[index_side] = item->descriptor;
    inputs[0] = (struct event_input) { .descriptor = pair[0] };
    inputs[1] = (struct event_input) { .descriptor = pair[1] };
    node = diff_node(diff, parent, "manifest", EVENT_MANIFEST, "index vs manifest", inputs);
    /* The lone manifest's descriptor is what names its image: names are no content. */
    compare_descriptors(diff, node, pair[0], pair[1], depth == 0,
                        pair[index_side]->kind == MEDIA_OTHER);
    compare_objects(diff, node, pair[0], pair[1], depth + 1);
  }
  if (diff->options->platforms.all)
    for (size_t i = 0; i < items->n; i++)
      if (&items->list[i] != item)
        report_partnerless(diff, parent, index_side, &items->list[i]);
}

void compare_index_with_manifest(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1,
                                 int index_side, unsigned depth)
{
  const struct descriptor *const blobs[2] = { d0, d1 };
  const struct index *indexes[2] = { NULL, NULL };
  struct items items[2] = { { NULL, 0 }, { NULL, 0 } };
  struct error err;

  if (load_indexes(diff, blobs, indexes, items, depth, &err))
    diff_fail(diff, &err);
  else
    compare_with_counterpart(diff, parent, blobs, index_side, &items[index_side], depth);
  items_release(&items[0]);
  items_release(&items[1]);
}
