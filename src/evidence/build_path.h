/* Paths of directories that something was built in. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_BUILD_PATH_H
#define DIFFOCI_EVIDENCE_BUILD_PATH_H

#include <stdbool.h>

#include "evidence/content.h"

/* Whether two absolute paths that differ do so in where something was built. side: both without the
 * components that they end in alike; filled in any case. */
bool build_path_differs(const struct str whole[2], struct str side[2]);
/* Whether two such paths (without what they end in alike) can be nothing else, by themselves: both
 * lie where nothing but builds does. What is below /srv, /home or /usr/src may be what a program
 * serves or reads. */
bool build_path_is_certain(const struct str side[2]);
/* Whether a file is made by a build and notes where: debug information, objects and libraries,
 * what describes them to the next build, compiled and pickled Python, Java classes. */
bool build_path_is_noted(const struct str content[2], const struct content_file *file);

#endif
