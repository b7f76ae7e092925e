/* Opens what an image argument means where neither a store nor a registry is needed for it. */
#ifndef DIFFOCI_SOURCE_OPEN_H
#define DIFFOCI_SOURCE_OPEN_H

#include "source/argument.h"

/* An argument of kind ARGUMENT_ENGINE or ARGUMENT_FILE, which is not kept. Errors name it. */
struct source *source_open(const struct argument *argument, const struct source_options *options,
                           struct error *err);

#endif
