/* A policy file that accepts the causes of a comparison: --suggest-policy. */
#ifndef DIFFOCI_REPORT_EXPLAIN_SUGGEST_H
#define DIFFOCI_REPORT_EXPLAIN_SUGGEST_H

#include "report/output.h"

/* As struct output_format has it. The rules of the policy that was used, then a rule for each cause
 * that all of a difference has, with what the table says of it as the reason. With that policy the
 * same comparison finds no difference, unless there are some without such causes: a comment tells
 * how many. */
struct report *report_suggest_make(const char *path, const struct diff_options *options,
                                   const struct output_style *style);

#endif
