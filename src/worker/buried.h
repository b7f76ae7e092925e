/* How a process that the broker started has ended. Private to worker/. */
#ifndef DIFFOCI_WORKER_BURIED_H
#define DIFFOCI_WORKER_BURIED_H

#include "base/death.h"
#include "base/error.h"
#include "base/macros.h"

/* Waits for its end. 0 if it ended with status 0, else -1 and *err, "NAME ended …, …READING". */
MUST_CHECK int buried_wait(pid_t pid, const struct death_watch *watch, const char *name,
                           const char *reading, struct error *err);
#endif
