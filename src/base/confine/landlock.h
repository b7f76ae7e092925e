/* Landlock: no access to the file system, to TCP ports, to abstract Unix sockets, and no signals to
 * processes outside. Private to base/confine. */
#ifndef DIFFOCI_BASE_CONFINE_LANDLOCK_H
#define DIFFOCI_BASE_CONFINE_LANDLOCK_H

#include "base/confine/confine.h"

/* The version of the kernel's interface; 0 with errno if it has none. */
int landlock_version(void);
/* Handles every right of this version, and allows none but those to make, write and remove files
 * below the wanted directories (of a looker, to read them), and those of the wanted paths.
 * no_new_privs has to be set. */
MUST_CHECK int landlock_enter(int version, const struct confine_wanted *wanted, struct error *err);

#endif
