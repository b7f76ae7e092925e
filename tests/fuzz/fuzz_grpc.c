/* What a gRPC server sends: the connection as a whole, messages cut out of it, the status,
 * containerd's message with the bytes of a blob, and what a client makes of it that is told a
 * socket. The first byte says which. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/grpc/grpc.h"
#include "net/grpc/unix_socket.h"
#include "store/containerd/containerd_data.h"

enum { MESSAGE_MAX = 65536, CONNECTIONS = 32 };

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

/* ---- a client, and a server that says the same to each connection ---- */

struct server {
  int listening;
  struct str bytes;
};

static void *serve(void *argument)
{
  const struct server *server = argument;
  int accepted[CONNECTIONS];
  size_t n = 0;

  while (n < CONNECTIONS &&
         (accepted[n] = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
    (void)!send(accepted[n], server->bytes.ptr, server->bytes.len, MSG_NOSIGNAL);
    shutdown(accepted[n++], SHUT_WR);
  }
  while (n > 0)
    close(accepted[--n]);
  return NULL;
}

static void stream_call(struct grpc *grpc, const struct grpc_request *request)
{
  struct str message;
  struct error err;
  struct grpc_call *call = grpc_call_open(grpc, request, &err);

  if (!call)
    return;
  if (grpc_call_send(call, STR("a question"), false, &err) == 0 &&
      grpc_call_send(call, STR("another"), true, &err) == 0) {
    grpc_call_set_stall(call, 50);
    while (grpc_call_receive(call, &message, &err) > 0)
      if (message.len > MESSAGE_MAX)
        abort();
  }
  if (grpc_call_code(call) > GRPC_NONE)
    abort();
  grpc_call_close(call);
}

static void ask(const char *path, bool keep_open)
{
  static const struct grpc_header headers[] = { { "containerd-namespace", "default" } };
  const struct grpc_options options = {
    .socket = path, .connect_ms = 200, .stall_ms = 50, .max_message = MESSAGE_MAX
  };
  const struct grpc_request request = {
    .method = "/a.B/C", .headers = headers, .n_headers = 1, .total_ms = 200
  };
  struct grpc *grpc = grpc_new(&options);
  struct error err;

  if (!keep_open || grpc_keep_open(grpc, &err) == 0) {
    AUTO_BUF reply = BUF_INIT(MESSAGE_MAX);
    enum grpc_code code;

    if (grpc_unary(grpc, &request, STR("question"), &reply, &code, &err) == 0 && code != GRPC_OK)
      abort();
    stream_call(grpc, &request);
  }
  grpc_free(grpc);
}

static void whole_client(struct str bytes)
{
  static char path[64];
  struct server server = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), str_skip(bytes, 1) };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  pthread_t thread;

  if (!*path)
    snprintf(path, sizeof(path), "/dev/shm/fuzz-grpc-%ld", (long)getpid());
  unlink(path);
  memcpy(address.sun_path, path, sizeof(path));
  if (server.listening < 0 ||
      bind(server.listening, (const struct sockaddr *)&address, sizeof(address)) ||
      listen(server.listening, CONNECTIONS) || pthread_create(&thread, NULL, serve, &server))
    abort();
  ask(path, bytes.len && bytes.ptr[0] % 2);
  shutdown(server.listening, SHUT_RDWR);
  pthread_join(thread, NULL);
  close(server.listening);
  ask(path, false); /* nobody listens */
  unlink(path);
  ask(path, false); /* nothing is there */
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
  switch (data[0] % 5) {
  case 0:
    whole_connection(rest);
    break;
  case 1:
    frames_only(rest);
    break;
  case 2:
    status_only(rest);
    break;
  case 4:
    whole_client(rest);
    break;
  default:
    if (containerd_data_parse(rest, &offset, &bytes, &err) < 0 && err.code != ERROR_CORRUPT)
      abort();
    break;
  }
  return 0;
}
