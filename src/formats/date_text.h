/* Dates as texts: what is one from its first byte to its last. */
#ifndef DIFFOCI_FORMATS_DATE_TEXT_H
#define DIFFOCI_FORMATS_DATE_TEXT_H

#include <stdbool.h>

#include "base/str.h"

/* ISO 8601 as XMP (ISO 16684-1, 8.2.1.4), ImageMagick and gettext write it: from a year to
 * fractions of a second with a time zone, with "-", ":" or "/" in the date. At most 40 bytes, so
 * that no text can hide in it. */
bool date_text_is_iso(struct str text);
/* The same, or as RFC 5322 (3.3) has it, "Sun, 06 Nov 1994 08:49:37 GMT", or asctime(3). */
bool date_text_is(struct str text);
/* As PDF has it (ISO 32000-1, 7.9.4), without "D:": "20261128141505+01'00'". */
bool date_text_is_pdf(struct str text);

#endif
