#include "worker/buried.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

int buried_wait(pid_t pid, const struct death_watch *watch, const char *name, const char *reading,
                struct error *err)
{
  struct rusage used = { 0 };
  const char *why;
  int status = -1;

  while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
    continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return 0;
  if (WIFEXITED(status))
    return error_set(err, ERROR_IO, "%s ended early, with status %d%s", name, WEXITSTATUS(status),
                     reading);
  why = death_words(death_cause(watch, status, &used, ""));
  return error_set(err, ERROR_IO, "%s ended with signal %d (%s)%s%s%s", name, WTERMSIG(status),
                   strsignal(WTERMSIG(status)), *why ? ": " : "", why, reading);
}
