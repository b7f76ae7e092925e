#include "worker/scribe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ending.h"
#include "base/socket.h"
#include "worker/buried.h"

static const char scribe_name[] = "the process that writes the report directory";

/* ---- the process ---- */

/* What it answers once the directory is clear, or cannot be. */
struct scribe_cleared {
  int status;
  struct error err;
};

static int scribe_leave_open(const struct worker_job *job, const struct scribe *scribe,
                             struct error *err)
{
  int keep[2 + REPORT_DIR_SOCKETS] = { job->directory, scribe->cleared };

  for (size_t i = 0; i < REPORT_DIR_SOCKETS; i++)
    keep[2 + i] = scribe->theirs[i];
  if (confine_put_nothing(STDIN_FILENO) || confine_put_nothing(STDOUT_FILENO))
    return error_sys(err, errno, "standard input and output cannot be closed");
  if (confine_close_others(keep, ARRAY_LEN(keep), err))
    return -1;
  confine_forget_environment(NULL, 0);
  return 0;
}

static int scribe_confine(const struct worker_job *job, struct error *err)
{
  const struct confine_wanted confine = {
    .role = CONFINE_WRITER,
    .directories = { job->directory },
    .n_directories = 1,
    .limits = job->confine->limits,
  };

  return confine_enter(&confine, job->support, err);
}

/* Strangers chose the names of what an earlier report left, and its modes may be in the way, which
 * can be changed by name alone, and a filter cannot tell one name from another. So where there is
 * such a thing, it is removed before this process is confined, and until then nothing is read here
 * but that it is to be. 1: the directory is clear; 0: it cannot be, which is told, or nobody wants
 * it any more. */
static int scribe_begin(const struct worker_job *job, const struct scribe *scribe,
                        struct error *err)
{
  const bool is_clear = report_dir_is_clear(job->directory);
  struct scribe_cleared cleared = { 0 };
  char asked;

  if (scribe_leave_open(job, scribe, err) || (is_clear && scribe_confine(job, err)))
    return -1;
  if (!is_clear)
    prctl(PR_SET_DUMPABLE, 0); /* what it may is nobody's, though they have the same user */
  if (socket_receive(scribe->cleared, &asked, 1) <= 0)
    return 0;
  if (is_clear && !report_dir_is_clear(job->directory))
    cleared.status = error_set(&cleared.err, ERROR_IO,
                               "%s: another report was written there meanwhile", job->report_dir);
  else
    cleared.status = report_dir_clear(job->directory, job->report_dir, &cleared.err);
  if (socket_send(scribe->cleared, &cleared, sizeof(cleared)) < 0 || cleared.status)
    return 0;
  close(scribe->cleared);
  return !is_clear && scribe_confine(job, err) ? -1 : 1;
}

/* What scribe->why points to gets the reason if it cannot begin, and is not touched once it has. */
static _Noreturn void scribe_be(const struct worker_job *job, pid_t broker,
                                const struct scribe *scribe)
{
  struct error err;
  int begun;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != broker)
    _exit(EXIT_FAILURE);
  begun = scribe_begin(job, scribe, &err);
  if (begun < 0) {
    *scribe->why = err;
    _exit(EXIT_FAILURE);
  }
  munmap(scribe->why, sizeof(*scribe->why));
  if (begun)
    job->write(job->context, job->directory, scribe->theirs);
  _exit(EXIT_SUCCESS);
}

/* ---- who started it ---- */

static void scribe_close(int *fd)
{
  cleanup_close(fd);
  *fd = -1;
}

static void scribe_close_all(int *sockets)
{
  for (size_t i = 0; i < REPORT_DIR_SOCKETS; i++)
    scribe_close(&sockets[i]);
}

void scribe_drop(struct scribe *scribe)
{
  scribe_close_all(scribe->sockets);
  scribe_close_all(scribe->theirs);
  scribe_close(&scribe->clearing);
  scribe_close(&scribe->cleared);
}

int scribe_connect(struct scribe *out, const struct worker_job *job, struct error *err)
{
  int *const ends[1 + REPORT_DIR_SOCKETS][2] = { { &out->clearing, &out->cleared },
                                                 { &out->sockets[0], &out->theirs[0] },
                                                 { &out->sockets[1], &out->theirs[1] },
                                                 { &out->sockets[2], &out->theirs[2] } };

  *out = (struct scribe) { .ending = -1, .clearing = -1, .cleared = -1 };
  for (size_t i = 0; i < REPORT_DIR_SOCKETS; i++)
    out->sockets[i] = out->theirs[i] = -1;
  for (size_t i = 0; job->report_dir && i < ARRAY_LEN(ends); i++) {
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
      error_sys(err, errno, "a socket to %s", scribe_name);
      scribe_drop(out);
      return -1;
    }
    *ends[i][0] = pair[0];
    *ends[i][1] = pair[1];
  }
  return 0;
}

static int scribe_fork(struct scribe *scribe, const struct worker_job *job, struct error *err)
{
  const pid_t broker = getpid();

  scribe->why =
      mmap(NULL, sizeof(*scribe->why), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (scribe->why == MAP_FAILED)
    return error_sys(err, errno, "memory that two processes share");
  scribe->pid = fork();
  if (scribe->pid == 0)
    scribe_be(job, broker, scribe);
  madvise(scribe->why, sizeof(*scribe->why), MADV_DONTFORK); /* no other is to write there */
  if (scribe->pid > 0)
    return 0;
  error_sys(err, errno, "%s cannot be started (--sandbox=off does without)", scribe_name);
  scribe->pid = 0;
  munmap(scribe->why, sizeof(*scribe->why));
  return -1;
}

int scribe_start(struct scribe *scribe, const struct worker_job *job, struct error *err)
{
  if (!job->report_dir)
    return 0;
  if (scribe_fork(scribe, job, err)) {
    scribe_drop(scribe);
    return -1;
  }
  scribe->ending = ending_add_confined(scribe->pid);
  scribe_close_all(scribe->sockets);
  scribe_close_all(scribe->theirs);
  scribe_close(&scribe->cleared);
  return 0;
}

void scribe_leave(const struct scribe *scribe, const struct worker_job *job)
{
  for (size_t i = 0; job->report_dir && i < REPORT_DIR_SOCKETS; i++)
    close(scribe->sockets[i]);
}

int scribe_clear(struct scribe *scribe, struct error *err)
{
  struct scribe_cleared cleared = { .status = -1 };
  int got;

  if (scribe->clearing < 0)
    return error_set(err, ERROR_PERMISSION, "the report directory is cleared once");
  got = socket_send(scribe->clearing, "", 1);
  if (got == 1)
    got = socket_receive(scribe->clearing, &cleared, sizeof(cleared));
  error_sys(err, got < 0 ? errno : EPIPE, "%s", scribe_name);
  scribe_close(&scribe->clearing);
  if (got == 1) {
    cleared.err.message[sizeof(cleared.err.message) - 1] = '\0';
    *err = cleared.err;
  }
  return got == 1 && cleared.status == 0 ? 0 : -1;
}

int scribe_end(struct scribe *scribe, const struct death_watch *watch, struct error *err)
{
  int status;

  if (!scribe->pid)
    return 0;
  scribe_close(&scribe->clearing);
  status = buried_wait(scribe->pid, watch, scribe_name, "", err);
  ending_forget(scribe->ending);
  scribe->pid = 0;
  if (status && scribe->why->code) {
    *err = *scribe->why;
    error_wrap(err, "%s", scribe_name);
  }
  munmap(scribe->why, sizeof(*scribe->why));
  return status;
}
