/* The tree of events as JSON (behaviour.md, section 6). */
#ifndef DIFFOCI_REPORT_JSON_H
#define DIFFOCI_REPORT_JSON_H

#include "report/event_tree.h"
#include "report/report.h"
#include "report/writer.h"

/* Writes a sorted tree as one object, a node a line. The root has what `about` says, too (NULL:
 * nothing), behind its children. */
void json_write_tree(struct writer *writer, const struct event_tree *tree,
                     const struct report_about *about);

#endif
