/* Two differing values, made to fit a table. */
#ifndef DIFFOCI_REPORT_CHANGES_SHORTEN_H
#define DIFFOCI_REPORT_CHANGES_SHORTEN_H

#include "base/buf.h"

/* Stands between the values of the two inputs where a line has both. */
#define CHANGE_ARROW " \xe2\x86\x92 "

/* Appends to out[0] and out[1] what of the texts fits into `columns` characters each (at least 8),
 * cut so that both still show where they begin to differ: "…" stands for what is left out. The
 * texts are valid UTF-8; a character counts as one column. */
void shorten_pair(const struct str text[2], size_t columns, struct buf *const out[2]);
/* Characters in valid UTF-8. */
size_t text_columns(struct str text);

#endif
