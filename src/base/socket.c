#include "base/socket.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

int socket_send(int socket, const void *bytes, size_t len)
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

int socket_receive(int socket, void *bytes, size_t len)
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

ssize_t socket_send_message(int socket, const void *bytes, size_t len)
{
  ssize_t n;

  do {
    n = send(socket, bytes, len, MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  return n;
}

ssize_t socket_receive_message(int socket, void *bytes, size_t len, int flags)
{
  enum { ENDS = 3 }; /* an end too early, the other end's reset, and the end */
  int ends = 0;
  ssize_t n;

  do {
    n = recv(socket, bytes, len, flags);
    if (n == 0 || (n < 0 && errno == ECONNRESET))
      ends++;
    else if (n > 0 || errno != EINTR)
      break;
  } while (ends < ENDS);
  return n;
}

ssize_t socket_send_with(int socket, const void *bytes, size_t len, int fd)
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

/* The one that came with a message, or -1. What comes besides, of which there is room for one, is
 * closed, and then none is believed to be the one that was meant. */
static int take_descriptor(struct msghdr *message)
{
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  int fds[CMSG_SPACE(sizeof(int)) / sizeof(int)];
  size_t n;

  if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len < CMSG_LEN(0) || header->cmsg_len > message->msg_controllen)
    return -1;
  n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  memcpy(fds, CMSG_DATA(header), n * sizeof(int));
  if (n == 1 && !(message->msg_flags & MSG_CTRUNC))
    return fds[0];
  while (n > 0)
    close(fds[--n]);
  return -1;
}

ssize_t socket_receive_with(int socket, void *bytes, size_t len, int *fd)
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
  if (n > 0)
    *fd = take_descriptor(&message);
  return n;
}

int socket_send_fd(int socket, int fd)
{
  return socket_send_with(socket, "", 1, fd) == 1 ? 0 : -1;
}

int socket_receive_fd(int socket)
{
  char byte;
  int fd;
  const ssize_t n = socket_receive_with(socket, &byte, 1, &fd);

  if (n == 0)
    errno = EPIPE;
  else if (n == 1 && fd < 0)
    errno = EMFILE; /* what comes with a message is lost if there is no room for it here */
  return n == 1 ? fd : -1;
}
