#include "diff/inside/inside_breed.h"

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
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/confine/sanitizer.h"
#include "base/death.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/libc.h"
#include "base/socket.h"
#include "diff/inside/inside_wire.h"

enum {
  SOCKET_FD = 3,     /* of both: all that they have open in the long run */
  CPU_SECONDS = 120, /* of one child; it makes room for another well before that, between files */
  CPU_SECONDS_LONG = 20,
  IDLE_SECONDS = INSIDE_ANSWER_SECONDS - 10, /* until a child that does not answer is ended */
  DEATHS_MAX = 64,
  COPY_BYTES = 256 * 1024,
};

int inside_request_send(int socket, const struct inside_request *request, const int fds[INSIDE_FDS])
{
  struct iovec part = { (void *)(uintptr_t)request, sizeof(*request) };
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(INSIDE_FDS * sizeof(int))];
  } control = { .bytes = { 0 } };
  struct msghdr message = {
    .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof(control),
  };
  ssize_t sent;

  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(INSIDE_FDS * sizeof(int));
  memcpy(CMSG_DATA(&control.header), fds, INSIDE_FDS * sizeof(int));
  do {
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)sizeof(*request) ? 1 : -1;
}

int inside_request_receive(int socket, struct inside_request *request, int fds[INSIDE_FDS])
{
  struct iovec part = { request, sizeof(*request) };
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(INSIDE_FDS * sizeof(int))];
  } control;
  struct msghdr message = {
    .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof(control),
  };
  ssize_t got;

  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got == 0)
    return 0;
  if (got != (ssize_t)sizeof(*request) ||
      message.msg_controllen < CMSG_LEN(INSIDE_FDS * sizeof(int)))
    return -1;
  memcpy(fds, CMSG_DATA(&control.header), INSIDE_FDS * sizeof(int));
  return 1;
}

/* ---- the child ---- */

static void limit_child(const struct inside_worker_options *options, uint64_t seconds)
{
  const struct confine_wanted wanted = {
    .role = CONFINE_PARSER,
    .limits = {
      .cpu_seconds = seconds,
      .file_bytes = INSIDE_WIRE_MAX,
      .open_files = 16,
      /* Both files and what comes out of each, with room for copies that grow, and the program. */
      .address_space = 6 * MIN_OF(options->max_bytes, (uint64_t)INT64_MAX / 16) + ((uint64_t)1 << 30),
    },
  };
  struct error err;

  if (confine_enter(&wanted, options->support, &err))
    _exit(EXIT_FAILURE);
}

static void *map_content(int fd, uint64_t offset, uint64_t size)
{
  void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, (off_t)offset) : NULL;

  return bytes == MAP_FAILED ? NULL : bytes;
}

static void inside_breed_look(const struct inside_request *request, const int fds[INSIDE_FDS])
{
  struct inside_writer writer;
  struct inside_result *result = xcalloc(1, sizeof(*result));
  struct inside_input input = {
    .ignore = request->ignore,
    .max_bytes = request->max_bytes,
    .patch = request->patch != 0,
    .patch_lines = request->patch_lines,
    .heads = request->heads != 0,
    .sink = &writer.sink,
  };
  struct inside_answer answer = { 0 };
  struct rusage usage;

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
  for (int i = 0; i < INSIDE_FDS; i++)
    close(fds[i]);
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    answer.seconds = (uint32_t)usage.ru_utime.tv_sec;
  if (socket_send_message(SOCKET_FD, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
    _exit(EXIT_FAILURE);
}

static _Noreturn void inside_breed_serve(const struct inside_worker_options *options,
                                         uint64_t seconds)
{
  struct inside_request request;
  int fds[INSIDE_FDS];
  int got;

  limit_child(options, seconds);
  while ((got = inside_request_receive(SOCKET_FD, &request, fds)) > 0)
    inside_breed_look(&request, fds);
  _exit(got < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* ---- who has children ---- */

struct breeder {
  const struct inside_worker_options *options;
  pid_t child; /* 0: there is none */
  int socket;  /* to it */
  uint64_t idle_ms;
  unsigned deaths;
  struct death_watch watch; /* of the child */
};

/* Nothing of what the parent has open, but the socket. What is printed goes nowhere, but for a
 * sanitizer's findings. */
static void close_all(int socket)
{
  if (confine_put_nothing(STDIN_FILENO) || confine_put_nothing(STDOUT_FILENO) ||
      (!SANITIZED && confine_put_nothing(STDERR_FILENO)))
    _exit(EXIT_FAILURE);
  if (socket != SOCKET_FD && dup2(socket, SOCKET_FD) < 0)
    _exit(EXIT_FAILURE);
  if (libc_close_range(SOCKET_FD + 1, ~0U))
    _exit(EXIT_FAILURE);
}

/* What is left of the processor time for all files, in seconds, at least one where any is. What the
 * child that lives has used counts when it has ended; until then its limit holds. */
static uint64_t breeder_left(const struct breeder *breeder)
{
  struct rusage usage = { 0 };
  uint64_t used = breeder->idle_ms;

  if (getrusage(RUSAGE_CHILDREN, &usage) == 0)
    used += (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
            (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  if (used >= breeder->options->seconds * 1000)
    return 0;
  return (breeder->options->seconds * 1000 - used + 999) / 1000;
}

static void breeder_fork(struct breeder *breeder, uint64_t seconds)
{
  int ends[2];

  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
    _exit(EXIT_FAILURE);
  seconds = MIN_OF(seconds, (uint64_t)CPU_SECONDS);
  death_watch(&breeder->watch, seconds, "");
  breeder->child = fork();
  if (breeder->child < 0)
    _exit(EXIT_FAILURE);
  if (breeder->child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The other end of SOCKET_FD is no business of the child's. */
    if (dup2(ends[1], SOCKET_FD) < 0 || libc_close_range(SOCKET_FD + 1, ~0U))
      _exit(EXIT_FAILURE);
    inside_breed_serve(breeder->options, seconds);
  }
  close(ends[1]);
  breeder->socket = ends[0];
}

/* Its exit status. It may have been taken over: it is not asked to go. */
static int breeder_end_child(struct breeder *breeder, struct rusage *used)
{
  int status = 0;

  close(breeder->socket);
  kill(breeder->child, SIGKILL);
  while (wait4(breeder->child, &status, 0, used) < 0 && errno == EINTR)
    continue;
  breeder->child = 0;
  return status;
}

/* 1: it answers; 0: it has ended; -1: it does neither. */
static int breeder_wait(const struct breeder *breeder, struct inside_answer *answer)
{
  const int64_t deadline = clock_ms() + (int64_t)IDLE_SECONDS * 1000;
  struct pollfd poll_for = { .fd = breeder->socket, .events = POLLIN };
  int ready;

  do {
    const int64_t left = deadline - clock_ms();

    ready = left > 0 ? poll(&poll_for, 1, (int)left) : 0;
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0)
    return -1;
  return socket_receive_message(breeder->socket, answer, sizeof(*answer), MSG_DONTWAIT) ==
         (ssize_t)sizeof(*answer);
}

/* Nothing but how it ended is taken from the child where it did not answer. */
static struct inside_answer breeder_bury(struct breeder *breeder, int found, int64_t began)
{
  struct inside_answer answer = { .died = INSIDE_IDLE };
  struct rusage used = { 0 };
  int status;

  if (found < 0)
    breeder->idle_ms += (uint64_t)(clock_ms() - began);
  else
    death_let_end(breeder->child);
  status = breeder_end_child(breeder, &used);
  breeder->deaths++;
  if (found < 0)
    return answer;
  answer.died = INSIDE_ENDED;
  if (WIFSIGNALED(status))
    answer = (struct inside_answer) { .died = INSIDE_KILLED,
                                      .len = (uint32_t)WTERMSIG(status),
                                      .cause = death_cause(&breeder->watch, status, &used, "") };
  return answer;
}

static struct inside_answer breeder_have_looked(struct breeder *breeder,
                                                const struct inside_request *request,
                                                const int fds[INSIDE_FDS])
{
  const uint64_t left = breeder_left(breeder);
  const int64_t began = clock_ms();
  struct inside_answer answer = { .died = INSIDE_USED_UP,
                                  .len = (uint32_t)breeder->options->seconds };
  int found;

  if (!breeder->child && !left)
    return answer;
  if (!breeder->child)
    breeder_fork(breeder, left);
  found =
      inside_request_send(breeder->socket, request, fds) < 0 ? 0 : breeder_wait(breeder, &answer);
  if (found <= 0)
    return breeder_bury(breeder, found, began);
  answer.died = INSIDE_LIVES;
  if (breeder->options->alone || answer.seconds > CPU_SECONDS_LONG)
    breeder_end_child(breeder, NULL);
  return answer;
}

static int breeder_copy_to(int to, int from, uint64_t offset, uint64_t size)
{
  AUTO_FREE char *bytes = xmalloc(COPY_BYTES);
  uint64_t done = 0;

  while (done < size) {
    const size_t want = (size_t)MIN_OF(size - done, (uint64_t)COPY_BYTES);
    const ssize_t got = pread(from, bytes, want, (off_t)(offset + done));

    if (got <= 0 || fd_write(to, bytes, (size_t)got))
      return -1;
    done += (uint64_t)got;
  }
  return fcntl(to, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
}

int inside_content_copy(int from, uint64_t offset, uint64_t size)
{
  const int fd = memfd_create("content", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0 || breeder_copy_to(fd, from, offset, size) == 0)
    return fd;
  close(fd);
  return -1;
}

int inside_contents_reopen(int fds[INSIDE_FDS], struct inside_request *request)
{
  char path[64];

  for (int side = 0; side < 2; side++) {
    int fd;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[side]);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) { /* no /proc */
      fd = inside_content_copy(fds[side], request->offsets[side], request->sizes[side]);
      request->offsets[side] = 0;
    }
    if (fd < 0)
      return -1;
    close(fds[side]);
    fds[side] = fd;
  }
  return 0;
}

_Noreturn void inside_breed(int socket, const struct inside_worker_options *options)
{
  struct breeder breeder = { .options = options };
  struct inside_request request;
  int fds[INSIDE_FDS];
  int got;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close_all(socket);
  confine_forget_environment(NULL, 0);
  (void)digest_of(DIGEST_SHA256, "",
                  0); /* once for all children: the library takes 2 ms to begin */
  while ((got = inside_request_receive(SOCKET_FD, &request, fds)) > 0) {
    struct inside_answer answer = { .died = INSIDE_ENDED };

    if (inside_contents_reopen(fds, &request) == 0)
      answer = breeder_have_looked(&breeder, &request, fds);
    for (int i = 0; i < INSIDE_FDS; i++)
      close(fds[i]);
    if (breeder.deaths > DEATHS_MAX ||
        socket_send_message(SOCKET_FD, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
      _exit(EXIT_FAILURE);
  }
  _exit(got < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
