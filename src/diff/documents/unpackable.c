#include "diff/documents/unpackable.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "diff/documents/loaded.h"
#include "diff/documents/sayings.h"
#include "diff/layers/tasks.h"
#include "diff/notices.h"

enum { NOTE_MAX = 300, ROW_MAX = NOTE_MAX + 40 };

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

enum fits { FITS, FITS_NOT_DOCKER, FITS_NOBODY };

/* Who can unpack the image, as far as its config goes. note: says why not. */
static enum fits unpackable_fits(struct diff *diff, int side, const struct manifest *manifest,
                                 char note[static NOTE_MAX])
{
  const struct config *config = config_of(diff, side, manifest);
  const size_t n = config ? json_array_size(config->diff_ids) : 0;
  struct error err;

  if (!config)
    return FITS;
  if (n != manifest->n_layers) {
    snprintf(note, NOTE_MAX,
             "cannot be unpacked: the config's rootfs.diff_ids are %zu, the layers %zu", n,
             manifest->n_layers);
    return FITS_NOBODY;
  }
  if (config_docker_takes(config, &err))
    return FITS;
  snprintf(note, NOTE_MAX, "cannot be unpacked by Docker: config: %.250s", err.message);
  return FITS_NOT_DOCKER;
}

/* To be freed; *n: how many. Of both images together, for which the numbers of diff_ids are right.
 */
static struct saying *sayings_of(struct diff *diff, const struct manifest *const manifests[2],
                                 const struct config *const configs[2], bool reads, size_t *n)
{
  struct saying *sayings =
      xcalloc(manifests[0]->n_layers + manifests[1]->n_layers + 1, sizeof(*sayings));

  *n = 0;
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; configs[side] && i < manifests[side]->n_layers; i++) {
      struct saying *saying = &sayings[*n];

      *saying = (struct saying) { .side = side, .layer = &manifests[side]->layers[i] };
      saying->diff_id = json_string_value(json_array_get(configs[side]->diff_ids, i));
      if (reads)
        saying->is_read = diff_knows_content(diff, side, saying->layer, &saying->fingerprint);
      *n += saying->diff_id != NULL;
    }
  return sayings;
}

static void tell_contradiction(struct diff *diff, const struct saying *const found[2],
                               char note[static ROW_MAX])
{
  const bool same_id = strcmp(found[0]->diff_id, found[1]->diff_id) == 0;
  const bool same_image = found[0]->side == found[1]->side;
  AUTO_FREE char *line = NULL;
  char digests[2][DIGEST_MAX_TEXT];

  digest_format(&found[0]->layer->digest, digests[0]);
  digest_format(&found[1]->layer->digest, digests[1]);
  line = xasprintf("layer %s: rootfs.diff_ids says %.140s of it, and %.140s of %s%s%s: %s",
                   digests[1], found[1]->diff_id, same_id ? "the same" : found[0]->diff_id,
                   same_blob(found[0]->layer, found[1]->layer) ? "the same layer"
                   : same_id                                   ? "another content, layer "
                                                               : "the same content, layer ",
                   same_blob(found[0]->layer, found[1]->layer) ? "" : digests[0],
                   same_image ? "" : " in the other image",
                   same_image ? "it cannot be unpacked"
                              : "one of the two cannot be unpacked (--verify tells which)");
  diff_notice(diff, found[1]->side, str_of(line));
  if (same_image)
    snprintf(note, ROW_MAX,
             "input %d cannot be unpacked: its rootfs.diff_ids contradict each other",
             found[1]->side);
  else
    snprintf(note, ROW_MAX, "rootfs.diff_ids of the two images contradict each other");
}

/* Whether there is a contradiction; it is told, and note: what a row says of it. */
static bool unpackable_contradicts(struct diff *diff, const struct manifest *const manifests[2],
                                   const struct config *const configs[2], bool reads,
                                   char note[static ROW_MAX])
{
  size_t compared;
  size_t n;
  AUTO_FREE struct saying *sayings = sayings_of(diff, manifests, configs, reads, &n);
  const struct saying *found[2];

  if (!sayings_contradict(sayings, n, found, &compared))
    return false;
  tell_contradiction(diff, found, note);
  return true;
}

static void send_unpackable(struct diff *diff, const struct event_node *parent, const char *note)
{
  static const struct event_input no_inputs[2] = { 0 };

  diff_leaf(diff, parent, "layer", EVENT_LAYER, note, no_inputs, NULL);
}

void compare_diff_ids(struct diff *diff, const struct event_node *parent,
                      const struct manifest *const manifests[2])
{
  char notes[2][NOTE_MAX];
  char note[ROW_MAX];
  enum fits fits[2];

  if (same_blob(&manifests[0]->config, &manifests[1]->config) &&
      manifests[0]->n_layers == manifests[1]->n_layers && !diff->options->verify)
    return;
  for (int side = 0; side < 2; side++) {
    fits[side] = unpackable_fits(diff, side, manifests[side], notes[side]);
    if (fits[side] != FITS)
      diff_notice(diff, side, str_of(notes[side]));
  }
  if (fits[0] != fits[1])
    snprintf(note, sizeof(note), "input %d %s", fits[1] > fits[0], notes[fits[1] > fits[0]]);
  else if (fits[0] == FITS_NOBODY || !unpackable_contradicts(diff, manifests,
                                                             (const struct config *const[2]) {
                                                                 config_of(diff, 0, manifests[0]),
                                                                 config_of(diff, 1, manifests[1]),
                                                             },
                                                             false, note))
    return;
  diff->unpackable = true;
  if (diff->options->effective)
    send_unpackable(diff, parent, note);
}

/* As unpackable_contradicts, of what could not be told before layers were read. */
static bool contradicts_once_read(struct diff *diff, const struct manifest *const manifests[2],
                                  const struct config *const configs[2], char note[static ROW_MAX])
{
  const bool looked = !same_blob(&manifests[0]->config, &manifests[1]->config);
  size_t compared;
  size_t n;

  for (int side = 0; side < 2; side++)
    if (configs[side] && json_array_size(configs[side]->diff_ids) != manifests[side]->n_layers)
      return false; /* told before */
  if (looked) {
    AUTO_FREE struct saying *sayings = sayings_of(diff, manifests, configs, false, &n);

    if (sayings_contradict(sayings, n, (const struct saying *[2]) { NULL, NULL }, &compared))
      return false; /* likewise */
  }
  return unpackable_contradicts(diff, manifests, configs, true, note);
}

void compare_diff_ids_read(struct diff *diff, const struct event_node *parent,
                           const struct manifest *const manifests[2],
                           const struct config *const configs[2])
{
  char note[ROW_MAX];

  if (contradicts_once_read(diff, manifests, configs, note))
    send_unpackable(diff, parent, note);
}

/* Whether anything was read that tells more than the digests of the layers. */
static bool has_read_layers(struct diff *diff, const struct manifest *const manifests[2])
{
  bool has[2] = { false, false };
  uint64_t fingerprint;

  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < manifests[side]->n_layers && !has[side]; i++)
      has[side] = diff_knows_content(diff, side, &manifests[side]->layers[i], &fingerprint);
  return has[0] && has[1];
}

void check_diff_ids_read(struct diff *diff)
{
  char note[ROW_MAX];

  for (size_t i = 0; i < diff->n_pairs; i++) {
    const struct manifest *const *manifests = diff->pairs[i].manifests;

    if (has_read_layers(diff, manifests) &&
        contradicts_once_read(diff, manifests,
                              (const struct config *const[2]) { config_of(diff, 0, manifests[0]),
                                                                config_of(diff, 1, manifests[1]) },
                              note))
      diff->unpackable = true;
  }
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
