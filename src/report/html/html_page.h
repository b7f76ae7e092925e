/* The parts of the page, each put in place of its "@name@" in page.html. Private to
 * src/report/html. */
#ifndef DIFFOCI_REPORT_HTML_HTML_PAGE_H
#define DIFFOCI_REPORT_HTML_HTML_PAGE_H

#include "report/changes/listing.h"
#include "report/html/html_plain.h"
#include "report/writer.h"

enum {
  HTML_WEIGHTIEST = 10, /* differences that are shown above all others */
  HTML_TABLE_ROWS = 500 /* in the table for those without JavaScript */
};

/* html_overview.c: what is to be seen first. */
void html_title(const struct listing *listing, struct writer *writer);
void html_verdict(const struct listing *listing, struct writer *writer);
void html_inputs(const struct listing *listing, struct writer *writer);
void html_notices(const struct listing *listing, struct writer *writer);
void html_totals(const struct listing *listing, struct writer *writer);
void html_weightiest(const struct listing *listing, struct writer *writer);
void html_footer(const struct listing *listing, struct writer *writer);

/* html_sections.c: what is below that, each a section, or nothing where there is nothing to tell.
 */
void html_sizes(const struct listing *listing, struct writer *writer);
void html_packages(const struct listing *listing, struct writer *writer);
void html_causes(const struct listing *listing, struct writer *writer);
void html_table(const struct listing *listing, struct writer *writer);
void html_rules(const struct listing *listing, struct writer *writer);
void html_inside(const struct listing *listing, struct writer *writer);

/* html_data.c: what the script reads, in elements of JSON. */
void html_data(const struct listing *listing, struct writer *writer);

#endif
