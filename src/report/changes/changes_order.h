/* What collecting changes needs of their order. Private to src/report. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGES_ORDER_H
#define DIFFOCI_REPORT_CHANGES_CHANGES_ORDER_H

#include "report/changes/changes.h"

/* Notes that something differs in this context, which lives as long as changes, and so in those
 * above it. */
void changes_note_above(struct changes *changes, const char *context);
/* Adds a change to what is kept; its text stays where it is. */
void changes_put(struct changes *changes, const struct change *change);
/* CHANGE_ORDER_TABLE. */
int changes_compare_places(const struct change *a, const struct change *b);
/* Puts all of a change's text into this arena. */
void changes_copy(struct arena *arena, struct change *change);
/* Keeps changes->keep items, those that weigh the most: the same ones, in whatever order all came.
 */
void changes_drop_lightest(struct changes *changes);

#endif
