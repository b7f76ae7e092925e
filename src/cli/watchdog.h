/* The end of --timeout where nothing else looks at it: while a registry, an engine, a lock, a
 * helper or a process that hangs is waited for. What reads layers ends by itself before that, and
 * tells what it found. */
#ifndef DIFFOCI_CLI_WATCHDOG_H
#define DIFFOCI_CLI_WATCHDOG_H

#include <stdbool.h>

#include "base/error.h"

struct watchdog;

/* In so many seconds, and one, calls quiet(context), prints that it took too long, does what a
 * signal would (base/ending.h), and ends the program with status 2. *out is to be freed; NULL where
 * seconds are 0: there is no limit. -1 with *err where no thread can be had. */
MUST_CHECK int watchdog_start(struct watchdog **out, double seconds, void (*quiet)(void *context),
                              void *context, struct error *err);
/* The answer is there, and is being written. That may take as many seconds again, without those in
 * which standard output takes nothing: its reader has the time that it likes. Any number of times;
 * NULL allowed. */
void watchdog_answered(struct watchdog *watchdog);
/* From here on, or no more, nothing is counted of an answer that is there: somebody reads it. NULL
 * allowed. */
void watchdog_hold(struct watchdog *watchdog, bool held);
void watchdog_free(struct watchdog *watchdog); /* stops it; NULL allowed */

#endif
