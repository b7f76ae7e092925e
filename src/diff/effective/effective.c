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
    if (images[side].config && strcmp(images[side].config->platform.os, "freebsd") == 0)
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

/* One comparison of all layers, or of all but the `below` lowest ones. */
struct attempt {
  struct diff *diff;
  const struct event_node *parent;
  const struct effective_image *images;
  const struct task_resources *resources;
  size_t below;
};

static int compare_trees(const struct attempt *attempt, struct overlay *const overlays[2],
                         bool *differ, struct error *err)
{
  struct diff *diff = attempt->diff;
  const struct effective_trees trees = {
    .diff = diff,
    .parent = attempt->parent,
    .images = attempt->images,
    .ignore = ignore_unseen(diff, attempt->images),
    .overlays = { overlays[0], overlays[1] },
    .origins = { effective_origins(diff, &attempt->images[0]),
                 effective_origins(diff, &attempt->images[1]) },
  };

  if (effective_compare_trees(&trees, differ, err))
    return -1;
  return attempt->below ? 0 : effective_compare_engines(&trees, differ, err);
}

int effective_compare_overlays(struct diff *diff, const struct event_node *parent,
                               const struct effective_image images[2],
                               struct overlay *const overlays[2], bool *differ, struct error *err)
{
  return compare_trees(&(struct attempt) { .diff = diff, .parent = parent, .images = images },
                       overlays, differ, err);
}

/* Whether the layers below need not be known: they do the same to them, or something whose effect
 * is not known without them, but the very same. */
static bool is_enough(struct overlay *const overlays[2])
{
  if (overlay_in_doubt(overlays[0]) || overlay_in_doubt(overlays[1]))
    return overlay_compare_layers(overlays[0], overlays[1]) == OVERLAY_SAME_ENTRIES;
  return overlay_same_effect(overlays[0], overlays[1]);
}

/* *done: it told; else the layers below decide, too. */
static int try_layers(const struct attempt *attempt, bool *done, bool *differ, struct error *err)
{
  struct source *const *sources = attempt->diff->options->sources;
  struct budget *memory = attempt->diff->options->limits->memory;
  struct overlay *overlays[2];
  int status;

  for (int side = 0; side < 2; side++)
    overlays[side] =
        attempt->below ? overlay_new_upper(memory, (uint32_t)attempt->below) : overlay_new(memory);
  status = effective_read(
      &(struct effective_reading) {
          .diff = attempt->diff,
          .images = attempt->images,
          .ignore = ignore_unseen(attempt->diff, attempt->images),
          .resources = attempt->resources,
          .overlays = { overlays[0], overlays[1] },
          .below = attempt->below,
          .hash_all = sources[0]->fetches_again || sources[1]->fetches_again,
      },
      err);
  *done = status || !attempt->below || is_enough(overlays);
  if (status == 0 && *done)
    status = compare_trees(attempt, overlays, differ, err);
  overlay_free(overlays[0]);
  overlay_free(overlays[1]);
  return status;
}

int effective_compare_layers(struct diff *diff, const struct event_node *parent,
                             const struct effective_image images[2],
                             const struct task_resources *resources, bool *differ,
                             struct error *err)
{
  struct attempt attempt = { diff, parent, images, resources, effective_shared(images) };
  bool done = false;

  if (attempt.below == images[0].manifest->n_layers &&
      attempt.below == images[1].manifest->n_layers) {
    *differ = false;
    return 0;
  }
  attempt.below = effective_leave_unread(diff, images);
  if (attempt.below && try_layers(&attempt, &done, differ, err))
    return -1;
  attempt.below = 0;
  return done ? 0 : try_layers(&attempt, &done, differ, err);
}
