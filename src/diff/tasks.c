#include "diff/tasks.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "diff/effective.h"

enum {
  MEMORY_KEPT = 56 * 1024 * 1024, /* equal content kept, all tasks together */
  MAX_WORKERS = 16,
};

struct workers {
  struct diff *diff;
  struct task_resources resources;
  size_t next; /* atomic: the next task to take */
};

static struct layer_task *add(struct diff *diff, enum task_kind kind)
{
  struct layer_task *task;

  diff->tasks = xgrow(diff->tasks, diff->n_tasks, &diff->cap_tasks, sizeof(*diff->tasks));
  task = &diff->tasks[diff->n_tasks++];
  *task = (struct layer_task) { .kind = kind };
  return task;
}

void tasks_add_layers(struct diff *diff, const struct event_node *parent,
                      const struct descriptor *d0, const struct descriptor *d1)
{
  struct layer_task *task = add(diff, TASK_LAYERS);

  task->parent = parent;
  task->blobs[0] = d0;
  task->blobs[1] = d1;
}

void tasks_add_squash(struct diff *diff, const struct event_node *parent, const struct manifest *m0,
                      const struct manifest *m1)
{
  struct layer_task *task = add(diff, TASK_SQUASH);

  task->parent = parent;
  task->manifests[0] = m0;
  task->manifests[1] = m1;
}

void tasks_add_effective(struct diff *diff, const struct event_node *parent,
                         const struct manifest *const manifests[2],
                         const struct config *const configs[2])
{
  const size_t n = MIN_OF(manifests[0]->n_layers, manifests[1]->n_layers);
  size_t same = 0;
  struct layer_task *task;

  /* Where nothing differs nothing is read. */
  while (same < n && same_blob(&manifests[0]->layers[same], &manifests[1]->layers[same]))
    same++;
  if (diff->options->verify && same == manifests[0]->n_layers && same == manifests[1]->n_layers)
    for (size_t i = 0; i < same; i++)
      tasks_add_check(diff, &manifests[0]->layers[i], &manifests[1]->layers[i]);
  task = add(diff, TASK_EFFECTIVE);
  task->parent = parent;
  for (int side = 0; side < 2; side++) {
    task->manifests[side] = manifests[side];
    task->configs[side] = configs[side];
  }
}

void tasks_add_check(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1)
{
  struct layer_task *task = add(diff, TASK_CHECK);

  task->blobs[0] = d0;
  task->blobs[1] = d1;
}

static int check_blob(struct diff *diff, int side, const struct descriptor *blob, struct error *err)
{
  enum { PIECE = 256 * 1024 };
  AUTO_STREAM stream = diff_open(diff, side, blob, err);
  AUTO_FREE char *piece = xmalloc(PIECE);
  char digest[DIGEST_MAX_TEXT];
  ssize_t n = stream ? 1 : -1;

  while (n > 0)
    n = stream_read(stream, piece, PIECE, err);
  if (n == 0)
    return 0;
  error_wrap(err, "blob %s", digest_format(&blob->digest, digest));
  return diff_wrap_input(diff, side, err);
}

static int compare_effective(struct workers *workers, const struct layer_task *task,
                             struct error *err)
{
  const struct effective_image images[2] = { { task->manifests[0], task->configs[0] },
                                             { task->manifests[1], task->configs[1] } };
  bool differ;

  return effective_compare_layers(workers->diff, task->parent, images, &workers->resources, &differ,
                                  err);
}

static int run(struct workers *workers, struct layer_task *task, struct error *err)
{
  struct findings *findings = task->findings.wanted ? &task->findings : NULL;

  switch (task->kind) {
  case TASK_LAYERS:
    return compare_layers(workers->diff, task->parent, task->blobs, &workers->resources, findings,
                          err);
  case TASK_SQUASH:
    return compare_squashed(workers->diff, task->parent, task->manifests, &workers->resources,
                            findings, err);
  case TASK_EFFECTIVE:
    return compare_effective(workers, task, err);
  case TASK_CHECK:
    break;
  }
  if (check_blob(workers->diff, 0, task->blobs[0], err))
    return -1;
  return check_blob(workers->diff, 1, task->blobs[1], err);
}

static void *work(void *context)
{
  struct workers *workers = context;

  for (;;) {
    size_t at = __atomic_fetch_add(&workers->next, 1, __ATOMIC_RELAXED);
    struct layer_task *task;

    if (at >= workers->diff->n_tasks)
      return NULL;
    task = &workers->diff->tasks[at];
    if (workers->diff->primary && diff_has_sent(workers->diff))
      return NULL; /* of a shadow nobody wants to know more */
    task->failed = run(workers, task, &task->error) != 0;
  }
}

static size_t count_processors(const struct diff *diff)
{
  return diff->options->threads ? diff->options->threads : thread_processors();
}

/* A comparison of two layers keeps two processors busy. */
static size_t count_workers(const struct diff *diff, size_t processors)
{
  size_t n = MAX_OF(processors / 2, (size_t)1);

  return MIN_OF(MIN_OF(n, (size_t)MAX_WORKERS), diff->n_tasks);
}

void tasks_run(struct diff *diff)
{
  size_t processors = count_processors(diff);
  size_t n = count_workers(diff, processors);
  pthread_t threads[MAX_WORKERS];
  size_t started = 0;
  struct workers workers = { .diff = diff };

  if (!diff->n_tasks)
    return;
  /* A worker decodes too whenever it would have to wait. */
  workers.resources.decoders = MAX_OF(processors / n, (size_t)2) - 1;
  workers.resources.keep_bytes = MEMORY_KEPT / n;
  /* This thread is one of them; where no further can be started it does all the work. */
  while (started + 1 < n && thread_start(&threads[started], work, &workers))
    started++;
  work(&workers);
  for (size_t i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
  for (size_t i = 0; i < diff->n_tasks; i++)
    if (diff->tasks[i].failed)
      diff_fail(diff, &diff->tasks[i].error);
}

void tasks_release(struct diff *diff)
{
  for (size_t i = 0; i < diff->n_tasks; i++)
    findings_release(&diff->tasks[i].findings);
  free(diff->tasks);
  diff->tasks = NULL;
  diff->n_tasks = 0;
}

static int layers_at_hand(struct diff *shadow, int side, const struct descriptor *layers, size_t n,
                          bool may_fetch, struct error *err)
{
  struct source *source = shadow->options->sources[side];

  for (size_t i = 0; i < n; i++) {
    if (source_at_hand(source, &layers[i]))
      continue;
    if (source->fetches_again || diff_has_opened(shadow, side, &layers[i]))
      return error_set(err, ERROR_CANCELLED,
                       "its layers would have to be fetched again, since no store keeps them");
    if (!may_fetch)
      return error_set(err, ERROR_CANCELLED,
                       "not all of its layers were fetched; --verdict and --require fetch them");
  }
  return 0;
}

int tasks_at_hand(struct diff *diff, const struct layer_task *task, bool may_fetch,
                  struct error *err)
{
  for (int side = 0; side < 2; side++) {
    const struct manifest *manifest = task->manifests[side];

    if (task->blobs[side] && layers_at_hand(diff, side, task->blobs[side], 1, may_fetch, err))
      return -1;
    if (manifest &&
        layers_at_hand(diff, side, manifest->layers, manifest->n_layers, may_fetch, err))
      return -1;
  }
  return 0;
}
