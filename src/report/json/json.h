/* The tree of events as JSON (docs/behaviour.md, "The report file"). */
#ifndef DIFFOCI_REPORT_JSON_JSON_H
#define DIFFOCI_REPORT_JSON_JSON_H

#include "report/changes/changes.h"
#include "report/json/event_tree.h"
#include "report/report.h"
#include "report/writer.h"

/* Has a report of report_json_new written under this name in an open directory, which has to be
 * open then; its path is for messages alone. name is borrowed. */
void report_json_at(struct report *report, int dir, const char *name);

#endif
