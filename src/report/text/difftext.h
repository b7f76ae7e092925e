/* The full difference of an event as text: what --verbose shows and reports carry. */
#ifndef DIFFOCI_REPORT_TEXT_DIFFTEXT_H
#define DIFFOCI_REPORT_TEXT_DIFFTEXT_H

#include "base/buf.h"
#include "diff/event.h"

/* Appends, for every field, "- NAME: VALUE" and "+ NAME: VALUE", one line each, escaped for a
 * terminal; the side where the field is absent has no line. Each line ends with '\n'. */
void difftext_add(struct buf *out, const struct event *event);

#endif
