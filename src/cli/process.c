#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/thread.h"
#include "cli/brokering.h"
#include "report/report.h"

enum {
  SPARE_BYTES_SHIFT = 33,  /* 8 GiB of address space beside the budget: stacks, arenas, maps */
  SLOWEST_BYTES = 8 << 20, /* decompressed a second, by the slowest processor that counts */
  SPARE_SECONDS = 3600,    /* of processor time beside that */
  OPEN_FILES = 1024,
};

void process_init(struct process *process, const struct invocation *call,
                  const struct process_flags *flags, const struct place_flags *places)
{
  const uint64_t memory = flags->memory_limit ? flags->memory_limit : budget_default("");

  *process = (struct process) {
    .flags = flags,
    .inputs = call->arguments,
    .n = call->n_arguments,
    .memory = BUDGET_INIT(memory),
    .totals = totals_scaled(flags->max_scale),
    .limits = limits_scaled(flags->max_scale),
    .source_options = {
      .limits = &process->limits,
      .fetch = places->foreign_urls == TOGGLE_ON ? places_fetch : NULL,
      .fetch_context = &process->places,
    },
    .keep = -1,
    .report_directory = -1,
  };
  process->limits.memory = &process->memory;
  process->limits.totals = &process->totals;
  if (flags->timeout > 0)
    totals_set_timeout(&process->totals, flags->timeout);
  place_flags_init(&process->places, &process->display, &call->globals, places);
}

void process_release(struct process *process)
{
  places_release(&process->places);
  starter_free(process->starter);
  watchdog_free(process->watchdog); /* until here all that it waits for is another process's */
  credentials_held_free(process->credentials);
  transfer_display_release(&process->display);
}

/* The store and the registries are left alone where no argument needs them. */
static bool process_needs_places(const struct process *process)
{
  bool needed = false;

  for (size_t i = 0; i < process->n; i++)
    needed = needed || places_are_needed(&process->arguments[i]);
  return needed;
}

static void process_open_stores(struct process *process)
{
  for (size_t i = 0; i < process->n; i++)
    if (process->arguments[i].kind == ARGUMENT_CONTAINERD)
      places_open_container_store(&process->places);
  if (!process->places_are_open && process_needs_places(process))
    process->places_are_open =
        places_open_stores(&process->places, (enum named_pull)process->flags->pull,
                           process->flags->no_cache != TOGGLE_ON, &process->places_error)
            ? -1
            : 1;
}

static struct source *process_open_image(void *context, int side, struct error *err)
{
  struct process *process = context;

  process_open_stores(process);
  if (process->places_are_open < 0)
    *err = process->places_error;
  if (process->places_are_open < 0)
    return NULL;
  /* No registry is asked for an image by its ID. */
  if (process->arguments[side].kind == ARGUMENT_NAME &&
      places_open_registries(&process->places, err))
    return NULL;
  return places_open_image(&process->places, &process->arguments[side], &process->source_options,
                           err);
}

static void process_hide(void *context)
{
  transfer_display_hide(&((struct process *)context)->display);
}

/* The answer is there. */
static void process_quiet(void *context)
{
  watchdog_answered(((struct process *)context)->watchdog);
  process_hide(context);
}

static int process_watch(struct process *process, struct error *err)
{
  return watchdog_start(&process->watchdog, process->flags->timeout, process_hide, process, err);
}

static void process_page(void *context, bool begin)
{
  struct process *process = context;

  watchdog_hold(process->watchdog, true);
  if (begin)
    pager_start(&process->pager);
  else
    pager_finish(&process->pager);
  watchdog_hold(process->watchdog, pager_runs(&process->pager));
}

static int process_run_here(struct process *process, struct error *err)
{
  const struct worker_user user = { process_quiet, NULL, process_page, NULL, process };
  struct source *sources[PROCESS_IMAGES_MAX] = { NULL };
  size_t n = 0;
  int status = -1;

  if (process_watch(process, err))
    return -1;
  while (n < process->n) {
    sources[n] = process_open_image(process, (int)n, err);
    if (!sources[n])
      break;
    n++;
  }
  if (n == process->n)
    status = process->run(process->context, sources, &user, err);
  for (size_t i = 0; i < n; i++)
    source_free(sources[i]);
  return status;
}

/* ---- in a process of its own ---- */

static bool process_page_there(void *context, bool begin)
{
  process_page(context, begin);
  return pager_runs(&((struct process *)context)->pager);
}

/* Before there are threads: what can be opened only with all rights is, and then they are given up.
 */
static int process_confine(struct process *process, const pid_t *children, size_t n,
                           struct error *err)
{
  const struct brokering brokering = {
    .arguments = process->arguments,
    .n_arguments = process->n,
    .options = &process->source_options,
    .places = &process->places,
    .fetches = process->source_options.fetch != NULL,
    .pager = &process->pager,
    .outputs = process->outputs,
    .n_outputs = process->n_outputs,
    .children = children,
    .n_children = n,
    .looker = process->looker,
  };

  process_open_stores(process);
  if (process->places_are_open < 0)
    return 0;
  process->credentials = credentials_held_new();
  process->starter = starter_new();
  if (brokering_confine(&brokering, &process->support, process->credentials, process->starter, err))
    return -1;
  process->places.options.net.credentials = process->credentials;
  return 0;
}

/* The process that writes it has its own. */
static void process_close_directory(struct process *process)
{
  cleanup_close(&process->report_directory);
  process->report_directory = -1;
}

static int process_begun(void *context, const pid_t *children, size_t n, struct progress **progress,
                         struct error *err)
{
  struct process *process = context;

  process_close_directory(process);
  if (process_confine(process, children, n, err))
    return -1;
  if (process_watch(process, err))
    return -1;
  *progress = transfer_display_progress(&process->display);
  return 0;
}

static __attribute__((noreturn)) void process_give_up(void *context, int status,
                                                      const struct error *err)
{
  process_quiet(context);
  cli_give_up(status, err);
}

static void process_write_there(void *context, int directory, const int *sockets)
{
  report_dir_serve(directory, ((struct process *)context)->report_dir, sockets);
}

static int process_run_there(void *context, struct source *const *sources,
                             const struct worker_user *user, struct error *err)
{
  struct process *process = context;

  return process->run(process->context, sources, user, err);
}

static void process_over(void *context)
{
  starter_dismiss(((struct process *)context)->starter);
}

/* Beyond what the work ends with an error of its own for: a process that gets there is not doing
 * what it was made for. */
static struct confine_limits process_limits(const struct process *process)
{
  const struct limits *limits = &process->limits;
  const uint64_t most = INT64_MAX / 16;
  const double timeout = process->flags->timeout;

  return (struct confine_limits) {
    .address_space = (UINT64_C(1) << SPARE_BYTES_SHIFT) + 4 * MIN_OF(limits->memory->limit, most) +
                     4 * MIN_OF(limits->file_bytes, most),
    .cpu_seconds = timeout > 0 && timeout < INT32_MAX
                       ? 2 * thread_processors() * ((uint64_t)timeout + 1) + 60
                       : limits->totals->inflated_max / SLOWEST_BYTES + SPARE_SECONDS,
    .open_files = OPEN_FILES,
  };
}

/* What is no file is hashed in both processes. Where the library is used before there are two, it
 * is set up once, which takes a millisecond; where one of them hashes, it is cheaper done there. */
static void process_load_digests(const struct process *process)
{
  bool both = false;

  for (size_t i = 0; i < process->n; i++)
    both = both || process->arguments[i].kind != ARGUMENT_FILE ||
           source_lists_root(&process->arguments[i]);
  if (both)
    worker_load_libraries();
}

static int process_run_confined(struct process *process, struct error *err)
{
  const struct confine_wanted confine = { .role = CONFINE_PARSER,
                                          .limits = process_limits(process) };
  struct worker_job job = {
    .arguments = process->arguments,
    .n_arguments = process->n,
    .has_no_documents = true,
    .options = &process->source_options,
    .outputs = process->outputs,
    .n_outputs = process->n_outputs,
    .keep = &process->keep,
    .n_keep = process->keep >= 0,
    .confine = &confine,
    .support = &process->support,
    .open = process_open_image,
    .quiet = process->display.show || process->flags->timeout > 0 ? process_quiet : NULL,
    .over = process_over,
    .page = process_page_there,
    .begun = process_begun,
    .give_up = process_give_up,
    .run = process_run_there,
    .write = process_write_there,
    .context = process,
  };
  int result;

  process_load_digests(process);
  if (process->report_dir) {
    process->report_directory = open(process->report_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process->report_directory < 0)
      return error_sys(err, errno, "%s", process->report_dir);
    job.report_dir = process->report_dir;
    job.directory = process->report_directory;
  }
  result = worker_run(&job, err);
  process_close_directory(process);
  return result;
}

static bool is_same_file(const char *a, const char *b)
{
  struct stat one;
  struct stat other;

  return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* A report that would replace an image that it is about. */
static int process_check_outputs(const struct process *process, struct error *err)
{
  for (size_t i = 0; i < process->n_outputs; i++)
    for (size_t j = 0; j < process->n; j++)
      if (process->arguments[j].kind == ARGUMENT_FILE && strcmp(process->outputs[i], "-") != 0 &&
          is_same_file(process->outputs[i], process->arguments[j].path))
        return error_set(err, ERROR_USAGE, "a report is to go to %s, which is an image to be read",
                         process->outputs[i]);
  return 0;
}

int process_run(struct process *process, struct error *err)
{
  const bool confined = process->flags->sandbox != SANDBOX_OFF && process->support.built;
  size_t n = 0;
  int result = 0;

  while (n < process->n && result == 0) {
    result = argument_parse(&process->arguments[n], process->inputs[n], err);
    n++;
  }
  if (result == 0)
    result = process_check_outputs(process, err);
  pager_prepare(&process->pager, process->paged);
  if (result == 0)
    result = confined ? process_run_confined(process, err) : process_run_here(process, err);
  pager_release(&process->pager);
  for (size_t i = 0; i < n; i++)
    argument_release(&process->arguments[i]);
  return result;
}
