/* In which process two images are compared: in this one, or in a confined one (worker/worker.h). */
#ifndef DIFFOCI_CLI_DIFF_PROCESS_H
#define DIFFOCI_CLI_DIFF_PROCESS_H

#include "cli/diff_flags.h"
#include "report/fan_out.h"
#include "worker/worker.h"

struct diff_process {
  const char *const *inputs; /* the two images, as they were given */
  const struct diff_flags *given;
  const struct fan_out_wanted *wanted;
  const struct source_options *source_options;
  const struct confine_support *support; /* what the confined one is confined by */
  struct places *places;
  struct transfer_display *display;
  bool may_page;                /* on a terminal, unless --no-pager is given */
  struct diff_options *options; /* all but the sources */
  /* Compares, with the sources in options. quiet(quiet_context) before anything is written to the
   * user. The exit status, or -1. */
  int (*compare)(const struct diff_process *process, void (*quiet)(void *quiet_context),
                 void *quiet_context, struct error *err);

  struct argument arguments[2]; /* its own */
  bool places_are_open;
  bool is_confined; /* this is the confined one */
};

/* Opens the images and has them compared. The exit status, or -1. */
MUST_CHECK int diff_process_run(struct diff_process *process, struct error *err);

#endif
