/* What a gRPC server sends: the connection as a whole, messages cut out of it, the status, and
 * containerd's message with the bytes of a blob. The first byte says which. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/grpc/grpc_connection.h"
#include "net/grpc/unix_socket.h"
#include "store/containerd/containerd_data.h"

enum { MESSAGE_MAX = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_messages(struct grpc_frames *frames, struct error *err)
{
  struct str message;

  while (grpc_frames_next(frames, &message, err) > 0) {
    struct str bytes;
    uint64_t offset;

    if (message.len > MESSAGE_MAX)
      abort();
    if (containerd_data_parse(message, &offset, &bytes, err) == 0 && bytes.len > 0 &&
        (bytes.ptr < message.ptr || bytes.ptr + bytes.len > message.ptr + message.len))
      abort();
  }
}

static void whole_connection(struct str bytes)
{
  struct grpc_stream stream;
  struct grpc_connection *connection;
  struct error err;
  int fds[2];

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
    abort();
  (void)!send(fds[1], bytes.ptr, bytes.len, MSG_NOSIGNAL);
  shutdown(fds[1], SHUT_WR);
  connection = grpc_connection_new(fds[0], &err);
  if (!connection)
    abort();
  grpc_stream_init(&stream, MESSAGE_MAX);
  if (grpc_connection_begin(connection, &stream, "/a.B/C", NULL, 0, &err) < 0)
    abort();
  grpc_stream_send(&stream, STR("question"), true);
  while (!stream.ended && !stream.failed &&
         grpc_connection_turn(connection, clock_ms() + 1000, &err) == 0)
    ;
  take_messages(&stream.frames, &err);
  if (stream.ended)
    (void)!grpc_status_check(&stream.status, &err);
  (void)grpc_connection_end(connection);
  grpc_connection_free(connection);
  grpc_stream_release(&stream);
  close(fds[1]);
}

static void frames_only(struct str bytes)
{
  struct grpc_frames frames;
  struct error err;

  grpc_frames_init(&frames, MESSAGE_MAX);
  while (bytes.len > 0) {
    size_t n = MIN_OF(bytes.len, (size_t)(uint8_t)bytes.ptr[0] + 1);

    if (grpc_frames_add(&frames, bytes.ptr, n, &err) < 0)
      break;
    bytes = str_skip(bytes, n);
    take_messages(&frames, &err);
  }
  grpc_frames_release(&frames);
}

static void status_only(struct str text)
{
  struct grpc_status status;
  struct error err;

  grpc_status_init(&status);
  grpc_status_header(&status, STR("grpc-status"), (struct str) { text.ptr, MIN_OF(text.len, 2U) });
  grpc_status_header(&status, STR("grpc-message"), text);
  if (status.code > GRPC_NONE || strlen(status.message) > GRPC_MESSAGE_MAX)
    abort();
  (void)!grpc_status_check(&status, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str rest;
  struct str bytes;
  struct error err;
  uint64_t offset;

  if (size == 0)
    return 0;
  rest = (struct str) { (const char *)data + 1, size - 1 };
  switch (data[0] % 4) {
  case 0:
    whole_connection(rest);
    break;
  case 1:
    frames_only(rest);
    break;
  case 2:
    status_only(rest);
    break;
  default:
    if (containerd_data_parse(rest, &offset, &bytes, &err) < 0 && err.code != ERROR_CORRUPT)
      abort();
    break;
  }
  return 0;
}
