/* What it means that two texts have the same lines in another order. */
#ifndef DIFFOCI_POLICY_LINE_ORDER_H
#define DIFFOCI_POLICY_LINE_ORDER_H

#include "base/str.h"

enum line_order {
  LINE_ORDER_MOVED, /* lines stand in other parts, and say something else there */
  LINE_ORDER_TOLD,  /* it may be that a line says something of the one before it */
  LINE_ORDER_FREE,  /* each line, or each part, says the same wherever it stands */
};

/* Two texts that have the same lines, each as often. A part is what lies between empty lines, or
 * behind a line in brackets: of a package in a database, say, or the section of a file of settings.
 * Lines that are indented belong to the one before. A part with a
 * key twice is taken to be in an order that tells something, as are texts with brackets or tags
 * around lines, with lines that begin with "!", "+" or "-", and parts that begin alike. */
enum line_order line_order_look(const struct str content[2]);

#endif
