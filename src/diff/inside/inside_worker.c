#include "diff/inside/inside_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/confine/sanitizer.h"
#include "base/fd.h"
#include "base/libc.h"
#include "diff/inside/inside_wire.h"

enum {
  NAME_MAX_BYTES = 1024,
  SOCKET_FD = 3,     /* of the child: all that it has open */
  CPU_SECONDS = 120, /* of one child; it makes room for another well before that, between files */
  CPU_SECONDS_LONG = 20,
  ANSWER_SECONDS = 180,
  EXIT_REPLACE = 3, /* "give me a successor" */
  DEATHS_MAX = 64,
};

struct inside_worker {
  int socket;
  pid_t pid;
  uint64_t max_bytes;
  bool gone;
};

struct request {
  uint64_t offsets[2], sizes[2];
  uint64_t max_bytes;
  uint64_t patch_lines;
  uint32_t patch;  /* 0 or 1 */
  uint32_t ignore; /* IGNORE_…, of those that --semantic implies */
  uint32_t name_lens[2];
  char names[2][NAME_MAX_BYTES];
};

struct answer {
  uint32_t died; /* 0: it is done, and this many bytes were written; else how it ended */
  uint32_t len;
};

/* ---- the child ---- */

static void limit_child(uint64_t max_bytes, const struct confine_support *support)
{
  const struct confine_wanted wanted = {
    .role = CONFINE_PARSER,
    .limits = {
      .cpu_seconds = CPU_SECONDS,
      .file_bytes = INSIDE_WIRE_MAX,
      .open_files = 16,
      /* Both files and what comes out of each, with room for copies that grow, and the program. */
      .address_space = 6 * MIN_OF(max_bytes, (uint64_t)INT64_MAX / 16) + ((uint64_t)1 << 30),
    },
  };
  struct error err;

  if (confine_enter(&wanted, support, &err))
    _exit(EXIT_FAILURE);
}

/* Nothing of what the parent has open, but the socket. What is printed goes nowhere, but for a
 * sanitizer's findings. */
static void close_all(int socket)
{
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

  if (null < 0)
    _exit(EXIT_FAILURE);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  if (!SANITIZED)
    dup2(null, STDERR_FILENO);
  if (socket != SOCKET_FD && dup2(socket, SOCKET_FD) < 0)
    _exit(EXIT_FAILURE);
  if (libc_close_range(SOCKET_FD + 1, ~0U))
    _exit(EXIT_FAILURE);
}

static int inside_worker_receive(struct request *request, int fds[3])
{
  struct iovec part = { request, sizeof(*request) };
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(3 * sizeof(int))];
  } control;
  struct msghdr message = {
    .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof(control),
  };
  ssize_t got;

  do {
    got = recvmsg(SOCKET_FD, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got == 0)
    return 0;
  if (got != (ssize_t)sizeof(*request) || message.msg_controllen < CMSG_LEN(3 * sizeof(int)))
    return -1;
  memcpy(fds, CMSG_DATA(&control.header), 3 * sizeof(int));
  return 1;
}

static void *map_content(int fd, uint64_t offset, uint64_t size)
{
  void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, (off_t)offset) : NULL;

  return bytes == MAP_FAILED ? NULL : bytes;
}

static void inside_worker_look(const struct request *request, const int fds[3])
{
  struct inside_writer writer;
  struct inside_result *result = xcalloc(1, sizeof(*result));
  struct inside_input input = {
    .ignore = request->ignore,
    .max_bytes = request->max_bytes,
    .patch = request->patch != 0,
    .patch_lines = request->patch_lines,
    .sink = &writer.sink,
  };
  struct answer answer = { 0 };

  inside_writer_init(&writer);
  for (int side = 0; side < 2; side++) {
    char *bytes = map_content(fds[side], request->offsets[side], request->sizes[side]);

    if (!bytes && request->sizes[side])
      _exit(EXIT_FAILURE);
    input.bytes[side] = (struct str) { bytes, request->sizes[side] };
    input.names[side] = (struct str) { request->names[side], request->name_lens[side] };
  }
  inside_compare(&input, result);
  inside_writer_result(&writer, result);
  answer.len = (uint32_t)writer.out.len;
  if (fd_write(fds[2], writer.out.ptr, writer.out.len))
    _exit(EXIT_FAILURE);
  for (int side = 0; side < 2; side++)
    if (input.bytes[side].len)
      munmap((void *)(uintptr_t)input.bytes[side].ptr, input.bytes[side].len);
  inside_writer_release(&writer);
  free(result);
  for (int i = 0; i < 3; i++)
    close(fds[i]);
  if (send(SOCKET_FD, &answer, sizeof(answer), MSG_NOSIGNAL) != (ssize_t)sizeof(answer))
    _exit(EXIT_FAILURE);
}

static _Noreturn void serve(uint64_t max_bytes, const struct confine_support *support)
{
  struct request request;
  int fds[3];
  int got;

  limit_child(max_bytes, support);
  while ((got = inside_worker_receive(&request, fds)) > 0) {
    struct rusage usage;

    inside_worker_look(&request, fds);
    if (getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_utime.tv_sec > CPU_SECONDS_LONG)
      _exit(EXIT_REPLACE);
  }
  _exit(got < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* ---- between them: a process that does nothing but to have children ---- */

static _Noreturn void breed(int socket, uint64_t max_bytes, const struct confine_support *support)
{
  unsigned deaths = 0;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close_all(socket);
  for (;;) {
    struct answer answer = { .died = 1 };
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      serve(max_bytes, support);
    }
    if (pid < 0)
      _exit(EXIT_FAILURE);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
      continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
      _exit(EXIT_SUCCESS);
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REPLACE)
      continue;
    if (WIFSIGNALED(status))
      answer = (struct answer) { .died = 2, .len = (uint32_t)WTERMSIG(status) };
    if (++deaths > DEATHS_MAX ||
        send(socket == SOCKET_FD ? socket : SOCKET_FD, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
      _exit(EXIT_FAILURE);
  }
}

/* ---- the parent ---- */

struct inside_worker *inside_worker_start(uint64_t max_bytes, const struct confine_support *support,
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
    breed(ends[1], max_bytes, support);
  close(ends[1]);
  worker = xcalloc(1, sizeof(*worker));
  *worker = (struct inside_worker) { .socket = ends[0], .pid = pid, .max_bytes = max_bytes };
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

uint64_t inside_worker_max(const struct inside_worker *worker)
{
  return worker->max_bytes;
}

static int ask(struct inside_worker *worker, const struct inside_job *job, int results,
               struct error *err)
{
  struct request request = {
    .max_bytes = worker->max_bytes,
    .ignore = job->ignore,
    .patch = job->patch,
    .patch_lines = job->patch_lines,
  };
  const int fds[3] = { job->contents[0].fd, job->contents[1].fd, results };
  struct iovec part = { &request, sizeof(request) };
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(fds))];
  } control = { .bytes = { 0 } };
  struct msghdr message = {
    .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof(control),
  };

  for (int side = 0; side < 2; side++) {
    struct str name = job->names[side];

    if (name.len > NAME_MAX_BYTES)
      name = str_skip(name, name.len - NAME_MAX_BYTES);
    request.offsets[side] = job->contents[side].offset;
    request.sizes[side] = job->contents[side].size;
    request.name_lens[side] = (uint32_t)name.len;
    if (name.len)
      memcpy(request.names[side], name.ptr, name.len);
  }
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof(fds));
  memcpy(CMSG_DATA(&control.header), fds, sizeof(fds));
  if (sendmsg(worker->socket, &message, MSG_NOSIGNAL) != (ssize_t)sizeof(request))
    return error_sys(err, errno, "the process that looks into files");
  return 0;
}

/* Waits for the answer. Who takes too long is not asked again, and ends with inside_worker_stop:
 * whoever asks may be confined, and must not signal. */
static int wait_answer(struct inside_worker *worker, struct answer *answer, struct error *err)
{
  struct pollfd poll_for = { .fd = worker->socket, .events = POLLIN };
  int ready;

  do {
    ready = poll(&poll_for, 1, ANSWER_SECONDS * 1000);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0 || recv(worker->socket, answer, sizeof(*answer), 0) != (ssize_t)sizeof(*answer)) {
    worker->gone = true;
    return error_set(err, ERROR_LIMIT,
                     ready ? "the process that looks into files has ended"
                           : "looking into it takes too long");
  }
  if (answer->died == 2)
    return error_set(err, ERROR_LIMIT, "the process that looked into it ended with signal %u (%s)",
                     answer->len,
                     answer->len == SIGXCPU || answer->len == SIGKILL ? "it took too long"
                     : answer->len == SIGABRT                         ? "it ran out of memory"
                                                                      : "a fault");
  if (answer->died)
    return error_set(err, ERROR_LIMIT,
                     "the process that looked into it ended, for it took more "
                     "memory than it may");
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
  struct answer answer;

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
