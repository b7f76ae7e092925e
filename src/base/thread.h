/* Threads that share the work of their creator. */
#ifndef DIFFOCI_BASE_THREAD_H
#define DIFFOCI_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/* As pthread_create: run(argument), to be joined; false if no thread can be had. It goes to
 * another processor than the caller's if it may, and is free to go anywhere from there: left to
 * itself the kernel starts it beside its creator now and then, and takes milliseconds to move it,
 * which is most of what a small comparison takes. */
MUST_CHECK bool thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

/* How many processors this process may use (sched_setaffinity(2), cpuset(7)); at least 1. */
size_t thread_processors(void);

#endif
