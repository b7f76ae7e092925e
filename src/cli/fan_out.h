/* The reports of one comparison: each event goes to all of them. */
#ifndef DIFFOCI_CLI_FAN_OUT_H
#define DIFFOCI_CLI_FAN_OUT_H

#include <stdbool.h>

#include "diff/diff.h"
#include "report/explain.h"
#include "report/report.h"

/* Files first, the terminal last, so that a reader who goes away early costs no report. */
enum { REPORT_FILE, REPORT_DIR, REPORT_STDOUT, N_REPORTS };

struct fan_out_wanted {
  const char *report_file, *report_dir;     /* NULL: none */
  bool nothing_on_stdout, verbose, explain; /* else, and without verbose: the table */
};

struct fan_out {
  struct event_sink sink; /* first: the comparison knows this only */
  struct report *reports[N_REPORTS];
  struct explain *explain; /* NULL where nobody wants to know causes */
  struct report_about about;
  bool any; /* events came */
};

/* *out stays where it is; the options have to live as long. */
void fan_out_init(struct fan_out *out, const struct fan_out_wanted *wanted,
                  const struct diff_options *options);
/* Finishes every report, whether others fail or not. Prints what fails; -1 if anything did. */
MUST_CHECK int fan_out_finish(struct fan_out *out, const struct diff_options *options);
void fan_out_release(struct fan_out *out);

#endif
