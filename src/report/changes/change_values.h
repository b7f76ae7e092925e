/* Values that differ, as people read them. Private to src/report/changes. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGE_VALUES_H
#define DIFFOCI_REPORT_CHANGES_CHANGE_VALUES_H

#include "base/buf.h"
#include "diff/event.h"

/* Appends "VALUE0 → VALUE1", "added: VALUE1" or "removed: VALUE0", where ptr is NULL, and "" in
 * quotes where a value is empty. Long ones are shortened, digests to 12 digits, times to what tells
 * them apart. Escaped for a terminal. */
void change_values_pair(struct buf *out, struct str value0, struct str value1);
/* The same of a field of a document; of an environment variable without its name. */
void change_words_values(struct buf *out, const struct event_field *field);
/* Appends what people call the field: "User", "Env PATH", "history[1].created". Escaped. */
void change_title(struct buf *out, enum event_type type, const struct event_field *field);

#endif
