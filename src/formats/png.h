/* PNG pictures (W3C, Portable Network Graphics, third edition). */
#ifndef DIFFOCI_FORMATS_PNG_H
#define DIFFOCI_FORMATS_PNG_H

#include "formats/format.h"

extern const struct format format_png;

#endif
