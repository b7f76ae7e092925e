/* A test result for CI servers, in the form that JUnit's Ant task made common: a test for each kind
 * of check, which fails with what differs. */
#ifndef DIFFOCI_REPORT_CI_JUNIT_H
#define DIFFOCI_REPORT_CI_JUNIT_H

#include "report/output.h"

/* As struct output_format has it. */
struct report *report_junit_make(const char *path, const struct diff_options *options,
                                 const struct output_style *style);

#endif
