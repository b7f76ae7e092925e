/* Where a change is: in which image, in which layer, made by which command, how large on each side.
 * Private to src/report/changes. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGE_PLACE_H
#define DIFFOCI_REPORT_CHANGES_CHANGE_PLACE_H

#include "report/changes/changes.h"

/* The context of the event, kept as long as changes and shared by all events that have it, with the
 * platform of the image that it is about where changes are to tell that. */
const struct change_context *change_place_context(struct changes *changes,
                                                  const struct event *event);
/* Sets of the change what its event says of each side's entry: layer, command, size, and whether
 * one of them is a directory. Layer and size are -1 where there is no entry, or it has none. */
void change_place_note(struct change *change, const struct event *event);

#endif
