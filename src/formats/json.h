/* JSON documents: each value under the keys that lead to it. */
#ifndef DIFFOCI_FORMATS_JSON_H
#define DIFFOCI_FORMATS_JSON_H

#include "formats/format.h"

extern const struct format format_json;

#endif
