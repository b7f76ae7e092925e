/* Which reports the flags of `diff` ask for. */
#ifndef DIFFOCI_CLI_DIFF_OUTPUTS_H
#define DIFFOCI_CLI_DIFF_OUTPUTS_H

#include "cli/diff_flags.h"
#include "report/fan_out.h"

/* Fills *out with what --output, --report-file, --report-dir, --verbose and --verdict come to. run
 * and given have to live as long as *out. ERROR_USAGE: an unknown format, or two things that are
 * both to go to standard output. */
MUST_CHECK int diff_outputs(const struct diff_flags *given, const struct report_run *run,
                            struct fan_out_wanted *out, struct error *err);

#endif
