#include "cli/diff_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/thread.h"
#include "cli/sandbox.h"
#include "diff/inside/inside_worker.h"
#include "layer/totals.h"

enum {
  SPARE_BYTES_SHIFT = 33,  /* 8 GiB of address space beside the budget: stacks, arenas, maps */
  SLOWEST_BYTES = 8 << 20, /* decompressed a second, by the slowest processor that counts */
  SPARE_SECONDS = 3600,    /* of processor time beside that */
  OPEN_FILES = 1024,
};

/* The store and the registries are left alone where no argument needs them. */
static struct source *diff_process_open_image(void *context, int side, struct error *err)
{
  struct diff_process *process = context;
  const struct diff_flags *given = process->given;
  const bool needed =
      places_are_needed(&process->arguments[0]) || places_are_needed(&process->arguments[1]);

  if (needed && !process->places_are_open &&
      places_open(process->places, (enum named_pull)given->pull, given->no_cache != TOGGLE_ON, err))
    return NULL;
  process->places_are_open = true;
  return places_open_image(process->places, &process->arguments[side], process->source_options,
                           err);
}

static int diff_process_run_here(struct diff_process *process, struct error *err)
{
  struct source **sources = process->options->sources;

  for (int side = 0; side < 2; side++) {
    sources[side] = diff_process_open_image(process, side, err);
    if (!sources[side])
      return -1;
  }
  return process->compare(process, transfer_display_hide, process->display, err);
}

/* ---- in a process of its own ---- */

static void diff_process_quiet(void *context)
{
  transfer_display_hide(((struct diff_process *)context)->display);
}

static __attribute__((noreturn)) void diff_process_give_up(void *context, int status,
                                                           const struct error *err)
{
  diff_process_quiet(context);
  if (status < 0)
    cli_print_error(err);
  fflush(NULL);
  _exit(status < 0 ? EXIT_TROUBLE : status);
}

static int diff_process_run_confined_one(void *context, struct source *const sources[2],
                                         void (*be_quiet)(void *quiet_context), void *quiet_context,
                                         struct error *err)
{
  struct diff_process *process = context;
  int status;

  process->is_confined = true;
  for (int side = 0; side < 2; side++)
    process->options->sources[side] = sources[side];
  status = process->compare(process, be_quiet, quiet_context, err);
  for (int side = 0; side < 2; side++)
    process->options->sources[side] = NULL; /* they are not ours */
  return status;
}

/* Beyond what the comparison ends with an error of its own for: a process that gets there is not
 * doing what it was made for. */
static struct confine_limits diff_process_limits_of(const struct diff_process *process)
{
  const struct limits *limits = process->options->limits;
  const uint64_t most = INT64_MAX / 16;
  const double timeout = process->given->timeout;

  return (struct confine_limits) {
    .address_space = (UINT64_C(1) << SPARE_BYTES_SHIFT) + 4 * MIN_OF(limits->memory->limit, most) +
                     4 * MIN_OF(limits->file_bytes, most),
    .cpu_seconds = timeout > 0 && timeout < INT32_MAX
                       ? 2 * thread_processors() * ((uint64_t)timeout + 1) + 60
                       : limits->totals->inflated_max / SLOWEST_BYTES + SPARE_SECONDS,
    .open_files = OPEN_FILES,
  };
}

static int diff_process_run_confined(struct diff_process *process, struct error *err)
{
  const char *outputs[FAN_OUT_MAX];
  struct confine_wanted confine = { .role = CONFINE_PARSER,
                                    .limits = diff_process_limits_of(process) };
  int keep[2];
  struct worker_job job = {
    .arguments = process->arguments,
    .options = process->source_options,
    .outputs = outputs,
    .keep = keep,
    .confine = &confine,
    .support = process->support,
    .open = diff_process_open_image,
    .quiet = diff_process_quiet,
    .give_up = diff_process_give_up,
    .run = diff_process_run_confined_one,
    .context = process,
  };
  AUTO_CLOSE int directory = -1;

  for (size_t i = 0; i < process->wanted->n_outputs; i++)
    outputs[job.n_outputs++] = process->wanted->outputs[i].path;
  if (process->options->looker)
    keep[job.n_keep++] = inside_worker_socket(process->options->looker);
  if (process->wanted->report_dir) {
    directory = open(process->wanted->report_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
      return error_sys(err, errno, "%s", process->wanted->report_dir);
    confine.role = CONFINE_WRITER;
    confine.directory = directory;
    job.report_dir = process->wanted->report_dir;
  }
  return worker_run(&job, err);
}

int diff_process_run(struct diff_process *process, struct error *err)
{
  const bool confined = process->given->sandbox != SANDBOX_OFF && process->support->built;
  int result = 0;

  for (int side = 0; side < 2 && result == 0; side++)
    result = argument_parse(&process->arguments[side], process->inputs[side], err);
  if (result == 0)
    result =
        confined ? diff_process_run_confined(process, err) : diff_process_run_here(process, err);
  for (int side = 0; side < 2; side++)
    argument_release(&process->arguments[side]);
  return result;
}
