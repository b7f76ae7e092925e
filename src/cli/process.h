/* In which process images are read: in this one, or in a confined one (worker/worker.h). */
#ifndef DIFFOCI_CLI_PROCESS_H
#define DIFFOCI_CLI_PROCESS_H

#include "cli/pager.h"
#include "cli/place_flags.h"
#include "cli/sandbox.h"
#include "cli/watchdog.h"
#include "worker/worker.h"

enum { PROCESS_IMAGES_MAX = 2, PROCESS_OUTPUTS_MAX = 16 };

struct process {
  const char *const *inputs; /* the images, as they were given */
  size_t n;                  /* at most PROCESS_IMAGES_MAX */
  unsigned sandbox;          /* enum sandbox_mode */
  struct confine_support support;
  struct places *places; /* opened when it is needed */
  struct transfer_display *display;
  enum named_pull pull;
  bool use_store;
  const struct source_options *source_options;
  double timeout;                           /* seconds; 0: none */
  const char *outputs[PROCESS_OUTPUTS_MAX]; /* paths of files that run writes; "-" is allowed */
  size_t n_outputs;
  const char *report_dir; /* a directory that run fills; NULL: none */
  int keep;               /* a descriptor that run needs; -1: none */
  /* The work, with the images opened, which stay the caller's. It may write to the user after
   * user->quiet. The exit status, or -1 with *err. */
  int (*run)(void *context, struct source *const *sources, const struct worker_user *user,
             struct error *err);
  void *context;

  /* its own */
  struct argument arguments[PROCESS_IMAGES_MAX];
  bool places_are_open;
  struct pager pager;
  struct watchdog *watchdog;
};

/* Opens the images and has run called. After sandbox_choose, which fills support. The exit status,
 * or -1 with *err. */
MUST_CHECK int process_run(struct process *process, struct error *err);

#endif
