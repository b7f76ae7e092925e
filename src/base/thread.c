#include "base/thread.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

size_t thread_processors(void)
{
  cpu_set_t allowed;
  long n = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed)
                                                                : sysconf(_SC_NPROCESSORS_ONLN);

  return n > 0 ? (size_t)n : 1;
}

struct start {
  void *(*run)(void *);
  void *argument;
  cpu_set_t allowed; /* once it runs */
};

static void *thread_begin(void *context)
{
  struct start *start = context;
  void *(*run)(void *) = start->run;
  void *argument = start->argument;

  /* Where it fails the thread stays among the other processors, which is no harm. */
  (void)sched_setaffinity(0, sizeof(start->allowed), &start->allowed);
  free(start);
  return run(argument);
}

/* Sets where the thread begins; false if there is no choice, or it cannot be told. */
static bool set_elsewhere(pthread_attr_t *attributes, cpu_set_t *allowed)
{
#ifdef __GLIBC__ /* others cannot say it before the thread runs */
  const int here = sched_getcpu();
  cpu_set_t others;

  if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(*allowed), allowed) < 0)
    return false;
  others = *allowed;
  CPU_CLR((unsigned)here, &others);
  return CPU_COUNT(&others) > 0 &&
         pthread_attr_setaffinity_np(attributes, sizeof(others), &others) == 0;
#else
  (void)attributes;
  (void)allowed;
  return false;
#endif
}

bool thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
  struct start *start = xmalloc(sizeof(*start));
  pthread_attr_t attributes;
  int result;

  start->run = run;
  start->argument = argument;
  pthread_attr_init(&attributes);
  result = set_elsewhere(&attributes, &start->allowed)
               ? pthread_create(thread, &attributes, thread_begin, start)
               : -1;
  pthread_attr_destroy(&attributes);
  if (result == 0)
    return true;
  free(start);
  return pthread_create(thread, NULL, run, argument) == 0;
}
