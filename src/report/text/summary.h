/* What a person at a terminal sees: a line for each difference in words, the weightiest first, many
 * of one directory in one line; what they come to; the verdict; what to do next. */
#ifndef DIFFOCI_REPORT_TEXT_SUMMARY_H
#define DIFFOCI_REPORT_TEXT_SUMMARY_H

#include "report/output.h"

/* As struct output_format has it. style->columns is the width that lines are cut to; 0: they are
 * laid out for 100 columns, and names and words go whole. */
struct report *report_summary_make(const char *path, const struct diff_options *options,
                                   const struct output_style *style);

#endif
