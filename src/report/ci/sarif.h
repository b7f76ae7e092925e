/* SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format): a result for each difference, the
 * causes as rules; for code scanning services and editors. */
#ifndef DIFFOCI_REPORT_CI_SARIF_H
#define DIFFOCI_REPORT_CI_SARIF_H

#include "base/buf.h"
#include "report/output.h"

/* As struct output_format has it. Where there are more than 5000 differences, those of a directory
 * are one result, since services take no more. */
struct report *report_sarif_make(const char *path, const struct diff_options *options,
                                 const struct output_style *style);

/* Appends a path of an image as a relative URI reference (RFC 3986, section 4.2): without what "/"
 * and
 * "./" stand before it, and all but unreserved characters and "/" as %XX. */
void sarif_uri(struct buf *out, struct str path);

#endif
