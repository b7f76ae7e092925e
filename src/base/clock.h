/* The clocks. What is compared never depends on them, only how long is waited. */
#ifndef DIFFOCI_BASE_CLOCK_H
#define DIFFOCI_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some fixed moment, which nobody sets (CLOCK_MONOTONIC of clock_gettime(2)):
 * for how long something takes, and for deadlines. */
int64_t clock_ms(void);

#endif
