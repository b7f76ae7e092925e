#include "worker/scribe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ending.h"
#include "worker/buried.h"

static const char scribe_name[] = "the process that writes the report directory";

/* ---- the process ---- */

static int scribe_enter(const struct worker_job *job, const int *sockets, struct error *err)
{
  const struct confine_wanted confine = {
    .role = CONFINE_WRITER,
    .directories = { job->directory },
    .n_directories = 1,
    .limits = job->confine->limits,
  };
  int keep[1 + REPORT_DIR_SOCKETS] = { job->directory };

  for (size_t i = 0; i < REPORT_DIR_SOCKETS; i++)
    keep[1 + i] = sockets[i];
  if (confine_put_nothing(STDIN_FILENO) || confine_put_nothing(STDOUT_FILENO))
    return error_sys(err, errno, "standard input and output cannot be closed");
  if (confine_close_others(keep, ARRAY_LEN(keep), err))
    return -1;
  confine_forget_environment(NULL, 0);
  return confine_enter(&confine, job->support, err);
}

/* why: where the reason goes if it cannot begin; not to be touched any more once it has. */
static _Noreturn void scribe_be(const struct worker_job *job, pid_t broker, const int *sockets,
                                struct error *why)
{
  struct error err;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != broker)
    _exit(EXIT_FAILURE);
  if (scribe_enter(job, sockets, &err)) {
    *why = err;
    _exit(EXIT_FAILURE);
  }
  munmap(why, sizeof(*why));
  job->write(job->context, job->directory, sockets);
  _exit(EXIT_SUCCESS);
}

/* ---- who started it ---- */

static void scribe_close(const int *sockets, size_t n)
{
  for (size_t i = 0; i < n; i++)
    close(sockets[i]);
}

static int scribe_connect(struct scribe *scribe, int theirs[REPORT_DIR_SOCKETS], struct error *err)
{
  for (size_t i = 0; i < REPORT_DIR_SOCKETS; i++) {
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
      error_sys(err, errno, "a socket to %s", scribe_name);
      scribe_close(scribe->sockets, i);
      scribe_close(theirs, i);
      return -1;
    }
    scribe->sockets[i] = ends[0];
    theirs[i] = ends[1];
  }
  return 0;
}

int scribe_start(struct scribe *out, const struct worker_job *job, struct error *err)
{
  const pid_t broker = getpid();
  int theirs[REPORT_DIR_SOCKETS];

  *out = (struct scribe) { .ending = -1 };
  death_watch(&out->watch, job->confine->limits.cpu_seconds, "");
  if (!job->report_dir)
    return 0;
  out->why =
      mmap(NULL, sizeof(*out->why), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (out->why == MAP_FAILED)
    return error_sys(err, errno, "memory that two processes share");
  if (scribe_connect(out, theirs, err)) {
    munmap(out->why, sizeof(*out->why));
    return -1;
  }
  out->pid = fork();
  if (out->pid == 0)
    scribe_be(job, broker, theirs, out->why);
  scribe_close(theirs, REPORT_DIR_SOCKETS);
  madvise(out->why, sizeof(*out->why), MADV_DONTFORK); /* no other process is to write there */
  if (out->pid > 0) {
    out->ending = ending_add_confined(out->pid);
    return 0;
  }
  error_sys(err, errno, "%s cannot be started (--sandbox=off does without)", scribe_name);
  out->pid = 0;
  munmap(out->why, sizeof(*out->why));
  scribe_close(out->sockets, REPORT_DIR_SOCKETS);
  return -1;
}

void scribe_hand_over(struct scribe *scribe)
{
  if (scribe->pid)
    scribe_close(scribe->sockets, REPORT_DIR_SOCKETS);
}

int scribe_end(struct scribe *scribe, struct error *err)
{
  int status;

  if (!scribe->pid)
    return 0;
  status = buried_wait(scribe->pid, &scribe->watch, scribe_name, "", err);
  ending_forget(scribe->ending);
  scribe->pid = 0;
  if (status && scribe->why->code) {
    *err = *scribe->why;
    error_wrap(err, "%s", scribe_name);
  }
  munmap(scribe->why, sizeof(*scribe->why));
  return status;
}
