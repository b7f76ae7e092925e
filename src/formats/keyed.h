/* Text that holds values under names: JSON, Java's properties and manifests, XML. Each value is a
 * member under the names that lead to it; what is written in another way shows nowhere. Private to
 * formats/. */
#ifndef DIFFOCI_FORMATS_KEYED_H
#define DIFFOCI_FORMATS_KEYED_H

#include "base/buf.h"
#include "formats/format.h"

/* Whether a name ends in one of the suffixes, of any case. For the files of these formats. */
bool keyed_ends_in(struct str name, const char *const *suffixes, size_t n);
/* A member whose content is a copy of the value; name is copied, too. 0/-1. */
MUST_CHECK int keyed_add(struct format_parts *parts, struct str name, struct str value,
                         struct error *err);

#endif
