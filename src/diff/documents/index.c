/* Indexes: their own fields, then their manifests, paired by platform. */
#include <assert.h>
#include <stdio.h>

#include "base/limits.h"
#include "diff/documents/index_items.h"
#include "diff/documents/json_diff.h"
#include "diff/documents/loaded.h"
#include "diff/layers/tasks.h"
#include "image/schema.h"

/* Where there is no such image on the other side, nothing attests to it there, which needs no
 * words. */
static bool is_lone(const struct item *item)
{
  return !item->pair && !(item->about && !item->about->pair);
}

static void report_partnerless(struct diff *diff, const struct event_node *parent, int side,
                               const struct item *item)
{
  struct event_input inputs[2] = { { .descriptor = NULL } };
  char text[ITEM_MAX_TEXT];
  char note[ITEM_MAX_TEXT + 100];
  char name[32];

  snprintf(name, sizeof(name), "manifests-%zu", item->position);
  snprintf(note, sizeof(note), "field \"Manifests[%zu]\": %s only appears in input %d",
           item->position, item_describe(item, text), side);
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

/* A platform asked for that no index has is an error: nothing would be compared. */
static int check_platforms(struct diff *diff, const struct index *const indexes[2],
                           const struct items items[2], struct error *err)
{
  const struct platform_set *platforms = diff->platforms;
  AUTO_BUF known = BUF_INIT(4096);
  char text[PLATFORM_MAX_TEXT];

  for (size_t i = 0; i < platforms->n; i++) {
    int side = indexes[0] ? 0 : 1;

    if ((indexes[0] && items_have_platform(&items[0], &platforms->items[i])) ||
        (indexes[1] && items_have_platform(&items[1], &platforms->items[i])))
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

/* An attestation is compared if that was asked for, and where all is: everything, bit for bit. Else
 * it counts only that there is one. */
static bool is_left_alone(const struct diff *diff, const struct item *item)
{
  return item->refers_to && !diff->options->attestations && !diff->platforms->all;
}

/* What an attestation's descriptor says is about the image, and compared with it. */
static void compare_attestation_pair(struct diff *diff, const struct event_node *node,
                                     const struct item *a, unsigned depth)
{
  const struct descriptor *d0 = a->descriptor;
  const struct descriptor *d1 = a->pair->descriptor;
  const bool was_in_passing = diff->in_passing;

  if (diff->strict)
    compare_descriptors(diff, node, d0, d1, DESCRIPTOR_INSIDE, false);
  diff->in_passing = true;
  diff->subjects[0] = a->about->descriptor;
  diff->subjects[1] = a->pair->about->descriptor;
  if (diff->options->attestations)
    compare_attestations(diff, node, d0, d1);
  else
    compare_objects(diff, node, d0, d1, depth + 1);
  diff->subjects[0] = diff->subjects[1] = NULL;
  diff->in_passing = was_in_passing;
}

static void index_compare_pair(struct diff *diff, const struct event_node *parent,
                               const struct item *a, unsigned depth)
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
  if (a->refers_to) {
    compare_attestation_pair(diff, node, a, depth);
    return;
  }
  if (a->is_artifact) { /* no image that the verdict is about, but neither are both the same */
    if (!same_blob(d0, d1))
      diff_note_unpaired(diff);
    diff->in_passing = true;
  }
  compare_descriptors(diff, node, d0, d1, DESCRIPTOR_INSIDE, opaque);
  compare_objects(diff, node, d0, d1, depth + 1);
  diff->in_passing = was_in_passing;
}

/* Engines take the first manifest of a platform. */
static void index_compare_in_effect(struct diff *diff, const struct event_node *parent,
                                    const struct item *item0, const struct item *item1,
                                    const char *why)
{
  const struct descriptor *d0 = item0->descriptor;
  const struct descriptor *d1 = item1->descriptor;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct event_node *node;
  char name[32];

  diff_note_unpaired(diff);
  if (diff->strict || same_blob(d0, d1) || d0->kind != MEDIA_MANIFEST || d1->kind != MEDIA_MANIFEST)
    return;
  snprintf(name, sizeof(name), "manifests-%zu", item0->position);
  node = diff_node(diff, parent, name, EVENT_INDEX, why, inputs);
  compare_manifests_in_effect(diff, node, d0, d1);
}

/* Likewise of Windows, where the latest of a build is; each two but once. */
static void compare_latest(struct diff *diff, const struct event_node *parent,
                           const struct items items[2])
{
  for (size_t i = 0; i < items[0].n; i++) {
    const struct item *latest0 = &items[0].list[i];
    const struct item *latest1;

    if (latest0->refers_to || latest0->is_artifact || !latest0->has_platform ||
        items_latest_like(&items[0], latest0) != latest0)
      continue;
    latest1 = items_latest_like(&items[1], latest0);
    if (latest1 && latest0->pair != latest1 &&
        (items_first_like(&items[0], latest0) != latest0 ||
         items_first_like(&items[1], latest0) != latest1))
      index_compare_in_effect(diff, parent, latest0, latest1, "latest of its build");
  }
}

/* Where the first manifests of a platform are not each other's partners, another one is run. */
static void compare_firsts(struct diff *diff, const struct event_node *parent,
                           const struct items items[2])
{
  for (size_t i = 0; i < items[0].n; i++) {
    const struct item *first0 = &items[0].list[i];
    const struct item *first1;

    if (first0->refers_to || first0->is_artifact || !first0->has_platform ||
        items_first_like(&items[0], first0) != first0)
      continue;
    first1 = items_first_like(&items[1], first0);
    if (first1 && first0->pair != first1)
      index_compare_in_effect(diff, parent, first0, first1, "first of its platform");
  }
}

/* --effective: a further manifest of a platform that the other side has too may be what an engine
 * prefers, for its compression, say; it has to come to the same. Whether it was compared. */
static bool compare_surplus(struct diff *diff, const struct event_node *parent,
                            const struct items items[2], int side, const struct item *item)
{
  const struct item *other;

  if (!diff->options->effective || !item->has_platform || item->refers_to || item->is_artifact)
    return false;
  other = items_first_like(&items[1 - side], item);
  if (!other)
    return false;
  index_compare_in_effect(diff, parent, side ? other : item, side ? item : other,
                          "a further one of its platform");
  return true;
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
    if (items_select(diff, side, indexes[side], &items[side], err))
      return diff_wrap_input(diff, side, err);
  }
  /* A platform may be missing from an index that was itself chosen by platform. */
  return depth ? 0 : check_platforms(diff, indexes, items, err);
}

void compare_indexes(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth)
{
  const struct descriptor *const blobs[2] = { d0, d1 };
  const struct index *indexes[2] = { NULL, NULL };
  struct items items[2] = { { 0 }, { 0 } };
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
    items_pair(&items[0], &items[1]);
    if (!same_blob(d0, d1) && (items[0].holds_more || items[1].holds_more))
      diff_note_unpaired(diff);
    for (size_t i = 0; i < items[0].n; i++)
      if (items[0].list[i].pair && !is_left_alone(diff, &items[0].list[i]))
        index_compare_pair(diff, parent, &items[0].list[i], depth);
    compare_firsts(diff, parent, items);
    compare_latest(diff, parent, items);
    for (int side = 0; side < 2; side++)
      for (size_t i = 0; i < items[side].n; i++)
        if (is_lone(&items[side].list[i]) &&
            !compare_surplus(diff, parent, items, side, &items[side].list[i]))
          report_partnerless(diff, parent, side, &items[side].list[i]);
  }
  items_release(&items[0]);
  items_release(&items[1]);
}

/* An image may be referred to by way of its index, or by its manifest. */
static void compare_referrers_of_both(struct diff *diff, const struct event_node *parent,
                                      const struct descriptor *const blobs[2], int index_side,
                                      const struct item *item)
{
  const struct descriptor *subjects[2] = { blobs[0], blobs[1] };
  const struct descriptor *more[2] = { NULL, NULL };

  if (item && item->descriptor->kind == MEDIA_INDEX)
    subjects[1 - index_side] = NULL; /* it is asked about further down */
  else if (item)
    more[index_side] = item->descriptor;
  compare_referrers(diff, parent, subjects, more);
}

static void compare_with_counterpart(struct diff *diff, const struct event_node *parent,
                                     const struct descriptor *const blobs[2], int index_side,
                                     const struct items *items, unsigned depth)
{
  const struct item *item = items_counterpart(diff, 1 - index_side, blobs[1 - index_side], items);
  const struct descriptor *pair[2] = { blobs[0], blobs[1] };
  struct event_input inputs[2];
  struct event_node *node;

  if (item) {
    pair[index_side] = item->descriptor;
    inputs[0] = (struct event_input) { .descriptor = pair[0] };
    inputs[1] = (struct event_input) { .descriptor = pair[1] };
    node = diff_node(diff, parent, "manifest", EVENT_MANIFEST, "index vs manifest", inputs);
    /* The lone manifest's descriptor is what names its image: names are no content. */
    compare_descriptors(diff, node, pair[0], pair[1],
                        depth == 0 ? DESCRIPTOR_HALF_ROOT : DESCRIPTOR_INSIDE,
                        pair[index_side]->kind == MEDIA_OTHER);
    if (pair[index_side]->kind == MEDIA_MANIFEST)
      compare_manifests(diff, node, pair[0], pair[1]);
    else
      compare_objects(diff, node, pair[0], pair[1], depth + 1);
  }
  compare_referrers_of_both(diff, parent, blobs, index_side, item);
  for (size_t i = 0; i < items->n; i++)
    if (&items->list[i] != item &&
        (items->list[i].refers_to ? items->list[i].about == item : diff->platforms->all))
      report_partnerless(diff, parent, index_side, &items->list[i]);
}

void compare_index_with_manifest(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1,
                                 int index_side, unsigned depth)
{
  const struct descriptor *const blobs[2] = { d0, d1 };
  const struct index *indexes[2] = { NULL, NULL };
  struct items items[2] = { { 0 }, { 0 } };
  struct error err;

  if (load_indexes(diff, blobs, indexes, items, depth, &err))
    diff_fail(diff, &err);
  else
    compare_with_counterpart(diff, parent, blobs, index_side, &items[index_side], depth);
  items_release(&items[0]);
  items_release(&items[1]);
}
