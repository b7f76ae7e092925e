/* The tree of events as JSON (docs/behaviour.md, "The report file"). */
#ifndef DIFFOCI_REPORT_JSON_JSON_H
#define DIFFOCI_REPORT_JSON_JSON_H

#include "report/changes/changes.h"
#include "report/json/event_tree.h"
#include "report/report.h"
#include "report/writer.h"

/* Writes a tree as one object, a node a line. The root has what `about` says, too (NULL: nothing)
 * and what the differences come to, behind its children. -1 where the tree cannot be read back, as
 * event_tree_begin has it; what the writer has then is no report. */
MUST_CHECK int json_write_tree(struct writer *writer, struct event_tree *tree,
                               const struct report_about *about, const struct change_totals *totals,
                               struct error *err);

/* Has a report of report_json_new written under this name in an open directory, which has to be
 * open then; its path is for messages alone. name is borrowed. */
void report_json_at(struct report *report, int dir, const char *name);

#endif
