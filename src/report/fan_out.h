/* The reports of one comparison: each event goes to all of them. */
#ifndef DIFFOCI_REPORT_FAN_OUT_H
#define DIFFOCI_REPORT_FAN_OUT_H

#include <stdbool.h>

#include "diff/diff.h"
#include "packages/changes.h"
#include "report/explain/accept.h"
#include "report/output.h"
#include "report/patches/patches.h"
#include "report/report.h"

enum { FAN_OUT_MAX = 16 }; /* reports of one comparison */

struct fan_out_wanted {
  const char *report_dir; /* NULL: none */
  /* Forms and where they go. Files come first and standard output last, so that a reader who goes
   * away early costs no report. */
  struct {
    const struct output_format *format;
    const char *path; /* "-": standard output */
  } outputs[FAN_OUT_MAX - 1];
  size_t n_outputs;
  struct output_style style;
  bool packages; /* which packages differ is told where that is not always so */
  bool explain;  /* causes are told where that is not always so */
  const struct report_run *run;
};

struct fan_out {
  struct event_sink sink; /* first: the comparison knows this only */
  struct report *reports[FAN_OUT_MAX];
  bool to_stdout[FAN_OUT_MAX];
  size_t n_reports;
  struct explain *explain; /* NULL where nobody wants to know causes */
  struct patches *patches; /* NULL where nobody wants to see them */
  struct accept accept;    /* where the policy accepts causes: what came so far */
  bool settled;
  struct package_changes packages;
  bool wants_packages; /* some report tells them */
  bool hinted;         /* some event is a reason to look for them */
  struct report_about about;
  bool streamed;          /* something was told that cannot be taken back */
  bool any;               /* events came */
  bool any_told;          /* once settled: of these, some count */
  bool tells_verdict;     /* some report has the verdict */
  bool summary_on_stdout; /* whose last lines are about the verdict */
  /* Called before the first report is written to standard output, after those in files. NULL
   * allowed. */
  void (*before_stdout)(void *context);
  void *before_context;
};

/* Whether all files that are wanted can be written, before anything is read. */
MUST_CHECK int fan_out_check(const struct fan_out_wanted *wanted, struct error *err);
/* *out stays where it is; the options, what is wanted, and where contents are asked for have to
 * live as long. */
void fan_out_init(struct fan_out *out, const struct fan_out_wanted *wanted,
                  const struct diff_options *options, struct later *later);
/* When the comparison has ended, before later_read: asks for what only then is known to be wanted.
 */
void fan_out_gather(struct fan_out *out);
/* When all events have come: looks for causes once more, and settles which differences count that
 * have causes which the policy accepts. Once; fan_out_finish does it where nobody did. */
void fan_out_settle(struct fan_out *out, const struct diff_options *options);
/* Finishes every report, whether others fail or not. failed is called with the error of each that
 * does; -1 if any did. to_stdout: it was writing to standard output. */
MUST_CHECK int fan_out_finish(struct fan_out *out, const struct diff_options *options,
                              bool (*failed)(const struct error *err, bool to_stdout));
void fan_out_release(struct fan_out *out);

#endif
