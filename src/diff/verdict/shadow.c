#include "diff/verdict/shadow.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "diff/layers/tasks.h"

struct shadow {
  struct diff diff; /* the first member */
  struct diff_options options;
  struct event_sink sink;
};

bool shadow_is_semantic(const struct diff_options *options)
{
  return options->ignore == IGNORE_ALL_SEMANTIC && !options->n_ignored_files &&
         !options->compare_root_name && !options->effective && !options->attestations &&
         !options->referrers;
}

bool shadow_is_effective(const struct diff_options *options)
{
  return options->effective && options->ignore == IGNORE_ALL_SEMANTIC && !options->n_ignored_files;
}

/* That there was an event is all there is to know. */
static void take_event(struct event_sink *sink, const struct event *event)
{
  (void)sink;
  (void)event;
}

/* Whose findings tell about the layers of a task of the shadow; most often the next one. */
static struct layer_task *find_twin(struct diff *primary, const struct layer_task *task,
                                    size_t *next)
{
  for (size_t i = 0; i < primary->n_tasks; i++) {
    size_t at = (*next + i) % primary->n_tasks;
    struct layer_task *twin = &primary->tasks[at];

    if (twin->kind == task->kind && twin->blobs[0] == task->blobs[0] &&
        twin->blobs[1] == task->blobs[1] && twin->manifests[0] == task->manifests[0] &&
        twin->manifests[1] == task->manifests[1] && !twin->findings.semantic) {
      *next = at + 1;
      return twin;
    }
  }
  return NULL;
}

/* Whose findings may tell about a task that merges all layers. */
static struct layer_task *find_squash(struct diff *primary, const struct layer_task *task)
{
  for (size_t i = 0; i < primary->n_tasks; i++) {
    struct layer_task *twin = &primary->tasks[i];

    if (twin->kind == TASK_SQUASH && task->kind == TASK_EFFECTIVE &&
        twin->manifests[0] == task->manifests[0] && twin->manifests[1] == task->manifests[1])
      return twin;
  }
  return NULL;
}

static void link_tasks(struct diff *primary, struct diff *shadow)
{
  size_t next = 0;

  for (size_t i = 0; i < shadow->n_tasks; i++) {
    struct layer_task *task = &shadow->tasks[i];
    struct layer_task *twin = find_twin(primary, task, &next);

    if (!twin)
      continue;
    twin->findings.wanted = true;
    twin->findings.semantic = shadow;
    twin->findings.semantic_parent = task->parent;
    task->twin = (size_t)(twin - primary->tasks) + 1;
  }
}

static struct diff *shadow_new(struct diff *primary, bool effective)
{
  struct shadow *shadow = xcalloc(1, sizeof(*shadow));
  struct diff *diff = &shadow->diff;

  shadow->options = *primary->options;
  shadow->options.ignore = IGNORE_ALL_SEMANTIC;
  shadow->options.n_ignored_files = 0;
  shadow->options.compare_root_name = false;
  shadow->options.effective = effective;
  shadow->options.attestations = false;
  shadow->options.referrers = false;
  shadow->options.verify = false;
  shadow->sink.event = take_event;
  shadow->sink.one_is_enough = true;
  shadow->options.sink = &shadow->sink;
  diff->options = &shadow->options;
  diff->primary = primary;
  diff->root[0] = primary->root[0];
  diff->root[1] = primary->root[1];
  pthread_mutex_init(&diff->lock, NULL);
  diff_walk(diff);
  return diff;
}

struct diff *shadow_semantic(struct diff *primary)
{
  struct diff *shadow = shadow_new(primary, false);

  if (!diff_has_sent(shadow) && !shadow->failed)
    link_tasks(primary, shadow);
  return shadow;
}

struct diff *shadow_effective(struct diff *primary)
{
  struct diff *shadow = shadow_new(primary, true);

  for (size_t i = 0; i < shadow->n_tasks && !diff_has_sent(shadow); i++) {
    struct layer_task *twin = find_squash(primary, &shadow->tasks[i]);

    if (!twin)
      continue;
    twin->findings.effective = shadow;
    twin->findings.effective_task = &shadow->tasks[i];
    shadow->tasks[i].twin = (size_t)(twin - primary->tasks) + 1;
  }
  return shadow;
}

void shadow_free(struct diff *shadow)
{
  diff_free(shadow);
}

bool shadow_found_in_passing(const struct diff *shadow, const struct layer_task *task)
{
  const struct layer_task *twin;

  if (!task->twin)
    return false;
  twin = &shadow->primary->tasks[task->twin - 1];
  return !twin->findings.semantic_unsure;
}

enum shadow_answer shadow_decide(struct diff *shadow, shadow_known *known,
                                 enum verdict_effort effort, struct error *err)
{
  size_t left = 0;

  if (diff_has_sent(shadow))
    return SHADOW_DIFFERS;
  for (size_t i = 0; i < shadow->n_tasks && !shadow->failed; i++) {
    const struct layer_task *task = &shadow->tasks[i];

    if (task->kind == TASK_CHECK || known(shadow, task))
      continue;
    if (effort < VERDICT_READS &&
        (effort == VERDICT_OPENS_NOTHING || !tasks_are_little(shadow, task))) {
      error_set(err, ERROR_CANCELLED, "that takes reading more, as --verdict does");
      return SHADOW_UNKNOWN;
    }
    if (tasks_at_hand(shadow, task, effort == VERDICT_FETCHES, err))
      return SHADOW_UNKNOWN;
    shadow->tasks[left++] = *task;
  }
  shadow->n_tasks = left;
  if (!shadow->failed)
    tasks_run(shadow);
  if (diff_has_sent(shadow))
    return SHADOW_DIFFERS;
  if (!shadow->failed)
    return SHADOW_SAME;
  *err = shadow->error;
  return SHADOW_UNKNOWN;
}
