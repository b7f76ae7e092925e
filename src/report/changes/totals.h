/* What the differences of a comparison come to, in a line. Private to src/report. */
#ifndef DIFFOCI_REPORT_CHANGES_TOTALS_H
#define DIFFOCI_REPORT_CHANGES_TOTALS_H

#include "base/buf.h"
#include "report/changes/changes.h"

struct policy;

/* Appends "14 differences: 2 files added, 1 removed, 9 changed, 1 with other metadata, 1 setting of
 * the image; +1.2 MB"; "no differences" where there are none; and how many more the rules of the
 * policy, which may be NULL, left out or accepted. */
void totals_line(struct buf *out, const struct change_totals *totals, const struct policy *policy);
/* How many differences there are, those left out that are but consequences. */
uint64_t totals_sum(const struct change_totals *totals);
/* "s" where there is not exactly one. */
const char *totals_plural(uint64_t n);

#endif
