#include "cli/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/ending.h"
#include "cli/cli.h"

struct watchdog {
  pthread_t thread;
  pthread_mutex_t lock; /* of stopped */
  pthread_cond_t wake;
  bool stopped;
  double seconds;
  struct timespec until; /* CLOCK_MONOTONIC */
  void (*quiet)(void *context);
  void *context;
};

static _Noreturn void watchdog_end(const struct watchdog *watchdog)
{
  struct error err;

  error_set(&err, ERROR_TIMEOUT, "--timeout: %g seconds have passed, and there is no answer yet",
            watchdog->seconds);
  watchdog->quiet(watchdog->context);
  ending_end_others();
  cli_print_error(&err);
  _exit(EXIT_TROUBLE);
}

static void *watchdog_run(void *argument)
{
  struct watchdog *watchdog = argument;
  int waited = 0;

  pthread_mutex_lock(&watchdog->lock);
  while (!watchdog->stopped && waited != ETIMEDOUT)
    waited = pthread_cond_timedwait(&watchdog->wake, &watchdog->lock, &watchdog->until);
  if (!watchdog->stopped)
    watchdog_end(watchdog);
  pthread_mutex_unlock(&watchdog->lock);
  return NULL;
}

static struct timespec watchdog_moment(double seconds)
{
  const double most = 1e9; /* 30 years */
  struct timespec moment;

  seconds = MIN_OF(seconds, most);
  clock_gettime(CLOCK_MONOTONIC, &moment);
  moment.tv_sec += (time_t)seconds + 1;
  moment.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
  moment.tv_sec += moment.tv_nsec / 1000000000;
  moment.tv_nsec %= 1000000000;
  return moment;
}

struct watchdog *watchdog_start(double seconds, void (*quiet)(void *context), void *context)
{
  pthread_condattr_t attributes;
  struct watchdog *watchdog;

  if (!(seconds > 0))
    return NULL;
  watchdog = xcalloc(1, sizeof(*watchdog));
  *watchdog = (struct watchdog) {
    .seconds = seconds, .until = watchdog_moment(seconds), .quiet = quiet, .context = context
  };
  pthread_mutex_init(&watchdog->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&watchdog->wake, &attributes);
  pthread_condattr_destroy(&attributes);
  if (pthread_create(&watchdog->thread, NULL, watchdog_run, watchdog) == 0)
    return watchdog;
  pthread_cond_destroy(&watchdog->wake);
  pthread_mutex_destroy(&watchdog->lock);
  free(watchdog);
  return NULL;
}

void watchdog_stop(struct watchdog *watchdog)
{
  if (!watchdog)
    return;
  pthread_mutex_lock(&watchdog->lock);
  watchdog->stopped = true;
  pthread_cond_signal(&watchdog->wake);
  pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_free(struct watchdog *watchdog)
{
  if (!watchdog)
    return;
  watchdog_stop(watchdog);
  pthread_join(watchdog->thread, NULL);
  pthread_cond_destroy(&watchdog->wake);
  pthread_mutex_destroy(&watchdog->lock);
  free(watchdog);
}
