/* The tree of events as JSON (docs/behaviour.md, "The report file"). */
#ifndef DIFFOCI_REPORT_JSON_JSON_H
#define DIFFOCI_REPORT_JSON_JSON_H

#include "report/changes/changes.h"
#include "report/json/event_tree.h"
#include "report/outfile.h"
#include "report/report.h"
#include "report/writer.h"

/* Has a report of report_json_new written to this file, which it takes. */
void report_json_to(struct report *report, struct outfile *file);

#endif
