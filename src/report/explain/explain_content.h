/* The cause of a content that differs: what the table knows of its path and beginning, and what is
 * seen when it is looked at whole. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_CONTENT_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_CONTENT_H

#include "report/explain/explain_draft.h"

/* No more than this is looked at whole of one content; a larger one has the cause of its path or
 * beginning, and that is likely. */
#define EXPLAIN_CONTENT_MAX (UINT64_C(64) << 20)

/* Adds the causes, or leaves the content. query: with the beginnings. content: both whole. Values
 * go to the arena. */
void explain_content(const struct cause_query *query, const struct str content[2],
                     struct arena *arena, struct draft *draft);

#endif
