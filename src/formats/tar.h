/* tar archives (POSIX.1-2017, pax; GNU tar manual, "Tar Internals"), as tar/tar.h reads them. */
#ifndef DIFFOCI_FORMATS_TAR_H
#define DIFFOCI_FORMATS_TAR_H

#include "formats/format.h"

extern const struct format format_tar;

#endif
