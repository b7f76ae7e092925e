/* The date in the header of a manual page. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_MAN_DATE_H
#define DIFFOCI_EVIDENCE_MAN_DATE_H

#include <stdbool.h>

#include "base/str.h"

/* Whether a piece of the line lies where a manual page has its date, and nothing else: in the third
 * argument of .TH (man(7)), or behind .Dd (mdoc(7)). The line alone does not say that it is a
 * page's: other files may have such lines, too. */
bool man_date_is(struct str line, struct str piece);

#endif
