/* Names of tar entries as paths below a directory. */
#ifndef DIFFOCI_REPORT_DIRECTORY_ENTRY_PATH_H
#define DIFFOCI_REPORT_DIRECTORY_ENTRY_PATH_H

#include "base/buf.h"

enum { ENTRY_PATH_MAX_DEPTH = 4096 }; /* each directory costs a system call or two */

/* Appends a name to a path that is "" or ends with '/', without leading and doubled slashes, "."
 * components and a trailing slash. NULL, or in words why the name cannot be used (it holds a NUL or
 * a component "..", or is too long); part of it may then have been appended. */
const char *entry_path_add(struct buf *path, struct str name);

/* The directory that a path names ("" if it has none), and where its last name starts. */
struct str entry_path_directory(struct str path, const char **last);

#endif
