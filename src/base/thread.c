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
  int beside; /* the processor that its creator was on; -1: it cannot be told */
};

/* Leaves that processor, if it is there and may be elsewhere, and may go anywhere again. Where it
 * fails the thread stays, which is no harm. */
static void thread_leave(int processor)
{
  cpu_set_t allowed;
  cpu_set_t others;

  if (processor < 0 || processor >= CPU_SETSIZE || sched_getcpu() != processor ||
      sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
    return;
  others = allowed;
  CPU_CLR((unsigned)processor, &others);
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof(others), &others) == 0)
    (void)sched_setaffinity(0, sizeof(allowed), &allowed);
}

static void *thread_begin(void *context)
{
  const struct start start = *(struct start *)context;

  free(context);
  thread_leave(start.beside);
  return start.run(start.argument);
}

/* The thread says itself where it is to be, since a confined process may not say it of others, from
 * which a filter cannot tell its own threads (base/confine). If it waits for this processor, it has
 * it now. */
bool thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
  struct start *start = xmalloc(sizeof(*start));

  *start = (struct start) { run, argument, sched_getcpu() };
  if (pthread_create(thread, NULL, thread_begin, start)) {
    free(start);
    return false;
  }
  sched_yield();
  return true;
}
