/* Java's own keystores: JKS, and JCEKS but for its secret keys. */
#ifndef DIFFOCI_FORMATS_JKS_H
#define DIFFOCI_FORMATS_JKS_H

#include "formats/format.h"

extern const struct format format_jks;

#endif
