/* Paths of members, resolved by their text alone. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_PATH_H
#define DIFFOCI_SOURCE_ARCHIVE_PATH_H

#include <stdbool.h>

#include "base/str.h"

enum { MEMBER_PATH_MAX = 4096 }; /* bytes of a member's path, its NUL counted */

struct member_path {
  char text[MEMBER_PATH_MAX]; /* NUL-terminated; no empty, "." or ".." component; "" is the root */
  size_t len;
};

/* path as seen from the directory dir; an absolute path starts at the root of the store. False if
 * it leads above the root, has a NUL byte, or is too long; *out is then undefined. */
bool member_path_resolve(struct member_path *out, struct str dir, struct str path);
struct str member_path_str(const struct member_path *path);

#endif
