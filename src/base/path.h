/* Paths taken apart by their text alone; '/' stands between components. */
#ifndef DIFFOCI_BASE_PATH_H
#define DIFFOCI_BASE_PATH_H

#include <stdbool.h>

#include "base/str.h"

/* What stands before the last '/', and what stands behind it; without one, the first is empty and
 * the second is the path. "a/b/" is "a/b" and "". Views into path. */
struct str path_directory(struct str path);
struct str path_name(struct str path);
/* path_name of a NUL-terminated path: a pointer into it. */
const char *path_name_of(const char *path);
/* Takes the first component and all '/' before it off *rest; false if there is none left. */
bool path_next(struct str *rest, struct str *component);
/* Whether path is dir/..., any depth; everything but the empty path is below the empty directory.
 */
bool path_is_below(struct str path, struct str directory);
/* What a name in an archive comes to without "/" and "./" before it and "/" behind it: a view into
 * it, empty for the root ("./"). False, with *out all the same, if it is not spelled out in the one
 * way that is left: a component is empty, "." or "..". */
bool path_plain(struct str name, struct str *out);

#endif
