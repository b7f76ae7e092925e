/* The part of TOML 1.0 that configuration files of container tools use: tables, arrays of tables,
 * bare, quoted and dotted keys, strings on one line, booleans, whole decimal numbers, arrays,
 * inline tables. Multi-line strings, floats, dates, other bases: ERROR_UNSUPPORTED. */
#ifndef DIFFOCI_NET_CONFIG_TOML_H
#define DIFFOCI_NET_CONFIG_TOML_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

enum { TOML_DEPTH_MAX = 16 };

/* The document as JSON, a new reference. Errors name the line. More lenient than TOML in that a
 * table may be continued further down. */
json_t *toml_parse(struct str text, struct error *err);

#endif
