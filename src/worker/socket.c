#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/wire.h"

union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

int wire_send(int socket, const void *bytes, size_t len)
{
  const char *at = bytes;

  while (len > 0) {
    const ssize_t n = send(socket, at, len, MSG_NOSIGNAL);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return -1;
    at += n;
    len -= (size_t)n;
  }
  return 1;
}

int wire_receive(int socket, void *bytes, size_t len)
{
  char *at = bytes;

  while (len > 0) {
    const ssize_t n = read(socket, at, len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return (int)n;
    at += n;
    len -= (size_t)n;
  }
  return 1;
}

/* One message, with a descriptor if fd >= 0. */
static ssize_t wire_send_with(int socket, const void *bytes, size_t len, int fd)
{
  struct iovec part = { (void *)(uintptr_t)bytes, len };
  union control control = { .bytes = { 0 } };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  ssize_t n;

  if (fd >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof(control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
  }
  do {
    n = sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  return n;
}

/* *fd: the one that came with it, or -1. */
static ssize_t wire_receive_with(int socket, void *bytes, size_t len, int *fd)
{
  struct iovec part = { bytes, len };
  union control control;
  struct msghdr message = {
    .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof(control),
  };
  ssize_t n;

  *fd = -1;
  do {
    n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) &&
      control.header.cmsg_type == SCM_RIGHTS)
    memcpy(fd, CMSG_DATA(&control.header), sizeof(int));
  return n;
}

int wire_answer_send(int socket, const struct wire_answer *answer, const void *bytes, int fd)
{
  if (wire_send_with(socket, answer, sizeof(*answer), fd) != (ssize_t)sizeof(*answer))
    return -1;
  return answer->len ? wire_send(socket, bytes, answer->len) : 1;
}

int wire_failed_send(int socket, const struct error *error)
{
  const struct wire_answer answer = {
    .kind = WIRE_FAILED,
    .code = error->code,
    .sys = error->sys,
    .len = (uint32_t)strlen(error->message),
  };

  return wire_answer_send(socket, &answer, error->message, -1);
}

int wire_answer_receive(int socket, struct wire_answer *out, int *fd, uint32_t max,
                        struct error *err)
{
  const ssize_t n = wire_receive_with(socket, out, sizeof(*out), fd);

  if (n > 0 && (size_t)n < sizeof(*out) &&
      wire_receive(socket, (char *)out + n, sizeof(*out) - (size_t)n) <= 0)
    return wire_broken(EPIPE, err);
  if (n <= 0)
    return wire_broken(n < 0 ? errno : EPIPE, err);
  if (out->len <= max)
    return 0;
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
  return error_set(err, ERROR_LIMIT, "an answer of %u bytes, at most %u allowed", out->len, max);
}

int wire_fd_send(int socket, int fd)
{
  return wire_send_with(socket, "", 1, fd) == 1 ? 0 : -1;
}

int wire_fd_receive(int socket)
{
  char byte;
  int fd;
  const ssize_t n = wire_receive_with(socket, &byte, 1, &fd);

  if (n == 0)
    errno = EPIPE;
  return n == 1 ? fd : -1;
}
