/* Manual pages: what their headers say, and the text of each section. */
#ifndef DIFFOCI_FORMATS_ROFF_H
#define DIFFOCI_FORMATS_ROFF_H

#include "formats/format.h"

extern const struct format format_roff;

/* Whether bytes of that name are a manual page: the name ends in a section, the first byte is a
 * request's, and .TH or .Dd follows within the first 64 KiB. */
bool roff_detect(struct str bytes, struct str name);

#endif
