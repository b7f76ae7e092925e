/* xz files, through liblzma. */
#ifndef DIFFOCI_FORMATS_XZ_H
#define DIFFOCI_FORMATS_XZ_H

#include "formats/codec.h"

extern const struct format format_xz;
extern const struct format_codec format_xz_codec; /* one stream */

#endif
