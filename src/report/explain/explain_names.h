/* Fields of documents: as causes name them, and where lies what they speak of. Private to
 * explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_NAMES_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_NAMES_H

#include "report/explain/explain_below.h"

/* The field of an event about a document as the table of causes names it: of "layers[0].digest" the
 * digest. False if no cause can be about it. */
bool explain_names_field(const struct event *event, const struct event_field *field,
                         struct policy_field *out);
/* Whether it says something about other bytes, and so differs since those do. */
bool explain_names_follows(const struct policy_field *field);
/* Adds where those bytes are to the item. */
void explain_names_place(struct explain_below *below, struct below_item *item,
                         const struct event *event, const struct event_field *field);

#endif
