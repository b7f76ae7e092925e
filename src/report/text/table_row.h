/* What a row of the table says of an event (docs/behaviour.md, "The table"). Private to table.c. */
#ifndef DIFFOCI_REPORT_TEXT_TABLE_ROW_H
#define DIFFOCI_REPORT_TEXT_TABLE_ROW_H

#include "report/text/rows.h"

/* The text of the row that was made last. */
struct table_row {
  struct buf name, cell[2];
  struct buf value[2]; /* for the cells */
};

void table_row_init(struct table_row *row);
void table_row_release(struct table_row *row);
/* Fills parts with the name and what stands below INPUT-0 and INPUT-1, escaped for a terminal:
 * views into *row, valid until the next call. */
void table_row_make(struct table_row *row, const struct event *event, struct str parts[ROW_PARTS]);

#endif
