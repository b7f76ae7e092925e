/* Manual pages: what their headers say, and the text of each section. */
#ifndef DIFFOCI_FORMATS_ROFF_H
#define DIFFOCI_FORMATS_ROFF_H

#include "formats/format.h"

extern const struct format format_roff;

#endif
