/* The report to be looked at: one HTML file that needs nothing but a browser. It makes no request,
 * allows no script or style but its own (Content Security Policy Level 3, "hash-source"), and reads
 * without a script, too. */
#ifndef DIFFOCI_REPORT_HTML_HTML_H
#define DIFFOCI_REPORT_HTML_HTML_H

#include "report/output.h"

/* As struct output_format has it. */
struct report *report_html_make(const char *path, const struct diff_options *options,
                                const struct output_style *style);

#endif
