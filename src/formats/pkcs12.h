/* PKCS #12 (RFC 7292): keystores of Java since 9, of browsers, of Windows. */
#ifndef DIFFOCI_FORMATS_PKCS12_H
#define DIFFOCI_FORMATS_PKCS12_H

#include "formats/format.h"

extern const struct format format_pkcs12;

#endif
