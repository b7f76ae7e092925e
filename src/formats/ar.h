/* ar archives: static libraries and Debian packages (System V's and BSD's variants). */
#ifndef DIFFOCI_FORMATS_AR_H
#define DIFFOCI_FORMATS_AR_H

#include "formats/format.h"

extern const struct format format_ar;

#endif
