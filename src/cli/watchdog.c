#include "cli/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/ending.h"
#include "cli/cli.h"

enum { TICK_MS = 200 }; /* how often it is looked at what writing takes */

struct watchdog {
  pthread_t thread;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t wake;
  bool stopped, answered, held;
  double seconds;
  struct timespec until; /* CLOCK_MONOTONIC */
  void (*quiet)(void *context);
  void *context;
};

static _Noreturn void watchdog_end(const struct watchdog *watchdog)
{
  struct error err;

  if (watchdog->answered)
    error_set(&err, ERROR_TIMEOUT,
              "--timeout: %g seconds more have passed, and the answer is not written yet",
              watchdog->seconds);
  else
    error_set(&err, ERROR_TIMEOUT, "--timeout: %g seconds have passed, and there is no answer yet",
              watchdog->seconds);
  watchdog->quiet(watchdog->context);
  ending_end_others();
  cli_print_error(&err);
  _exit(EXIT_TROUBLE);
}

static struct timespec watchdog_moment(double seconds)
{
  const double most = 1e9; /* 30 years */
  struct timespec moment;

  seconds = MIN_OF(seconds, most);
  clock_gettime(CLOCK_MONOTONIC, &moment);
  moment.tv_sec += (time_t)seconds;
  moment.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
  moment.tv_sec += moment.tv_nsec / 1000000000;
  moment.tv_nsec %= 1000000000;
  return moment;
}

/* Whether it took too long until there was an answer; with the lock. */
static bool watchdog_waits(struct watchdog *watchdog)
{
  int waited = 0;

  while (!watchdog->stopped && !watchdog->answered && waited != ETIMEDOUT)
    waited = pthread_cond_timedwait(&watchdog->wake, &watchdog->lock, &watchdog->until);
  return !watchdog->stopped && !watchdog->answered;
}

static bool watchdog_is_read(void)
{
  struct pollfd reader = { .fd = STDOUT_FILENO, .events = POLLOUT };

  return poll(&reader, 1, 0) != 0;
}

/* Whether it takes too long to write it; with the lock. */
static bool watchdog_waits_for_writing(struct watchdog *watchdog)
{
  const double tick = TICK_MS / 1000.0;
  double left = watchdog->seconds + 1;

  while (!watchdog->stopped && left > 0) {
    const struct timespec until = watchdog_moment(tick);

    if (pthread_cond_timedwait(&watchdog->wake, &watchdog->lock, &until) == ETIMEDOUT &&
        !watchdog->held && watchdog_is_read())
      left -= tick;
  }
  return !watchdog->stopped;
}

static void *watchdog_run(void *argument)
{
  struct watchdog *watchdog = argument;

  pthread_mutex_lock(&watchdog->lock);
  if (watchdog_waits(watchdog) || watchdog_waits_for_writing(watchdog))
    watchdog_end(watchdog);
  pthread_mutex_unlock(&watchdog->lock);
  return NULL;
}

int watchdog_start(struct watchdog **out, double seconds, void (*quiet)(void *context),
                   void *context, struct error *err)
{
  pthread_condattr_t attributes;
  struct watchdog *watchdog;

  *out = NULL;
  if (!(seconds > 0))
    return 0;
  watchdog = xcalloc(1, sizeof(*watchdog));
  *watchdog = (struct watchdog) {
    .seconds = seconds, .until = watchdog_moment(seconds + 1), .quiet = quiet, .context = context
  };
  pthread_mutex_init(&watchdog->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&watchdog->wake, &attributes);
  pthread_condattr_destroy(&attributes);
  if (pthread_create(&watchdog->thread, NULL, watchdog_run, watchdog) == 0) {
    *out = watchdog;
    return 0;
  }
  pthread_cond_destroy(&watchdog->wake);
  pthread_mutex_destroy(&watchdog->lock);
  free(watchdog);
  return error_set(err, ERROR_IO, "a thread that sees to --timeout cannot be started");
}

static void watchdog_tell(struct watchdog *watchdog, bool *what, bool value)
{
  pthread_mutex_lock(&watchdog->lock);
  *what = value;
  pthread_cond_signal(&watchdog->wake);
  pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_answered(struct watchdog *watchdog)
{
  if (watchdog)
    watchdog_tell(watchdog, &watchdog->answered, true);
}

void watchdog_hold(struct watchdog *watchdog, bool held)
{
  if (watchdog)
    watchdog_tell(watchdog, &watchdog->held, held);
}

void watchdog_free(struct watchdog *watchdog)
{
  if (!watchdog)
    return;
  watchdog_tell(watchdog, &watchdog->stopped, true);
  pthread_join(watchdog->thread, NULL);
  pthread_cond_destroy(&watchdog->wake);
  pthread_mutex_destroy(&watchdog->lock);
  free(watchdog);
}
