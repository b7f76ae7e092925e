/* Paths of directories that something was built in. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_BUILD_PATH_H
#define DIFFOCI_EVIDENCE_BUILD_PATH_H

#include <stdbool.h>

#include "evidence/content.h"

/* Whether two absolute paths that differ do so in where something was built. side: both without the
 * components that they end in alike; filled in any case. */
bool build_path_differs(const struct str whole[2], struct str side[2]);
/* Whether two such paths can be nothing else, by themselves: both lie where nothing but builds
 * does, and go on alike. has_tail: they do; side is without that. What is below /srv, /home or
 * /usr/src may be what a program serves or reads, and another name at the end is another file. */
bool build_path_is_certain(const struct str side[2], bool has_tail);
/* Whether nobody acts on the paths in a file, which say where it was built: debug information. What
 * a program has in its memory, or an interpreter compiled or pickled, may be what it opens or
 * loads. */
bool build_path_is_noted(const struct content_file *file);

#endif
