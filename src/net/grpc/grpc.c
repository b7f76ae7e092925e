#include "net/grpc/grpc.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "net/grpc/unix_socket.h"

enum {
  CONNECT_MS = 5 * 1000,
  STALL_MS = 60 * 1000,
  MESSAGE_MAX = 16 * 1024 * 1024, /* as containerd's own client has it */
  IDLE_MAX = 16,                  /* connections kept for further calls */
};

struct grpc {
  char *socket;
  unsigned connect_ms, stall_ms;
  size_t max_message;
  pthread_mutex_t mutex; /* around what follows */
  struct grpc_connection *idle[IDLE_MAX];
  size_t n_idle;
};

struct grpc_call {
  struct grpc *grpc;
  struct grpc_connection *connection;
  struct grpc_stream stream;
  unsigned stall_ms, total_ms;
  int64_t deadline; /* of clock_ms; INT64_MAX: none */
};

struct grpc *grpc_new(const struct grpc_options *options)
{
  struct grpc *grpc = xcalloc(1, sizeof(*grpc));

  grpc->socket = xstrdup(options->socket);
  grpc->connect_ms = options->connect_ms ? options->connect_ms : CONNECT_MS;
  grpc->stall_ms = options->stall_ms ? options->stall_ms : STALL_MS;
  grpc->max_message = options->max_message ? options->max_message : MESSAGE_MAX;
  pthread_mutex_init(&grpc->mutex, NULL);
  return grpc;
}

void grpc_free(struct grpc *grpc)
{
  if (!grpc)
    return;
  while (grpc->n_idle > 0)
    grpc_connection_free(grpc->idle[--grpc->n_idle]);
  pthread_mutex_destroy(&grpc->mutex);
  free(grpc->socket);
  free(grpc);
}

static struct grpc_connection *take_idle(struct grpc *grpc)
{
  struct grpc_connection *connection = NULL;

  pthread_mutex_lock(&grpc->mutex);
  if (grpc->n_idle > 0)
    connection = grpc->idle[--grpc->n_idle];
  pthread_mutex_unlock(&grpc->mutex);
  return connection;
}

/* The server may have been restarted since a connection was last used. */
static struct grpc_connection *take_connection(struct grpc *grpc, struct error *err)
{
  struct grpc_connection *connection;
  int fd;

  while ((connection = take_idle(grpc))) {
    if (grpc_connection_is_alive(connection))
      return connection;
    grpc_connection_free(connection);
  }
  fd = unix_connect(grpc->socket, grpc->connect_ms, err);
  return fd < 0 ? NULL : grpc_connection_new(fd, err);
}

int grpc_keep_open(struct grpc *grpc, struct error *err)
{
  while (grpc->n_idle < IDLE_MAX) {
    const int fd = unix_connect(grpc->socket, grpc->connect_ms, err);
    struct grpc_connection *connection = fd < 0 ? NULL : grpc_connection_new(fd, err);

    if (!connection)
      return -1;
    grpc->idle[grpc->n_idle++] = connection;
    if (grpc_connection_greet(connection, err) < 0)
      return -1;
  }
  return 0;
}

void grpc_allow(const struct grpc *grpc, struct starter *starter)
{
  unix_connect_allow(grpc->socket, starter);
}

static void put_connection(struct grpc *grpc, struct grpc_connection *connection)
{
  pthread_mutex_lock(&grpc->mutex);
  if (grpc->n_idle < IDLE_MAX) {
    grpc->idle[grpc->n_idle++] = connection;
    connection = NULL;
  }
  pthread_mutex_unlock(&grpc->mutex);
  grpc_connection_free(connection);
}

struct grpc_call *grpc_call_open(struct grpc *grpc, const struct grpc_request *request,
                                 struct error *err)
{
  struct grpc_connection *connection = take_connection(grpc, err);
  struct grpc_call *call;

  if (!connection)
    return NULL;
  call = xcalloc(1, sizeof(*call));
  call->grpc = grpc;
  call->connection = connection;
  call->stall_ms = request->stall_ms ? request->stall_ms : grpc->stall_ms;
  call->total_ms = request->total_ms;
  call->deadline = request->total_ms ? clock_ms() + request->total_ms : INT64_MAX;
  grpc_stream_init(&call->stream, grpc->max_message);
  if (grpc_connection_begin(connection, &call->stream, request->method, request->headers,
                            request->n_headers, err) == 0)
    return call;
  grpc_call_close(call);
  return NULL;
}

static int turn(struct grpc_call *call, struct error *err)
{
  int64_t stall = clock_ms() + call->stall_ms;
  unsigned limit = call->deadline < stall ? call->total_ms : call->stall_ms;

  if (grpc_connection_turn(call->connection, MIN_OF(stall, call->deadline), err) == 0)
    return 0;
  return err->code == ERROR_TIMEOUT
             ? error_set(err, ERROR_TIMEOUT, "no answer within %g s", limit / 1000.0)
             : -1;
}

int grpc_call_send(struct grpc_call *call, struct str message, bool last, struct error *err)
{
  grpc_stream_send(&call->stream, message, last);
  if (grpc_connection_resume(call->connection, err) < 0)
    return -1;
  while (!call->stream.ended && !call->stream.failed) {
    if (turn(call, err) < 0)
      return -1;
    if (grpc_connection_is_flushed(call->connection))
      break;
  }
  /* The message is the caller's again. */
  call->stream.sending[0] = call->stream.sending[1] = (struct str) { 0 };
  return 0;
}

int grpc_call_receive(struct grpc_call *call, struct str *message, struct error *err)
{
  struct grpc_stream *stream = &call->stream;

  while (true) {
    int found = grpc_frames_next(&stream->frames, message, err);

    if (found != 0)
      return found;
    if (stream->failed) {
      *err = stream->err;
      return -1;
    }
    if (stream->ended)
      break;
    if (turn(call, err) < 0)
      return -1;
  }
  if (grpc_status_check(&stream->status, err) < 0)
    return -1;
  if (grpc_frames_left(&stream->frames))
    return error_set(err, ERROR_CORRUPT, "the last message broke off");
  return 0;
}

void grpc_call_set_stall(struct grpc_call *call, unsigned stall_ms)
{
  call->stall_ms = stall_ms;
}

enum grpc_code grpc_call_code(const struct grpc_call *call)
{
  return call->stream.status.code;
}

void grpc_call_close(struct grpc_call *call)
{
  if (!call)
    return;
  if (grpc_connection_end(call->connection))
    put_connection(call->grpc, call->connection);
  else
    grpc_connection_free(call->connection);
  grpc_stream_release(&call->stream);
  free(call);
}

/* The reply, and the end after it. */
static int receive_one(struct grpc_call *call, struct buf *reply, struct error *err)
{
  struct str message;
  int found = grpc_call_receive(call, &message, err);

  if (found < 0)
    return -1;
  if (found == 0)
    return error_set(err, ERROR_CORRUPT, "an answer without a message");
  if (reply)
    buf_add_str(reply, message);
  found = grpc_call_receive(call, &message, err);
  return found <= 0 ? found : error_set(err, ERROR_CORRUPT, "more than one message in the answer");
}

int grpc_unary(struct grpc *grpc, const struct grpc_request *request, struct str message,
               struct buf *reply, enum grpc_code *code, struct error *err)
{
  struct grpc_call *call = grpc_call_open(grpc, request, err);
  int result = -1;

  if (code)
    *code = GRPC_NONE;
  if (!call)
    return -1;
  if (grpc_call_send(call, message, true, err) == 0)
    result = receive_one(call, reply, err);
  if (code)
    *code = grpc_call_code(call);
  if (result == 0 && reply && reply->overflow)
    result = error_set(err, ERROR_LIMIT, "an answer over %zu bytes", reply->max);
  grpc_call_close(call);
  return result;
}
