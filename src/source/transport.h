/* What may have been meant by the word before the ':' of an argument that no transport is called.
 */
#ifndef DIFFOCI_SOURCE_TRANSPORT_H
#define DIFFOCI_SOURCE_TRANSPORT_H

#include <stdbool.h>

#include "base/str.h"

/* The transport ("docker://", "oci:", "" for a name of a registry, "./" for a path) that the word
 * is a typo of, or that other programs call so; NULL: none, so that a name may be meant. is_name:
 * the whole argument can be a name of a registry, which "docker:24" is. is_file: behind the word
 * there is the name of an image's file. */
const char *transport_meant(struct str word, bool is_name, bool is_file);

#endif
