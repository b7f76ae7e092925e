/* Zstandard files, through libzstd. */
#ifndef DIFFOCI_FORMATS_ZSTD_H
#define DIFFOCI_FORMATS_ZSTD_H

#include "formats/codec.h"

extern const struct format format_zstd;
extern const struct format_codec format_zstd_codec; /* one frame */

#endif
