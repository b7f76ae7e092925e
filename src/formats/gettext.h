/* Message catalogs: .mo and .po (GNU gettext manual, "The Format of GNU MO Files" and "The Format
 * of PO Files"). */
#ifndef DIFFOCI_FORMATS_GETTEXT_H
#define DIFFOCI_FORMATS_GETTEXT_H

#include "formats/format.h"

extern const struct format format_mo;
extern const struct format format_po;

#endif
