#include "diff/documents/unpackable.h"

#include <stdio.h>
#include <string.h>

#include "diff/layers/tasks.h"
#include "diff/notices.h"

/* NULL for an artifact, and where it cannot be read, which is told elsewhere. */
static const struct config *config_of(struct diff *diff, int side, const struct manifest *manifest)
{
  struct error ignored;

  if (manifest->config.kind != MEDIA_CONFIG || diff->options->sources[side]->is_root)
    return NULL;
  for (size_t i = 0; i < manifest->n_layers; i++)
    if (manifest->layers[i].kind != MEDIA_LAYER)
      return NULL;
  return diff_load_config(diff, side, &manifest->config, &ignored);
}

/* Whether the image can be unpacked, as far as the number of its diff_ids goes. note: says why not.
 */
static bool unpackable_fits(struct diff *diff, int side, const struct manifest *manifest,
                            char note[static 160])
{
  const struct config *config = config_of(diff, side, manifest);
  const size_t n = config ? json_array_size(config->diff_ids) : 0;

  if (!config || n == manifest->n_layers)
    return true;
  snprintf(note, 160, "cannot be unpacked: the config's rootfs.diff_ids are %zu, the layers %zu", n,
           manifest->n_layers);
  return false;
}

static const char *diff_id_of(const struct config *config, size_t layer)
{
  return json_string_value(json_array_get(config->diff_ids, layer));
}

/* One blob has one uncompressed content: where the configs say two digests of it, one image at
 * least is refused by every engine. Which one only reading the layer tells. Both images have as
 * many diff_ids as layers. Whether they contradict each other; note: where. */
static bool unpackable_contradicts(struct diff *diff, const struct manifest *const manifests[2],
                                   char note[static 400])
{
  const struct config *const configs[2] = { config_of(diff, 0, manifests[0]),
                                            config_of(diff, 1, manifests[1]) };
  char digest[DIGEST_MAX_TEXT];

  if (!configs[0] || !configs[1])
    return false;
  for (size_t i = 0; i < manifests[0]->n_layers; i++)
    for (size_t j = 0; j < manifests[1]->n_layers; j++) {
      const char *const ids[2] = { diff_id_of(configs[0], i), diff_id_of(configs[1], j) };

      if (!ids[0] || !ids[1] || strcmp(ids[0], ids[1]) == 0 ||
          !same_blob(&manifests[0]->layers[i], &manifests[1]->layers[j]))
        continue;
      snprintf(note, 400,
               "layer %s: rootfs.diff_ids says %.100s here, and %.100s in the other image: one of "
               "the two cannot be unpacked (--verify tells which)",
               digest_format(&manifests[1]->layers[j].digest, digest), ids[1], ids[0]);
      return true;
    }
  return false;
}

void compare_diff_ids(struct diff *diff, const struct event_node *parent,
                      const struct manifest *const manifests[2])
{
  static const struct event_input no_inputs[2] = { 0 };
  char contradiction[400];
  char notes[2][160];
  char note[200];
  bool good[2];

  if (same_blob(&manifests[0]->config, &manifests[1]->config) &&
      manifests[0]->n_layers == manifests[1]->n_layers && !diff->options->verify)
    return;
  for (int side = 0; side < 2; side++) {
    good[side] = unpackable_fits(diff, side, manifests[side], notes[side]);
    if (!good[side])
      diff_notice(diff, side, str_of(notes[side]));
  }
  if (good[0] && good[1] && unpackable_contradicts(diff, manifests, contradiction)) {
    diff_notice(diff, 1, str_of(contradiction));
    snprintf(note, sizeof(note), "rootfs.diff_ids of the two images contradict each other");
  } else if (good[0] == good[1]) {
    return;
  } else {
    snprintf(note, sizeof(note), "input %d %s", good[0], notes[good[0]]);
  }
  diff->unpackable = true;
  if (diff->options->effective)
    diff_leaf(diff, parent, "layer", EVENT_LAYER, note, no_inputs, NULL);
}

void check_layers(struct diff *diff, const struct manifest *const manifests[2])
{
  const size_t n = MAX_OF(manifests[0]->n_layers, manifests[1]->n_layers);
  const struct config *const configs[2] = { config_of(diff, 0, manifests[0]),
                                            config_of(diff, 1, manifests[1]) };

  for (size_t i = 0; i < n; i++) {
    const struct descriptor *layers[2] = { NULL, NULL };
    const char *ids[2] = { NULL, NULL };

    for (int side = 0; side < 2; side++) {
      if (i >= manifests[side]->n_layers)
        continue;
      layers[side] = &manifests[side]->layers[i];
      if (configs[side])
        ids[side] = json_string_value(json_array_get(configs[side]->diff_ids, i));
    }
    tasks_add_check_layers(diff, layers, ids);
  }
}
