/* PEM (RFC 7468): certificates, keys and whatever else lies between BEGIN and END. */
#ifndef DIFFOCI_FORMATS_PEM_H
#define DIFFOCI_FORMATS_PEM_H

#include "formats/format.h"

extern const struct format format_pem;

#endif
