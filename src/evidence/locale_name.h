/* Names of locales and character sets. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_LOCALE_NAME_H
#define DIFFOCI_EVIDENCE_LOCALE_NAME_H

#include <stdbool.h>

#include "base/str.h"

/* Whether all of the text is the name of a character set (UTF-8, ANSI_X3.4-1968, ISO-8859-15) or of
 * a locale with one (C.UTF-8, de_DE.ISO-8859-1@euro), as nl_langinfo(CODESET) and setlocale() of
 * the GNU C library have them. "C" alone is none. */
bool locale_name_is(struct str text);

#endif
