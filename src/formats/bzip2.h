/* bzip2 files, through libbz2. */
#ifndef DIFFOCI_FORMATS_BZIP2_H
#define DIFFOCI_FORMATS_BZIP2_H

#include "formats/codec.h"

extern const struct format format_bzip2;
extern const struct format_codec format_bzip2_codec; /* one stream */

#endif
