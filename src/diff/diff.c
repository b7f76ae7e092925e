#include "diff/diff.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "diff/compare.h"
#include "diff/documents/platform_choice.h"
#include "diff/documents/roots.h"
#include "diff/documents/unpackable.h"
#include "diff/layers/tasks.h"
#include "diff/notices.h"
#include "diff/verdict/shadow.h"
#include "policy/policy.h"

static void release_descriptor(void *descriptor)
{
  descriptor_release(descriptor);
  free(descriptor);
}

static const struct descriptor *diff_resolve(struct diff *diff, int side, struct error *err)
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
  return !options->never_strict && !options->ignore && !options->n_ignored_files &&
         policy_is_empty(options->policy);
}

static bool can_compare(const struct descriptor *d0, const struct descriptor *d1)
{
  return d0->kind != MEDIA_OTHER && d1->kind != MEDIA_OTHER;
}

void diff_walk(struct diff *diff)
{
  const struct descriptor *d0 = diff->root[0];
  const struct descriptor *d1 = diff->root[1];
  struct error err;

  diff->strict = is_strict(diff->options);
  diff->top = diff_node(diff, NULL, "", EVENT_NONE, NULL, NULL);
  platform_choice_make(diff);
  if (platform_choice_check(diff, &err)) {
    diff_fail(diff, &err);
    return;
  }
  compare_descriptors(diff, diff->top, d0, d1, DESCRIPTOR_ROOT, !can_compare(d0, d1));
  compare_objects(diff, diff->top, d0, d1, 0);
}

/* What the tasks have to look out for. */
static void prepare_verdict(struct diff *diff)
{
  if (!shadow_is_semantic(diff->options))
    diff->semantic = shadow_semantic(diff);
  for (size_t i = diff->n_pairs ? diff->pairs[0].first_task : diff->n_tasks; i < diff->n_tasks; i++)
    diff->tasks[i].findings.wanted = true;
  /* Where layers are merged anyway, that is the time to ask. */
  for (size_t i = 0; i < diff->n_tasks && !diff->options->effective && !diff->effective; i++)
    if (diff->tasks[i].kind == TASK_SQUASH)
      diff->effective = shadow_effective(diff);
}

/* Be it that the two are found to be the same. */
static void tell_unseen(struct diff *diff)
{
  for (int side = 0; side < 2; side++) {
    const char *unseen = diff->options->sources[side]->unseen;
    AUTO_FREE char *line = unseen ? xasprintf("not compared: %s", unseen) : NULL;

    if (line)
      diff_notice(diff, side, str_of(line));
  }
}

struct diff *diff_run(const struct diff_options *options, bool *failed, struct error *err)
{
  struct diff *diff = xcalloc(1, sizeof(*diff));

  diff->options = options;
  pthread_mutex_init(&diff->lock, NULL);
  for (int side = 0; side < 2; side++) {
    diff->root[side] = diff_resolve(diff, side, err);
    if (!diff->root[side]) {
      diff_free(diff);
      return NULL;
    }
  }
  tell_unseen(diff);
  diff_walk(diff);
  if (options->verdict && !diff->failed)
    prepare_verdict(diff);
  roots_tell(diff);
  if (options->sink->begun)
    options->sink->begun(options->sink, &diff->roots);
  tasks_run(diff);
  check_diff_ids_read(diff);
  if (diff->other_platform && !diff_has_sent(diff))
    diff_fail(diff, &diff->other_platform_error);
  *failed = diff->failed;
  if (diff->failed)
    *err = diff->error;
  return diff;
}

void diff_free(struct diff *diff)
{
  if (!diff)
    return;
  shadow_free(diff->semantic);
  shadow_free(diff->effective);
  diff_release_kept(diff);
  map_release(&diff->documents);
  map_release(&diff->opened[0]);
  map_release(&diff->opened[1]);
  arena_release(&diff->document_keys);
  if (diff->document_bytes)
    budget_give(diff->options->limits->memory, diff->document_bytes);
  platform_set_release(&diff->own_platforms);
  arena_release(&diff->arena);
  tasks_release(diff);
  diff_notices_release(diff);
  free(diff->pairs);
  pthread_mutex_destroy(&diff->lock);
  free(diff);
}
