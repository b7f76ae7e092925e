/* What a JSON report says beyond its events: members of the root. Private to json*.c. */
#ifndef DIFFOCI_REPORT_JSON_JSON_ABOUT_H
#define DIFFOCI_REPORT_JSON_JSON_ABOUT_H

#include "report/changes/changes.h"
#include "report/report.h"
#include "report/writer.h"

/* Writes further members of an object that has some: ",\n\"rules\":[…],\n\"causes\":[…]" and so on.
 * about may be NULL. */
void json_about_write(struct writer *writer, const struct report_about *about,
                      const struct change_totals *totals);

/* The members of an event that tell its causes, each behind a comma. */
void json_about_event(struct writer *writer, const struct explain *explain, unsigned explanation);

#endif
