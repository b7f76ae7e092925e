/* Paths of directories that something was built in. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_BUILD_PATH_H
#define DIFFOCI_EVIDENCE_BUILD_PATH_H

#include <stdbool.h>

#include "base/str.h"

/* Whether two absolute paths that differ do so in where something was built. side: both without the
 * components that they end in alike; filled in any case. */
bool build_path_differs(const struct str whole[2], struct str side[2]);

#endif
