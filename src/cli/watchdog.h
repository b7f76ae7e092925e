/* The end of --timeout where nothing else looks at it: while a registry, an engine, a lock or a
 * helper is waited for. What reads layers ends by itself before that, and tells what it found. */
#ifndef DIFFOCI_CLI_WATCHDOG_H
#define DIFFOCI_CLI_WATCHDOG_H

struct watchdog;

/* In so many seconds, and one, calls quiet(context), prints that it took too long, does what a
 * signal would (base/ending.h), and ends the program with status 2. NULL where no thread can be
 * had; seconds 0: there is no limit, and NULL. */
struct watchdog *watchdog_start(double seconds, void (*quiet)(void *context), void *context);
/* It is over, or the answer is there. Any number of times; NULL allowed. */
void watchdog_stop(struct watchdog *watchdog);
void watchdog_free(struct watchdog *watchdog); /* stops it; NULL allowed */

#endif
