/* In which process images are read: in this one, or in a confined one (worker/worker.h). */
#ifndef DIFFOCI_CLI_PROCESS_H
#define DIFFOCI_CLI_PROCESS_H

#include "base/budget.h"
#include "cli/cli.h"
#include "cli/pager.h"
#include "cli/place_flags.h"
#include "cli/sandbox.h"
#include "cli/watchdog.h"
#include "layer/totals.h"
#include "net/auth/credentials.h"
#include "source/source.h"
#include "worker/worker.h"

enum { PROCESS_IMAGES_MAX = 2, PROCESS_OUTPUTS_MAX = 16 };

/* What the flags of a command that reads images say of how it is done. */
struct process_flags {
  unsigned pull; /* enum named_pull */
  enum toggle no_cache;
  double timeout;        /* seconds; 0: none */
  uint64_t memory_limit; /* bytes; 0: not given */
  double max_scale;
  unsigned sandbox; /* enum sandbox_mode */
};

struct process {
  const struct process_flags *flags;
  const char *const *inputs; /* the images, as they were given */
  size_t n;                  /* at most PROCESS_IMAGES_MAX */
  struct confine_support support;
  struct budget memory;
  struct totals totals;
  struct limits limits; /* with the two above */
  struct transfer_display display;
  struct places places;                     /* opened when it is needed */
  struct source_options source_options;     /* platforms are for the caller to set */
  const char *outputs[PROCESS_OUTPUTS_MAX]; /* paths of files that run writes; "-" is allowed */
  size_t n_outputs;
  const char *report_dir; /* a directory that run fills; NULL: none */
  int keep;               /* a descriptor that run needs; -1: none */
  pid_t looker;           /* a child that is ended when all is done; 0: none */
  bool paged;             /* run may ask for a pager */
  /* The work, with the images opened, which stay the caller's. It may write to the user after
   * user->quiet. The exit status, or -1 with *err. */
  int (*run)(void *context, struct source *const *sources, const struct worker_user *user,
             struct error *err);
  void *context;

  /* its own */
  struct argument arguments[PROCESS_IMAGES_MAX];
  int places_are_open; /* 1; 0: not tried yet; -1: they cannot be, for this reason */
  struct error places_error;
  struct credentials_held *credentials; /* that were looked for before; may be NULL */
  int report_directory;                 /* of report_dir, until another process has it; else -1 */
  struct pager pager;
  struct starter *starter; /* starts what this process may not; NULL: not made yet */
  struct watchdog *watchdog;
};

/* Of a command whose arguments are the images; report, outputs and work are for the caller to set.
 * What is given is borrowed and lives longer, and so stays the process where it is: its members
 * point to each other. To be released. */
void process_init(struct process *process, const struct invocation *call,
                  const struct process_flags *flags, const struct place_flags *places);
void process_release(struct process *process);

/* Opens the images and has run called. After sandbox_choose, which fills support. The exit status,
 * or -1 with *err. */
MUST_CHECK int process_run(struct process *process, struct error *err);

#endif
