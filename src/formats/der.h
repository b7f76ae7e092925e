/* A certificate in DER, alone in its file. Private to formats/. */
#ifndef DIFFOCI_FORMATS_DER_H
#define DIFFOCI_FORMATS_DER_H

#include "formats/format.h"

extern const struct format format_der;

#endif
