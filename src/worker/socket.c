#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/socket.h"
#include "worker/wire.h"

int wire_answer_send(int socket, const struct wire_answer *answer, const void *bytes, int fd)
{
  const ssize_t n = socket_send_with(socket, answer, sizeof(*answer), fd);

  /* What is left of it has no descriptor with it any more. */
  if (n <= 0 || socket_send(socket, (const char *)answer + n, sizeof(*answer) - (size_t)n) < 0)
    return -1;
  return answer->len ? socket_send(socket, bytes, answer->len) : 1;
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
  const ssize_t n = socket_receive_with(socket, out, sizeof(*out), fd);

  if (n > 0 && (size_t)n < sizeof(*out) &&
      socket_receive(socket, (char *)out + n, sizeof(*out) - (size_t)n) <= 0)
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
