/* What an event comes to, as changes. Private to src/report/changes. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGES_EVENTS_H
#define DIFFOCI_REPORT_CHANGES_CHANGES_EVENTS_H

#include "report/changes/changes.h"

/* Makes the changes of one event and hands each to changes_add_one. */
void changes_add_event(struct changes *changes, const struct event *event);
/* Counts the change and keeps it, or puts it among the suspects. changes.c. */
void changes_add_one(struct changes *changes, const struct change *change);

#endif
