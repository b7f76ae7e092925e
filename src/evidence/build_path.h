/* Paths of directories that something was built in. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_BUILD_PATH_H
#define DIFFOCI_EVIDENCE_BUILD_PATH_H

#include <stdbool.h>

#include "evidence/content.h"

/* Whether two absolute paths that differ do so in where something was built. side: both without the
 * components that they end in alike; filled in any case. */
bool build_path_differs(const struct str whole[2], struct str side[2]);
/* Whether a path of two components or more lies where builds are made. */
bool build_path_begins(struct str path);
/* Whether nobody acts on the paths in a file, which say where it was built: debug information. What
 * a program has in its memory, or an interpreter compiled or pickled, may be what it opens or
 * loads, and what any other file has, what its reader does: ld.so.preload, sudoers, a .pth. Where
 * a path leads says nothing of that: an image may have files in a directory of build services. */
bool build_path_is_noted(const struct content_file *file);

#endif
