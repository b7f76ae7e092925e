/* What the user's policy leaves out of the events. Whatever is left out is counted by the rule that
 * does it. Private to src/diff. */
#ifndef DIFFOCI_DIFF_LEFT_OUT_H
#define DIFFOCI_DIFF_LEFT_OUT_H

#include "diff/compare.h"

/* Whether the difference of an entry as a whole is left out, be it because of its path, be it (of
 * an entry that has no partner) as its presence; counts it. is_dir: of two entries, whether both
 * are directories. */
bool left_out_entry(const struct diff *diff, struct str path, bool is_dir);
bool left_out_presence(const struct diff *diff, struct str path, bool is_dir);

/* Takes the fields that rules leave out off the event's list, which is `fields`, and counts them.
 * Says in event->left_out whether there were any. True if no field is left that counts. path: of an
 * entry, else empty. */
bool left_out_fields(const struct diff *diff, struct event *event, struct fields *fields,
                     struct str path, bool is_dir);

#endif
