/* Two images as a container would see them: the layers of each are merged while both are read, then
 * the trees are compared. */
#include "diff/effective.h"

#include "diff/effective_read.h"
#include "diff/effective_trees.h"

bool effective_can_compare(const struct effective_image images[2])
{
  for (int side = 0; side < 2; side++) {
    if (!images[side].config)
      return false;
    for (size_t i = 0; i < images[side].manifest->n_layers; i++)
      if (images[side].manifest->layers[i].kind != MEDIA_LAYER)
        return false;
  }
  return true;
}

static bool same_layers(const struct manifest *m0, const struct manifest *m1)
{
  if (m0->n_layers != m1->n_layers)
    return false;
  for (size_t i = 0; i < m0->n_layers; i++)
    if (!same_blob(&m0->layers[i], &m1->layers[i]))
      return false;
  return true;
}

/* The history has an item for every layer, in order, and others that made none. Where the numbers
 * do not agree nothing is known. */
static void find_commands(struct event_origin *origins, size_t n, const json_t *history)
{
  size_t at = 0;
  size_t i;
  json_t *item;

  json_array_foreach((json_t *)history, i, item)
  {
    if (json_is_true(json_object_get(item, "empty_layer")))
      continue;
    if (at < n)
      origins[at].created_by = json_string_value(json_object_get(item, "created_by"));
    at++;
  }
  for (i = 0; i < n; i++)
    if (at != n || (origins[i].created_by && !*origins[i].created_by))
      origins[i].created_by = NULL;
}

/* Events refer to them: they live as long as the comparison. */
static const struct event_origin *origins_new(struct diff *diff,
                                              const struct effective_image *image)
{
  const struct manifest *manifest = image->manifest;
  struct event_origin *origins;

  pthread_mutex_lock(&diff->lock);
  origins = arena_alloc(&diff->arena, (manifest->n_layers + 1) * sizeof(*origins));
  pthread_mutex_unlock(&diff->lock);
  for (size_t i = 0; i < manifest->n_layers; i++) {
    origins[i].number = (uint32_t)i;
    origins[i].descriptor = &manifest->layers[i];
  }
  if (image->config)
    find_commands(origins, manifest->n_layers, image->config->history);
  return origins;
}

int effective_compare_layers(struct diff *diff, const struct event_node *parent,
                             const struct effective_image images[2],
                             const struct task_resources *resources, bool *differ,
                             struct error *err)
{
  static const struct diff_ignore ignore = {
    .file_timestamps = true,
    .image_timestamps = true,
    .history = true,
    .file_order = true,
    .file_mode_redundant_bits = true,
    .image_name = true,
    .tar_format = true,
    .canonical_paths = true,
    .unseen = true,
  };
  struct source *const *sources = diff->options->sources;
  struct overlay *overlays[2];
  int status;

  if (same_layers(images[0].manifest, images[1].manifest)) {
    *differ = false;
    return 0;
  }
  overlays[0] = overlay_new();
  overlays[1] = overlay_new();
  status = effective_read(
      &(struct effective_reading) {
          .diff = diff,
          .images = images,
          .ignore = &ignore,
          .resources = resources,
          .overlays = { overlays[0], overlays[1] },
          .hash_all = sources[0]->fetches_again || sources[1]->fetches_again,
      },
      err);
  if (status == 0)
    status = effective_compare_trees(
        &(struct effective_trees) {
            .diff = diff,
            .parent = parent,
            .images = images,
            .ignore = &ignore,
            .overlays = { overlays[0], overlays[1] },
            .origins = { origins_new(diff, &images[0]), origins_new(diff, &images[1]) },
        },
        differ, err);
  overlay_free(overlays[0]);
  overlay_free(overlays[1]);
  return status;
}
