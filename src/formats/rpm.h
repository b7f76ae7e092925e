/* RPM packages: the tags of both headers, and the payload. */
#ifndef DIFFOCI_FORMATS_RPM_H
#define DIFFOCI_FORMATS_RPM_H

#include "formats/format.h"

extern const struct format format_rpm;

#endif
