#include "net/grpc/unix_socket.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { BACKLOG_PAUSE_MS = 10 };

int socket_wait(int fd, int events, int64_t deadline, struct error *err)
{
  while (true) {
    struct pollfd polled = { .fd = fd, .events = (short)events };
    int64_t left = deadline - clock_ms();
    int n = poll(&polled, 1, (int)(left < 0 ? 0 : MIN_OF(left, (int64_t)INT_MAX)));

    if (n > 0)
      return polled.revents;
    if (n < 0 && errno != EINTR)
      return error_sys(err, errno, "waiting for a socket");
    if (n == 0 && clock_ms() >= deadline)
      return error_set(err, ERROR_TIMEOUT, "no answer in time");
  }
}

static int check_path(const char *path, struct sockaddr_un *address, struct error *err)
{
  if (path[0] != '/')
    return error_set(err, ERROR_USAGE, "%s: expected the absolute path of a socket", path);
  if (strlen(path) >= sizeof(address->sun_path))
    return error_set(
        err, ERROR_USAGE,
        "%s: %zu bytes, but a socket's path can have at most %zu; a connection to it can be "
        "shorter",
        path, strlen(path), sizeof(address->sun_path) - 1);
  memcpy(address->sun_path, path, strlen(path) + 1);
  return 0;
}

static int unix_socket_refused(const char *path, int errnum, struct error *err)
{
  if (errnum == ECONNREFUSED)
    return error_set(err, ERROR_NETWORK, "%s: nobody listens at this socket", path);
  if (errnum == ENOTSOCK)
    return error_set(err, ERROR_USAGE, "%s: not a socket", path);
  return error_sys(err, errnum, "%s", path);
}

/* Tries once. A connected socket, or -1 with errno. */
static int unix_socket_try(const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int failure;

  memcpy(address.sun_path, path, strlen(path) + 1);
  if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
    return fd;
  failure = errno;
  close(fd);
  errno = failure;
  return -1;
}

/* The same where this process may not. */
static int unix_socket_ask(const char *path)
{
  struct error err;
  int fd;

  if (starter_do(path, &fd, &err))
    errno = err.sys ? err.sys : EPERM;
  else if (fd < 0)
    errno = EMFILE; /* it was made, and there was no room for it here */
  return fd;
}

static int unix_socket_task(void *context, int *fd, struct error *err)
{
  *fd = unix_socket_try(context);
  return *fd < 0 ? error_sys(err, errno, "a connection") : 0;
}

void unix_connect_allow(const char *path, struct starter *starter)
{
  struct sockaddr_un address;
  struct error err;

  if (check_path(path, &address, &err) == 0)
    starter_allow_task(starter, path, unix_socket_task, (void *)(uintptr_t)path, -1);
}

int unix_connect(const char *path, unsigned timeout_ms, struct error *err)
{
  struct sockaddr_un address;
  int64_t deadline = clock_ms() + timeout_ms;
  const struct timespec pause = { 0, BACKLOG_PAUSE_MS * 1000000L };
  int fd;

  if (check_path(path, &address, err) < 0)
    return -1;
  while ((fd = starter_does(path) ? unix_socket_ask(path) : unix_socket_try(path)) < 0) {
    int errnum = errno;

    /* On Unix sockets EAGAIN means that the queue of those who wait is full; there is nothing to
     * wait for but time. */
    if (errnum == EINTR || (errnum == EAGAIN && clock_ms() < deadline)) {
      if (errnum == EAGAIN)
        nanosleep(&pause, NULL);
      continue;
    }
    if (errnum == EAGAIN)
      return error_set(err, ERROR_TIMEOUT, "%s: no connection within %u ms", path, timeout_ms);
    return unix_socket_refused(path, errnum, err);
  }
  return fd;
}
