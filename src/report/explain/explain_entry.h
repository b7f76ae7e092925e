/* What is known at once of why an entry differs: from its fields, its path, and its contents where
 * these are at hand. Private to report/explain. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_ENTRY_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_ENTRY_H

#include "diff/event.h"
#include "report/explain/explain_draft.h"

/* An entry may have thousands of attributes and records; of more than these no cause is looked for.
 */
enum { EXPLAIN_FIELDS_MAX = 64 };

/* Fills in what causes ask of an entry, but the field. What it points to is the event's. */
void explain_entry_query(const struct event *event, struct cause_query *query);

/* Whether both contents are at hand, and whole. */
bool explain_has_contents(const struct cause_query *query);

/* The fields that count, the most telling first: each kind once, but each attribute and record.
 * Returns how many. *more: there are some that are not among them. */
size_t explain_entry_fields(const struct event *event, struct policy_field out[EXPLAIN_FIELDS_MAX],
                            bool *more);

/* Adds the cause of one field to the draft, or leaves the field there. A mode that gives a
 * privilege on one side alone has no cause. */
void explain_entry_field(const struct event *event, struct cause_query *query,
                         const struct policy_field *field, struct draft *draft);

#endif
