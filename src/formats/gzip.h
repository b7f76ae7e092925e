/* gzip files (RFC 1952). */
#ifndef DIFFOCI_FORMATS_GZIP_H
#define DIFFOCI_FORMATS_GZIP_H

#include "formats/format.h"

extern const struct format format_gzip;

#endif
