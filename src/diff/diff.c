#include "diff/diff.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "diff/compare.h"
#include "diff/tasks.h"
#include "policy/policy.h"

static void release_descriptor(void *descriptor)
{
  descriptor_release(descriptor);
  free(descriptor);
}

static const struct descriptor *resolve(struct diff *diff, int side, struct error *err)
{
  struct descriptor *root = xcalloc(1, sizeof(*root));

  if (source_resolve(diff->options->sources[side], root, err)) {
    free(root);
    diff_wrap_input(diff, side, err);
    return NULL;
  }
  return diff_keep(diff, root, release_descriptor);
}

static bool is_strict(const struct diff_options *options)
{
  const struct diff_ignore *ignore = &options->ignore;

  return !(ignore->file_timestamps || ignore->image_timestamps || ignore->history ||
           ignore->file_order || ignore->file_mode_redundant_bits || ignore->image_name ||
           ignore->tar_format || ignore->canonical_paths) &&
         policy_is_empty(options->policy);
}

static bool can_compare(const struct descriptor *d0, const struct descriptor *d1)
{
  return d0->kind != MEDIA_OTHER && d1->kind != MEDIA_OTHER;
}

struct diff *diff_run(const struct diff_options *options, bool *failed, struct error *err)
{
  struct diff *diff = xcalloc(1, sizeof(*diff));
  const struct descriptor *d0;
  const struct descriptor *d1;

  diff->options = options;
  diff->strict = is_strict(options);
  pthread_mutex_init(&diff->lock, NULL);
  d0 = resolve(diff, 0, err);
  d1 = d0 ? resolve(diff, 1, err) : NULL;
  if (!d1) {
    diff_free(diff);
    return NULL;
  }
  diff->root = diff_node(diff, NULL, "", EVENT_NONE, NULL, NULL);
  compare_descriptors(diff, diff->root, d0, d1, true, !can_compare(d0, d1));
  compare_objects(diff, diff->root, d0, d1, 0);
  tasks_run(diff);
  *failed = diff->failed;
  if (diff->failed)
    *err = diff->error;
  return diff;
}

void diff_free(struct diff *diff)
{
  if (!diff)
    return;
  diff_release_kept(diff);
  arena_release(&diff->arena);
  free(diff->tasks);
  pthread_mutex_destroy(&diff->lock);
  free(diff);
}
