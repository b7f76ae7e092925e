/* Manifests: their own fields, then config and layers. */
#include <stdio.h>

#include "base/alloc.h"
#include "diff/compare.h"
#include "diff/documents/artifact.h"
#include "diff/documents/json_diff.h"
#include "diff/documents/loaded.h"
#include "diff/documents/unpackable.h"
#include "diff/effective/effective.h"
#include "diff/layers/tasks.h"
#include "diff/notices.h"
#include "image/history.h"
#include "image/schema.h"

void compare_manifest_fields(struct diff *diff, const struct event_node *parent,
                             const struct manifest *m0, const struct manifest *m1,
                             const struct event_input inputs[2])
{
  static const char *const referred[] = { "config", "layers", "subject", "annotations", NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  json_t *const objects[2] = { m0->json, m1->json };
  struct json_diff_options options = {
    .empty_is_absent = !diff->strict,
    .skip = diff->strict ? NULL : referred,
  };

  if (json_diff(&fields, schema_manifest, m0->json, m1->json, &options))
    diff_leaf(diff, parent, "manifest", EVENT_MANIFEST, NULL, inputs, &fields);
  compare_subjects(diff, parent, EVENT_MANIFEST, objects, inputs);
  compare_annotations(diff, parent, EVENT_MANIFEST, objects, inputs, false);
}

static void compare_config_blobs(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1)
{
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  bool opaque = d0->kind != MEDIA_CONFIG || d1->kind != MEDIA_CONFIG;
  struct event_node *node =
      diff_node(diff, parent, "config", EVENT_MANIFEST, "field \"Config\"", inputs);

  compare_descriptors(diff, node, d0, d1, DESCRIPTOR_INSIDE, opaque);
  if (same_blob(d0, d1) || opaque) {
    if (diff->options->verify)
      tasks_add_check(diff, d0, d1);
    return;
  }
  compare_configs(diff, node, d0, d1);
}

/* Whether two layers have to be compared by their digests. Of an artifact, what is no tar stream is
 * looked at, and the error remembered, where these differ. */
static bool are_opaque(struct diff *diff, const struct manifest *const manifests[2],
                       const struct descriptor *const blobs[2])
{
  struct error err;

  if (blobs[0]->kind != MEDIA_LAYER || blobs[1]->kind != MEDIA_LAYER)
    return true;
  for (int side = 0; side < 2 && !same_blob(blobs[0], blobs[1]); side++) {
    bool is_tar = true;

    if (manifests[side]->is_artifact && artifact_is_tar(diff, side, blobs[side], &is_tar, &err) < 0)
      diff_fail(diff, &err);
    if (!is_tar)
      return true;
  }
  return false;
}

/* The config of a side where it has been read, as it has if it differs; only then do layers differ
 * in more than how they are compressed. Else NULL. */
static const struct config *known_config(struct diff *diff, int side,
                                         const struct manifest *const manifests[2])
{
  struct error ignored;

  if (same_blob(&manifests[0]->config, &manifests[1]->config) ||
      manifests[0]->config.kind != MEDIA_CONFIG || manifests[1]->config.kind != MEDIA_CONFIG)
    return NULL;
  return diff_load_config(diff, side, &manifests[side]->config, &ignored);
}

/* The history's items of all layers of a side, where they are known. To be freed. */
static const json_t **layer_history(struct diff *diff, int side,
                                    const struct manifest *const manifests[2])
{
  const struct config *config = known_config(diff, side, manifests);
  const json_t **items = xcalloc(manifests[side]->n_layers + 1, sizeof(json_t *));

  if (config)
    history_of_layers(config->history, manifests[side]->n_layers, items);
  return items;
}

static void compare_layer_blobs(struct diff *diff, const struct event_node *parent, size_t number,
                                const struct manifest *const manifests[2],
                                const json_t *const history[2])
{
  const struct descriptor *const blobs[2] = { &manifests[0]->layers[number],
                                              &manifests[1]->layers[number] };
  struct event_input inputs[2] = {
    { .descriptor = blobs[0], .created_by = history_created_by(history[0]) },
    { .descriptor = blobs[1], .created_by = history_created_by(history[1]) },
  };
  bool opaque = are_opaque(diff, manifests, blobs);
  struct event_node *node;
  char name[32];
  char note[48];

  snprintf(name, sizeof(name), "layers-%zu", number);
  snprintf(note, sizeof(note), "field \"Layers[%zu]\"", number);
  node = diff_node(diff, parent, name, EVENT_MANIFEST, note, inputs);
  compare_descriptors(diff, node, blobs[0], blobs[1], DESCRIPTOR_INSIDE, opaque);
  if (!same_blob(blobs[0], blobs[1]) && !opaque)
    tasks_add_layers(diff, node, number, blobs[0], blobs[1]);
}

/* The layers of an artifact are files of their own; nothing merges them. */
static bool all_layers_readable(const struct manifest *manifest)
{
  if (manifest->is_artifact)
    return false;
  for (size_t i = 0; i < manifest->n_layers; i++)
    if (manifest->layers[i].kind != MEDIA_LAYER)
      return false;
  return true;
}

/* Nobody asked for it, and it leaves out what merging hides: which layer a file is in, files that a
 * layer above removes. */
static void note_merging(struct diff *diff, const struct event_node *parent,
                         const struct manifest *m0, const struct manifest *m1)
{
  AUTO_FREE char *line =
      xasprintf("%s%slayers merged, as their numbers differ: %zu in input 0, %zu in input 1",
                parent->parent ? parent->context : "", parent->parent ? ": " : "", m0->n_layers,
                m1->n_layers);

  diff_note(diff, str_of(line));
}

static void compare_layer_stacks(struct diff *diff, const struct event_node *parent,
                                 const struct manifest *m0, const struct manifest *m1,
                                 const struct event_input inputs[2])
{
  const struct manifest *const manifests[2] = { m0, m1 };
  char note[96];

  if (m0->n_layers == m1->n_layers) {
    AUTO_FREE const json_t **history0 = layer_history(diff, 0, manifests);
    AUTO_FREE const json_t **history1 = layer_history(diff, 1, manifests);

    for (size_t i = 0; i < m0->n_layers; i++)
      compare_layer_blobs(diff, parent, i, manifests,
                          (const json_t *const[2]) { history0[i], history1[i] });
  } else if (all_layers_readable(m0) && all_layers_readable(m1)) {
    note_merging(diff, parent, m0, m1);
    tasks_add_squash(diff, parent, manifests,
                     (const struct config *const[2]) { known_config(diff, 0, manifests),
                                                       known_config(diff, 1, manifests) });
  } else {
    snprintf(note, sizeof(note), "field \"Layers\": length mismatch (%zu vs %zu)", m0->n_layers,
             m1->n_layers);
    diff_leaf(diff, parent, "layers", EVENT_MANIFEST, note, inputs, NULL);
  }
}

/* --effective: the configs now, the layers as one task. What is no image is compared blob by blob.
 */
static void manifest_compare_in_effect(struct diff *diff, const struct event_node *parent,
                                       const struct manifest *m0, const struct manifest *m1,
                                       const struct event_input inputs[2])
{
  const struct manifest *const manifests[2] = { m0, m1 };
  const struct config *configs[2] = { NULL, NULL };
  struct event_input config_inputs[2];
  struct event_node *node;
  struct error err;

  for (int side = 0; side < 2; side++) {
    const struct descriptor *blob = &manifests[side]->config;

    if (blob->kind != MEDIA_CONFIG)
      continue;
    configs[side] = diff_load_config(diff, side, blob, &err);
    if (!configs[side]) {
      diff_fail(diff, &err);
      return;
    }
    config_inputs[side] =
        (struct event_input) { .descriptor = blob, .config = configs[side]->json };
  }
  if (!effective_can_compare(
          (const struct effective_image[2]) { { m0, configs[0] }, { m1, configs[1] } })) {
    compare_config_blobs(diff, parent, &m0->config, &m1->config);
    compare_layer_stacks(diff, parent, m0, m1, inputs);
    return;
  }
  if (diff_is_about_root(diff)) {
    diff_note(diff, STR("a root file system is no image: files are compared as with --effective, "
                        "the config is not"));
  } else {
    node = diff_node(diff, parent, "config", EVENT_MANIFEST, "field \"Config\"", config_inputs);
    effective_compare_configs(diff, node, configs, config_inputs);
    effective_compare_annotations(diff, parent, manifests, inputs);
  }
  tasks_add_effective(diff, parent, manifests, configs);
}

void compare_manifests_in_effect(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1)
{
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct error err;
  const struct manifest *m0 = diff_load_manifest(diff, 0, d0, &err);
  const struct manifest *m1 = m0 ? diff_load_manifest(diff, 1, d1, &err) : NULL;

  if (!m0 || !m1) {
    diff_fail(diff, &err);
    return;
  }
  inputs[0].manifest = m0->json;
  inputs[1].manifest = m1->json;
  manifest_compare_in_effect(diff, parent, m0, m1, inputs);
}

/* Layers that are taken for the same since their digests are, where an archive only claims these:
 * each is hashed, once, so that one that is another is an error and not equal. */
static void check_claimed_layers(struct diff *diff, const struct manifest *const manifests[2])
{
  struct source *const *sources = diff->options->sources;

  if (!sources[0]->digests_claimed && !sources[1]->digests_claimed)
    return;
  for (size_t i = 0; i < manifests[0]->n_layers && i < manifests[1]->n_layers; i++) {
    const struct descriptor *const layer = &manifests[0]->layers[i];
    size_t before = 0;

    while (before < i && !same_blob(&manifests[0]->layers[before], layer))
      before++;
    if (before == i && same_blob(layer, &manifests[1]->layers[i]))
      tasks_add_check(diff, layer, &manifests[1]->layers[i]);
  }
}

/* What is read of layers even where nothing has to be compared. */
static void check_unread(struct diff *diff, const struct manifest *const manifests[2])
{
  if (diff->options->verify)
    check_layers(diff, manifests);
  else
    check_claimed_layers(diff, manifests);
}

void compare_manifests(struct diff *diff, const struct event_node *parent,
                       const struct descriptor *d0, const struct descriptor *d1)
{
  const struct manifest *m0;
  const struct manifest *m1;
  const struct manifest *manifests[2];
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct error err;

  /* The same manifest on both sides is read all the same: one that is missing or garbage is no
   * image, and so identical to nothing. What is not the image itself costs a request and decides
   * nothing. */
  if (same_blob(d0, d1) && !diff->options->verify && diff->in_passing)
    return;
  m0 = diff_load_manifest(diff, 0, d0, &err);
  m1 = m0 ? diff_load_manifest(diff, 1, d1, &err) : NULL;
  if (!m0 || !m1) {
    diff_fail(diff, &err);
    return;
  }
  manifests[0] = m0;
  manifests[1] = m1;
  if (same_blob(d0, d1)) {
    if (diff->options->verify)
      tasks_add_check(diff, &m0->config, &m1->config);
    check_unread(diff, manifests);
    return;
  }
  diff_note_images(diff, d0, d1, m0, m1);
  inputs[0].manifest = m0->json;
  inputs[1].manifest = m1->json;
  compare_diff_ids(diff, parent, manifests);
  check_unread(diff, manifests);
  if (diff->options->effective) {
    manifest_compare_in_effect(diff, parent, m0, m1, inputs);
    return;
  }
  compare_manifest_fields(diff, parent, m0, m1, inputs);
  compare_config_blobs(diff, parent, &m0->config, &m1->config);
  compare_layer_stacks(diff, parent, m0, m1, inputs);
}
