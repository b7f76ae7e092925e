/* The seccomp filter: which system calls a confined process may make. Private to base/confine. */
#ifndef DIFFOCI_BASE_CONFINE_FILTER_H
#define DIFFOCI_BASE_CONFINE_FILTER_H

#include "base/confine/confine.h"

/* Whether the kernel has filters that end a process; false with errno. */
bool filter_is_possible(void);
/* From here on a call that is not in the list ends the process (SIGSYS), or fails with EPERM, as
 * the role has it. no_new_privs has to be set. */
MUST_CHECK int filter_enter(const struct confine_wanted *wanted, struct error *err);

#endif
