/* LZ4 frames, through liblz4. */
#ifndef DIFFOCI_FORMATS_LZ4_H
#define DIFFOCI_FORMATS_LZ4_H

#include "formats/codec.h"

extern const struct format format_lz4;
extern const struct format_codec format_lz4_codec; /* one frame */

#endif
