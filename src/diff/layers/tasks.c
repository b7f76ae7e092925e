#include "diff/layers/tasks.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/inflate.h"
#include "base/thread.h"
#include "diff/documents/unpackable.h"
#include "diff/effective/effective.h"
#include "layer/totals.h"

enum {
  /* Equal content kept, all tasks together; no more than a part of the memory budget. */
  MEMORY_KEPT = 56 * 1024 * 1024,
  KEPT_SHARE = 8,
  MAX_WORKERS = 16,
};

struct workers {
  struct diff *diff;
  struct task_resources resources;
  size_t next; /* atomic: the next task to take */
};

static struct layer_task *tasks_add(struct diff *diff, enum task_kind kind)
{
  struct layer_task *task;

  diff->tasks = xgrow(diff->tasks, diff->n_tasks, &diff->cap_tasks, sizeof(*diff->tasks));
  task = &diff->tasks[diff->n_tasks++];
  *task = (struct layer_task) { .kind = kind };
  return task;
}

void tasks_add_layers(struct diff *diff, const struct event_node *parent, size_t number,
                      const struct descriptor *d0, const struct descriptor *d1)
{
  struct layer_task *task = tasks_add(diff, TASK_LAYERS);

  task->parent = parent;
  task->lowest = number == 0;
  task->blobs[0] = d0;
  task->blobs[1] = d1;
}

/* What belongs to two images as a whole. */
static void tasks_add_images(struct diff *diff, enum task_kind kind,
                             const struct event_node *parent,
                             const struct manifest *const manifests[2],
                             const struct config *const configs[2])
{
  struct layer_task *task = tasks_add(diff, kind);

  task->parent = parent;
  for (int side = 0; side < 2; side++) {
    task->manifests[side] = manifests[side];
    task->configs[side] = configs[side];
  }
}

void tasks_add_squash(struct diff *diff, const struct event_node *parent,
                      const struct manifest *const manifests[2],
                      const struct config *const configs[2])
{
  tasks_add_images(diff, TASK_SQUASH, parent, manifests, configs);
}

void tasks_add_effective(struct diff *diff, const struct event_node *parent,
                         const struct manifest *const manifests[2],
                         const struct config *const configs[2])
{
  tasks_add_images(diff, TASK_EFFECTIVE, parent, manifests, configs);
}

void tasks_add_check(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1)
{
  struct layer_task *task = tasks_add(diff, TASK_CHECK);

  task->blobs[0] = d0;
  task->blobs[1] = d1;
}

void tasks_add_check_layers(struct diff *diff, const struct descriptor *const layers[2],
                            const char *const diff_ids[2])
{
  struct layer_task *task;

  tasks_add_check(diff, layers[0], layers[1]);
  task = &diff->tasks[diff->n_tasks - 1];
  task->diff_ids[0] = diff_ids[0];
  task->diff_ids[1] = diff_ids[1];
}

/* Reads a layer's uncompressed content, and so all of the blob. */
static int check_content(struct stream **stream, const char *diff_id, const struct limits *limits,
                         struct error *err)
{
  enum { PIECE = 256 * 1024 };
  AUTO_FREE char *piece = xmalloc(PIECE);
  AUTO_HASHER hasher = NULL;
  char text[DIGEST_MAX_TEXT];
  struct digest want;
  struct digest found;
  ssize_t n;

  if (digest_parse(&want, str_of(diff_id), err))
    return error_wrap(err, "its diff_id in the config");
  *stream = stream_inflated(*stream, limits->tar_bytes);
  hasher = hasher_new(want.algorithm);
  while ((n = stream_read(*stream, piece, PIECE, err)) > 0)
    hasher_add(hasher, piece, (size_t)n);
  if (n < 0)
    return -1;
  found = hasher_finish(hasher);
  if (digest_equal(&want, &found))
    return 0;
  return error_set(err, ERROR_CORRUPT,
                   "its uncompressed content is not that of the config's diff_id: expected %s, "
                   "found %s",
                   diff_id, digest_format(&found, text));
}

static int check_blob(struct diff *diff, int side, const struct descriptor *blob,
                      const char *diff_id, struct error *err)
{
  enum { PIECE = 256 * 1024 };
  AUTO_STREAM stream = diff_open(diff, side, blob, err);
  AUTO_FREE char *piece = xmalloc(PIECE);
  char digest[DIGEST_MAX_TEXT];
  ssize_t n = stream ? 1 : -1;

  if (stream && diff_id)
    n = check_content(&stream, diff_id, diff->options->limits, err);
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

  if (effective_compare_layers(workers->diff, task->parent, images, &workers->resources, &differ,
                               err))
    return -1;
  compare_diff_ids_read(workers->diff, task->parent, task->manifests, task->configs);
  return 0;
}

static int run(struct workers *workers, struct layer_task *task, struct error *err)
{
  struct findings *findings = task->findings.wanted ? &task->findings : NULL;

  switch (task->kind) {
  case TASK_LAYERS:
    return compare_layers(workers->diff, task, &workers->resources, findings, err);
  case TASK_SQUASH:
    return compare_squashed(workers->diff, task, &workers->resources, findings, err);
  case TASK_EFFECTIVE:
    return compare_effective(workers, task, err);
  case TASK_CHECK:
    break;
  }
  for (int side = 0; side < 2; side++)
    if (task->blobs[side] &&
        check_blob(workers->diff, side, task->blobs[side], task->diff_ids[side], err))
      return -1;
  return 0;
}

/* Where events may still come from: the first place that has a task which is not done. NULL: there
 * is none. */
static const char *tasks_first_open(const struct diff *diff)
{
  const char *first = NULL;

  for (size_t i = 0; i < diff->n_tasks; i++) {
    const struct layer_task *task = &diff->tasks[i];

    if (task->parent && !task->done &&
        (!first || str_compare_natural(str_of(task->parent->context), str_of(first)) < 0))
      first = task->parent->context;
  }
  return first;
}

/* task: what was done; NULL: nothing yet. */
static void tasks_settle(struct diff *diff, struct layer_task *task)
{
  struct event_sink *sink = diff->options->sink;

  if (!sink->settled)
    return;
  pthread_mutex_lock(&diff->lock);
  if (task)
    task->done = true;
  sink->settled(sink, tasks_first_open(diff));
  pthread_mutex_unlock(&diff->lock);
}

static void *tasks_work(void *context)
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
    tasks_settle(workers->diff, task);
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

/* How much equal content may be kept. */
static uint64_t tasks_take_kept(struct budget *memory)
{
  const uint64_t kept =
      memory ? MIN_OF(memory->limit / KEPT_SHARE, (uint64_t)MEMORY_KEPT) : (uint64_t)MEMORY_KEPT;

  return budget_take(memory, kept) ? kept : 0;
}

void tasks_run(struct diff *diff)
{
  size_t processors = count_processors(diff);
  size_t n = count_workers(diff, processors);
  pthread_t threads[MAX_WORKERS];
  size_t started = 0;
  struct workers workers = { .diff = diff };
  uint64_t kept;

  tasks_settle(diff, NULL);
  if (!diff->n_tasks)
    return;
  /* A worker decodes too whenever it would have to wait. */
  workers.resources.decoders = MAX_OF(processors / n, (size_t)2) - 1;
  kept = tasks_take_kept(diff->options->limits->memory);
  workers.resources.keep_bytes = (size_t)kept / n;
  /* This thread is one of them; where no further can be started it does all the work. */
  while (started + 1 < n && thread_start(&threads[started], tasks_work, &workers))
    started++;
  tasks_work(&workers);
  for (size_t i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
  budget_give(diff->options->limits->memory, kept);
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

static bool has_opened_all(struct diff *shadow, int side, const struct descriptor *layers, size_t n)
{
  size_t i = 0;

  while (i < n && diff_has_opened(shadow, side, &layers[i]))
    i++;
  return i == n;
}

bool tasks_are_little(struct diff *shadow, const struct layer_task *task)
{
  enum { LITTLE = 4 * 1024 * 1024 };
  const struct totals *totals = shadow->options->limits->totals;
  bool little = totals && __atomic_load_n(&totals->inflated, __ATOMIC_RELAXED) <= (uint64_t)LITTLE;

  for (int side = 0; side < 2 && little; side++) {
    const struct manifest *manifest = task->manifests[side];

    little = (!task->blobs[side] || has_opened_all(shadow, side, task->blobs[side], 1)) &&
             (!manifest || has_opened_all(shadow, side, manifest->layers, manifest->n_layers));
  }
  return little;
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
