#include "diff/tasks.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

enum task_kind { TASK_LAYERS, TASK_SQUASH, TASK_CHECK };

struct layer_task {
  enum task_kind kind;
  const struct event_node *parent;
  const struct descriptor *blobs[2];
  const struct manifest *manifests[2];
  bool failed;
  struct error error;
};

enum {
  MEMORY_KEPT = 32 * 1024 * 1024, /* equal content kept, all tasks together */
  BLOCKS_AHEAD = 32,              /* per decoder */
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

void tasks_add_check(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1)
{
  struct layer_task *task = add(diff, TASK_CHECK);

  task->blobs[0] = d0;
  task->blobs[1] = d1;
}

static int check_blob(struct diff *diff, int side, const struct descriptor *blob, struct error *err)
{
  enum { PIECE = 256 * 1024 };
  AUTO_STREAM stream = source_blob(diff->options->sources[side], blob, err);
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

static int run(struct workers *workers, struct layer_task *task, struct error *err)
{
  switch (task->kind) {
  case TASK_LAYERS:
    return compare_layers(workers->diff, task->parent, task->blobs, &workers->resources, err);
  case TASK_SQUASH:
    return compare_squashed(workers->diff, task->parent, task->manifests, &workers->resources, err);
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
    task->failed = run(workers, task, &task->error) != 0;
  }
}

static size_t count_processors(const struct diff *diff)
{
  long n = diff->options->threads ? (long)diff->options->threads : sysconf(_SC_NPROCESSORS_ONLN);

  return n > 0 ? (size_t)n : 1;
}

/* A comparison of two layers keeps two processors busy: one per decoder. */
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
  workers.resources.blocks_ahead = BLOCKS_AHEAD;
  workers.resources.sparing = processors < 3 * n;
  workers.resources.keep_bytes = MEMORY_KEPT / n;
  /* This thread is one of them; where no further can be started it does all the work. */
  while (started + 1 < n && pthread_create(&threads[started], NULL, work, &workers) == 0)
    started++;
  work(&workers);
  for (size_t i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
  for (size_t i = 0; i < diff->n_tasks; i++)
    if (diff->tasks[i].failed)
      diff_fail(diff, &diff->tasks[i].error);
}
