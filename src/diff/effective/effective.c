/* Two images as a container would see them: the layers of each are merged while both are read, then
 * the trees are compared. */
#include "diff/effective/effective.h"

#include <string.h>

#include "base/alloc.h"
#include "diff/effective/effective_engines.h"
#include "diff/effective/effective_read.h"
#include "diff/effective/effective_trees.h"
#include "image/history.h"

/* The rules for entries: all that the ignore flags leave out, and more. */
static uint32_t ignore_unseen(const struct diff *diff, const struct effective_image images[2])
{
  uint32_t ignore = IGNORE_ALL_SEMANTIC | IGNORE_UNSEEN | IGNORE_FILE_FLAGS | diff->options->ignore;

  for (int side = 0; side < 2; side++)
    if (images[side].config &&
        strcmp(platform_normalize(&images[side].config->platform).os, "freebsd") == 0)
      ignore &= ~(uint32_t)IGNORE_FILE_FLAGS;
  return ignore;
}

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

static void find_commands(struct event_origin *origins, size_t n, const json_t *history)
{
  AUTO_FREE const json_t **items = xcalloc(n + 1, sizeof(json_t *));

  history_of_layers(history, n, items);
  for (size_t i = 0; i < n; i++)
    origins[i].created_by = history_created_by(items[i]);
}

const struct event_origin *effective_origins(struct diff *diff, const struct effective_image *image)
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

/* engines: whether what others make of the layers counts, too. */
static int compare_trees(struct diff *diff, const struct event_node *parent,
                         const struct effective_image images[2], struct overlay *const overlays[2],
                         bool engines, bool *differ, struct error *err)
{
  const struct effective_trees trees = {
    .diff = diff,
    .parent = parent,
    .images = images,
    .ignore = ignore_unseen(diff, images),
    .overlays = { overlays[0], overlays[1] },
    .origins = { effective_origins(diff, &images[0]), effective_origins(diff, &images[1]) },
  };

  if (effective_compare_trees(&trees, differ, err))
    return -1;
  return engines ? effective_compare_engines(&trees, differ, err) : 0;
}

int effective_compare_overlays(struct diff *diff, const struct event_node *parent,
                               const struct effective_image images[2],
                               struct overlay *const overlays[2], bool *differ, struct error *err)
{
  return compare_trees(diff, parent, images, overlays, true, differ, err);
}

bool effective_needs_no_lower(struct overlay *const overlays[2])
{
  if (overlay_in_doubt(overlays[0]) || overlay_in_doubt(overlays[1]))
    return overlay_compare_layers(overlays[0], overlays[1]) == OVERLAY_SAME_ENTRIES;
  return overlay_same_effect(overlays[0], overlays[1]);
}

int effective_compare_layers(struct diff *diff, const struct event_node *parent,
                             const struct effective_image images[2],
                             const struct task_resources *resources, bool *differ,
                             struct error *err)
{
  const size_t shared = effective_shared(images);
  struct effective_reading reading = {
    .diff = diff,
    .images = images,
    .ignore = ignore_unseen(diff, images),
    .resources = resources,
    .needs_no_lower = effective_needs_no_lower,
  };
  int status;

  *differ = false;
  if (shared == images[0].manifest->n_layers && shared == images[1].manifest->n_layers)
    return 0;
  status = effective_read(&reading, err);
  if (status == 0)
    status = compare_trees(diff, parent, images, reading.overlays, !reading.below, differ, err);
  overlay_free(reading.overlays[0]);
  overlay_free(reading.overlays[1]);
  return status;
}
