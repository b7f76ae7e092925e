/* Java's properties and the manifests of its archives: each value under its name. */
#ifndef DIFFOCI_FORMATS_PROPERTIES_H
#define DIFFOCI_FORMATS_PROPERTIES_H

#include "formats/format.h"

extern const struct format format_properties;

#endif
