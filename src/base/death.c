#include "base/death.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/macros.h"

enum { LAST_ACT_MS = 5000 }; /* a sanitizer's report may be on its way */

void death_watch(struct death_watch *out, uint64_t cpu_seconds, const char *root)
{
  struct rlimit limit;

  *out = (struct death_watch) { machine_group_kills(root), machine_kills(root), cpu_seconds };
  /* Whoever started us may have allowed less. */
  if (getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_max != RLIM_INFINITY &&
      (!cpu_seconds || limit.rlim_max < cpu_seconds))
    out->cpu_seconds = limit.rlim_max;
}

/* What the kernel holds against the limit is coarser than what it tells afterwards: 0.86 s of 1 s.
 */
static bool death_used_up(const struct death_watch *watch, const struct rusage *used)
{
  const uint64_t ms = (uint64_t)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000 +
                      (uint64_t)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000;

  return watch->cpu_seconds && ms + 500 >= watch->cpu_seconds * 1000;
}

static bool death_grew(uint64_t before, uint64_t now)
{
  return before != UINT64_MAX && now != UINT64_MAX && now > before;
}

enum death_cause death_cause(const struct death_watch *watch, int status, const struct rusage *used,
                             const char *root)
{
  if (!WIFSIGNALED(status))
    return DEATH_BY_ITSELF;
  switch (WTERMSIG(status)) {
  case SIGSYS:
    return DEATH_BY_FILTER;
  case SIGABRT:
    return DEATH_BY_ABORT;
  case SIGXCPU:
    return DEATH_BY_PROCESSOR;
  case SIGSEGV:
  case SIGBUS:
  case SIGILL:
  case SIGFPE:
  case SIGTRAP:
    return DEATH_BY_FAULT;
  case SIGKILL:
    break;
  default:
    return DEATH_BY_OTHERS;
  }
  if (death_used_up(watch, used))
    return DEATH_BY_PROCESSOR;
  if (death_grew(watch->group_kills, machine_group_kills(root)))
    return DEATH_BY_GROUP;
  if (death_grew(watch->kills, machine_kills(root)))
    return DEATH_BY_MACHINE;
  return DEATH_BY_OTHERS;
}

const char *death_words(enum death_cause cause)
{
  switch (cause) {
  case DEATH_BY_FILTER:
    return "it did what it may not";
  case DEATH_BY_ABORT:
    return "it gave up";
  case DEATH_BY_PROCESSOR:
    return "it used up its processor time";
  case DEATH_BY_GROUP:
    return "its control group ran out of memory";
  case DEATH_BY_MACHINE:
    return "the system ran out of memory";
  case DEATH_BY_OTHERS:
    return "another process ended it";
  default:
    return "";
  }
}

void death_let_end(pid_t pid)
{
  const int64_t deadline = clock_ms() + LAST_ACT_MS;
  const struct timespec pause = { .tv_nsec = 1000 * 1000 };
  siginfo_t ended = { 0 };

  while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT | WNOHANG) == 0 && !ended.si_pid &&
         clock_ms() < deadline)
    nanosleep(&pause, NULL);
}
