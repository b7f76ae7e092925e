/* The names of the images in a file or directory, for who has to choose one. */
#ifndef DIFFOCI_SOURCE_NAMES_H
#define DIFFOCI_SOURCE_NAMES_H

#include "base/error.h"
#include "base/limits.h"

/* Calls each with what stands behind "oci:PATH:" for the images that path holds: those of an
 * index.json by their annotations, else those of a manifest.json. Archives that are compressed are
 * not read, since that takes long; they have no names here. Names are as in the file. */
MUST_CHECK int source_names(const char *path, const struct limits *limits,
                            void (*each)(void *context, const char *name), void *context,
                            struct error *err);

#endif
