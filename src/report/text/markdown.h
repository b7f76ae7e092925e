/* The comment of a pull request: verdict, totals, the weightiest differences, and the rest folded
 * away, in GitHub Flavored Markdown. */
#ifndef DIFFOCI_REPORT_TEXT_MARKDOWN_H
#define DIFFOCI_REPORT_TEXT_MARKDOWN_H

#include "base/buf.h"
#include "report/output.h"

/* A comment may have 65536 characters; this leaves room for what a job puts around it. */
enum { MARKDOWN_MAX = 60 * 1000 };

/* As struct output_format has it. */
struct report *report_markdown_make(const char *path, const struct diff_options *options,
                                    const struct output_style *style);

/* Appends text as a code span (CommonMark 0.31, section 6.1), in which nothing is markup, no
 * address a link and no @name a mention, whatever the text holds. Newlines and the like have to be
 * escaped before (base/escape.h). */
void markdown_code(struct buf *out, struct str text);

#endif
