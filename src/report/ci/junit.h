/* A test result for CI servers, in the form that JUnit's Ant task made common: a test for each kind
 * of check, which fails with what differs. */
#ifndef DIFFOCI_REPORT_CI_JUNIT_H
#define DIFFOCI_REPORT_CI_JUNIT_H

#include "base/buf.h"
#include "report/output.h"

/* As struct output_format has it. */
struct report *report_junit_make(const char *path, const struct diff_options *options,
                                 const struct output_style *style);

/* Appends text as character data or an attribute's value of XML 1.0 (sections 2.2 and 2.4): markup
 * and quotes as references, what no document may hold as U+FFFD. */
void junit_escape(struct buf *out, struct str text);

#endif
