#include "diff/inside/inside_worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/death.h"
#include "base/socket.h"
#include "diff/inside/inside_breed.h"
#include "diff/inside/inside_wire.h"

struct inside_worker {
  int socket;
  pid_t pid;
  uint64_t max_bytes;
  bool gone;
};

struct inside_worker *inside_worker_start(const struct inside_worker_options *options,
                                          struct error *err)
{
  struct inside_worker *worker;
  int ends[2];
  pid_t pid;

  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
    error_sys(err, errno, "a socket to a process that looks into files");
    return NULL;
  }
  pid = fork();
  if (pid < 0) {
    error_sys(err, errno, "a process that looks into files");
    close(ends[0]);
    close(ends[1]);
    return NULL;
  }
  if (pid == 0)
    inside_breed(ends[1], options);
  close(ends[1]);
  worker = xcalloc(1, sizeof(*worker));
  *worker =
      (struct inside_worker) { .socket = ends[0], .pid = pid, .max_bytes = options->max_bytes };
  return worker;
}

void inside_worker_stop(struct inside_worker *worker)
{
  if (!worker)
    return;
  cleanup_close(&worker->socket);
  /* It has nothing left to do, and may be at work for an answer that was waited for in vain. */
  kill(worker->pid, SIGKILL);
  while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  free(worker);
}

int inside_worker_socket(const struct inside_worker *worker)
{
  return worker->socket;
}

pid_t inside_worker_process(const struct inside_worker *worker)
{
  return worker->pid;
}

uint64_t inside_worker_max(const struct inside_worker *worker)
{
  return worker->max_bytes;
}

static int ask(struct inside_worker *worker, const struct inside_job *job, int results,
               struct error *err)
{
  struct inside_request request = {
    .max_bytes = worker->max_bytes,
    .ignore = job->ignore,
    .patch = job->patch,
    .patch_lines = job->patch_lines,
    .heads = job->heads,
  };
  const int fds[INSIDE_FDS] = { job->contents[0].fd, job->contents[1].fd, results };

  for (int side = 0; side < 2; side++) {
    struct str name = job->names[side];

    if (name.len > INSIDE_NAME_MAX)
      name = str_skip(name, name.len - INSIDE_NAME_MAX);
    request.offsets[side] = job->contents[side].offset;
    request.sizes[side] = job->contents[side].size;
    request.name_lens[side] = (uint32_t)name.len;
    if (name.len)
      memcpy(request.names[side], name.ptr, name.len);
  }
  if (inside_request_send(worker->socket, &request, fds) < 0)
    return error_sys(err, errno, "the process that looks into files");
  return 0;
}

static const char *inside_worker_why(enum death_cause cause)
{
  switch (cause) {
  case DEATH_BY_FAULT:
    return "a fault";
  case DEATH_BY_ABORT:
    return "it ran out of memory";
  default:
    return death_words(cause);
  }
}

static int inside_worker_explain(const struct inside_answer *answer, struct error *err)
{
  switch (answer->died) {
  case INSIDE_USED_UP:
    return error_set(err, ERROR_LIMIT,
                     "the processor time for looking into files, %u seconds, is used up (see "
                     "--max-scale)",
                     answer->len);
  case INSIDE_IDLE:
    return error_set(err, ERROR_LIMIT, "looking into it takes too long");
  case INSIDE_KILLED:
    return error_set(err, ERROR_LIMIT, "the process that looked into it ended with signal %u (%s)",
                     answer->len, inside_worker_why((enum death_cause)answer->cause));
  default:
    return error_set(err, ERROR_LIMIT,
                     "the process that looked into it ended, for it took more "
                     "memory than it may");
  }
}

/* Waits for the answer. Who takes too long is not asked again, and ends with inside_worker_stop:
 * whoever asks may be confined, and must not signal. */
static int wait_answer(struct inside_worker *worker, struct inside_answer *answer,
                       struct error *err)
{
  struct pollfd poll_for = { .fd = worker->socket, .events = POLLIN };
  int ready;

  do {
    ready = poll(&poll_for, 1, INSIDE_ANSWER_SECONDS * 1000);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0 || socket_receive_message(worker->socket, answer, sizeof(*answer), 0) !=
                        (ssize_t)sizeof(*answer)) {
    worker->gone = true;
    return error_set(err, ERROR_LIMIT,
                     ready ? "the process that looks into files has ended"
                           : "looking into it takes too long");
  }
  if (answer->died != INSIDE_LIVES)
    return inside_worker_explain(answer, err);
  if (answer->len > INSIDE_WIRE_MAX)
    return error_set(err, ERROR_CORRUPT, "what was found inside came garbled");
  return 0;
}

static int read_results(int fd, size_t len, struct inside_sink *sink, struct inside_result *result,
                        struct error *err)
{
  AUTO_FREE char *bytes = xmalloc(len + 1);
  size_t got = 0;

  while (got < len) {
    const ssize_t n = pread(fd, bytes + got, len - got, (off_t)got);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return error_set(err, ERROR_IO, "what was found inside could not be read");
    got += (size_t)n;
  }
  return inside_wire_read((struct str) { bytes, len }, sink, result, err);
}

static int compare(struct inside_worker *worker, const struct inside_job *job,
                   struct inside_sink *sink, struct inside_result *result, struct error *err)
{
  AUTO_CLOSE int results = -1;
  struct inside_answer answer;

  if (worker->gone)
    return error_set(err, ERROR_LIMIT, "the process that looks into files has ended");
  for (int side = 0; side < 2; side++)
    if (job->contents[side].size > worker->max_bytes)
      return error_set(err, ERROR_LIMIT, "it has more than %llu bytes (see --max-scale)",
                       (unsigned long long)worker->max_bytes);
  results = memfd_create("inside", MFD_CLOEXEC);
  if (results < 0)
    return error_sys(err, errno, "memory for what is inside");
  if (ask(worker, job, results, err) || wait_answer(worker, &answer, err))
    return -1;
  return read_results(results, answer.len, sink, result, err);
}

void inside_worker_compare(struct inside_worker *worker, const struct inside_job *job,
                           struct inside_sink *sink, struct inside_result *result)
{
  struct error err;

  if (compare(worker, job, sink, result, &err) == 0)
    return;
  *result = (struct inside_result) { .outcome = INSIDE_HERE };
  for (int side = 0; side < 2; side++)
    snprintf(result->reasons[side], INSIDE_REASON_MAX, "not looked into because %.400s",
             err.message);
}
