/* Text that is fitted into the columns of a terminal. All of it is valid UTF-8, escaped for a
 * terminal (base/escape.h); a character counts as one column. */
#ifndef DIFFOCI_REPORT_TEXT_COLUMNS_H
#define DIFFOCI_REPORT_TEXT_COLUMNS_H

#include <stdbool.h>

#include "report/writer.h"

/* Select graphic rendition (ECMA-48, section 8.3.117). */
#define SGR_BOLD "\x1b[1m"
#define SGR_DIM "\x1b[2m"
#define SGR_RESET "\x1b[0m"

/* Writes text, between sgr and its end where there are to be colours. */
void columns_coloured(struct writer *writer, bool colour, const char *sgr, const char *text);
/* How many bytes the first `columns` characters take; all, where there are fewer. */
size_t columns_bytes(struct str text, size_t columns);
/* Writes what of a text fits; its end is left out where not, and "…" stands for it. Returns the
 * columns that it took. */
size_t columns_beginning(struct writer *writer, struct str text, size_t columns);
/* The same for "VALUE0 → VALUE1", of which both are cut so that they show where they begin to
 * differ, if that fits. Any other text is cut at its end. Returns the columns that it took. */
size_t columns_values(struct writer *writer, struct str text, size_t columns);
/* The same for a path, of which the end tells more than the middle: whole parts, where these fit.
 * columns: at least 3. */
size_t columns_path(struct writer *writer, struct str path, size_t columns);
/* Writes all of a text in as many lines as it takes, each at most `columns` wide, broken where
 * there is a space if that can be, but not between a number and its unit of bytes; lines after the
 * first are indented by so many columns, where the first begins. columns 0: in one line. Ends with
 * a line feed. */
void columns_wrapped(struct writer *writer, struct str text, size_t columns, size_t indent);

#endif
