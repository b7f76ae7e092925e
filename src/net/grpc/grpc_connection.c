#include "net/grpc/grpc_connection.h"

#include <errno.h>
#include <limits.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/version.h"
#include "net/grpc/unix_socket.h"

enum {
  /* With the 64 KiB that HTTP/2 begins with, sender and reader wait for each other: half the speed.
   */
  WINDOW = 4 * 1024 * 1024,
  IN_BYTES = 256 * 1024,
  OUT_BYTES = 128 * 1024,
  FRAME_BYTES = 9 + 16 * 1024, /* the longest that nghttp2 makes, its header counted */
  HEADERS_MAX = 16,
};

struct grpc_connection {
  int fd;
  nghttp2_session *session;
  struct grpc_stream *stream; /* NULL: no call */
  size_t out_start, out_end;  /* of out: what the socket has not taken */
  bool going;                 /* the server will take no further calls */
  bool deaf;                  /* the server takes no bytes; it may have said why */
  uint8_t out[OUT_BYTES + FRAME_BYTES];
  uint8_t in[IN_BYTES];
};

void grpc_stream_init(struct grpc_stream *stream, size_t max_message)
{
  *stream = (struct grpc_stream) { 0 };
  grpc_status_init(&stream->status);
  grpc_frames_init(&stream->frames, max_message);
}

void grpc_stream_release(struct grpc_stream *stream)
{
  grpc_frames_release(&stream->frames);
}

void grpc_stream_send(struct grpc_stream *stream, struct str message, bool last)
{
  grpc_prefix(stream->prefix, (uint32_t)message.len);
  stream->sending[0] = (struct str) { (const char *)stream->prefix, GRPC_PREFIX_BYTES };
  stream->sending[1] = message;
  stream->last = last;
}

static struct grpc_stream *stream_of(const struct grpc_connection *connection, int32_t id)
{
  return connection->stream && connection->stream->id == id ? connection->stream : NULL;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *user)
{
  struct grpc_stream *stream = stream_of(user, frame->hd.stream_id);

  (void)session;
  (void)flags;
  if (stream)
    grpc_status_header(&stream->status, (struct str) { (const char *)name, name_len },
                       (struct str) { (const char *)value, value_len });
  return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                   size_t len, void *user)
{
  struct grpc_stream *stream = stream_of(user, id);

  (void)session;
  (void)flags;
  if (stream && !stream->failed)
    stream->failed = grpc_frames_add(&stream->frames, bytes, len, &stream->err) < 0;
  return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
  struct grpc_connection *connection = user;
  struct grpc_stream *stream = stream_of(connection, frame->hd.stream_id);

  (void)session;
  if (frame->hd.type == NGHTTP2_GOAWAY)
    connection->going = true;
  if (stream && (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
      (frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
    stream->ended = true;
  return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *user)
{
  struct grpc_stream *stream = stream_of(user, id);

  (void)session;
  if (!stream)
    return 0;
  /* A server that has answered may well reset what it does not want to read. */
  if (code != NGHTTP2_NO_ERROR && !stream->ended && !stream->failed) {
    stream->failed = true;
    error_set(&stream->err, ERROR_NETWORK, "the call was ended: %s", nghttp2_http2_strerror(code));
  }
  stream->ended = stream->closed = true;
  return 0;
}

static ssize_t give_bytes(nghttp2_session *session, int32_t id, uint8_t *out, size_t size,
                          uint32_t *flags, nghttp2_data_source *source, void *user)
{
  struct grpc_stream *stream = stream_of(user, id);
  size_t given = 0;

  (void)session;
  (void)source;
  if (!stream)
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  for (size_t i = 0; i < ARRAY_LEN(stream->sending); i++) {
    size_t n = MIN_OF(stream->sending[i].len, size - given);

    if (!n)
      continue;
    memcpy(out + given, stream->sending[i].ptr, n);
    stream->sending[i] = str_skip(stream->sending[i], n);
    given += n;
  }
  if (stream->last && !stream->sending[0].len && !stream->sending[1].len)
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  else if (!given)
    return NGHTTP2_ERR_DEFERRED;
  return (ssize_t)given;
}

static int h2_error(int code, struct error *err)
{
  return error_set(err, ERROR_NETWORK, "HTTP/2: %s", nghttp2_strerror(code));
}

static int start_session(struct grpc_connection *connection, struct error *err)
{
  const nghttp2_settings_entry settings[] = {
    { NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
    { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW },
  };
  nghttp2_session_callbacks *callbacks;
  int result = nghttp2_session_callbacks_new(&callbacks);

  if (result)
    return h2_error(result, err);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  result = nghttp2_session_client_new(&connection->session, callbacks, connection);
  nghttp2_session_callbacks_del(callbacks);
  if (result == 0)
    result = nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings,
                                     ARRAY_LEN(settings));
  /* The window of the whole connection has no setting. */
  if (result == 0)
    result =
        nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
  return result ? h2_error(result, err) : 0;
}

struct grpc_connection *grpc_connection_new(int fd, struct error *err)
{
  struct grpc_connection *connection = xcalloc(1, sizeof(*connection));

  connection->fd = fd;
  if (start_session(connection, err) == 0)
    return connection;
  grpc_connection_free(connection);
  return NULL;
}

void grpc_connection_free(struct grpc_connection *connection)
{
  if (!connection)
    return;
  connection->stream = NULL;
  nghttp2_session_del(connection->session);
  close(connection->fd);
  free(connection);
}

/* Bytes that came, 0 if there are none yet; -1: *err. */
static ssize_t grpc_connection_take(struct grpc_connection *connection, struct error *err)
{
  ssize_t n;
  ssize_t used;

  do {
    n = recv(connection->fd, connection->in, sizeof(connection->in), MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return 0;
  if (n < 0)
    return error_set(err, ERROR_NETWORK, "the connection broke: %s", strerror(errno));
  if (n == 0)
    return error_set(err, ERROR_NETWORK, "the other side closed the connection");
  used = nghttp2_session_mem_recv(connection->session, connection->in, (size_t)n);
  if (used < 0)
    return h2_error((int)used, err);
  return n;
}

bool grpc_connection_is_alive(struct grpc_connection *connection)
{
  struct error ignored;
  ssize_t n;

  while ((n = grpc_connection_take(connection, &ignored)) > 0)
    ;
  return n == 0 && !connection->going && !connection->deaf &&
         nghttp2_session_check_request_allowed(connection->session);
}

static nghttp2_nv make_header(const char *name, const char *value)
{
  return (nghttp2_nv) {
    .name = (uint8_t *)(uintptr_t)name,
    .value = (uint8_t *)(uintptr_t)value,
    .namelen = strlen(name),
    .valuelen = strlen(value),
  };
}

int grpc_connection_begin(struct grpc_connection *connection, struct grpc_stream *stream,
                          const char *method, const struct grpc_header *headers, size_t n,
                          struct error *err)
{
  const nghttp2_data_provider provider = { .read_callback = give_bytes };
  nghttp2_nv all[HEADERS_MAX] = {
    make_header(":method", "POST"),
    make_header(":scheme", "http"),
    make_header(":path", method),
    make_header(":authority", "localhost"),
    make_header("te", "trailers"),
    make_header("content-type", "application/grpc"),
    make_header("user-agent", diffoci_user_agent),
  };
  size_t n_all = 7;

  for (size_t i = 0; i < n && n_all < HEADERS_MAX; i++)
    all[n_all++] = make_header(headers[i].name, headers[i].value);
  connection->stream = stream;
  stream->id = nghttp2_submit_request(connection->session, NULL, all, n_all, &provider, NULL);
  return stream->id < 0 ? h2_error(stream->id, err) : 0;
}

int grpc_connection_resume(struct grpc_connection *connection, struct error *err)
{
  int result = nghttp2_session_resume_data(connection->session, connection->stream->id);

  /* Not deferred: it had not been asked for the first time. */
  if (result == 0 || result == NGHTTP2_ERR_INVALID_ARGUMENT)
    return 0;
  return h2_error(result, err);
}

bool grpc_connection_is_flushed(const struct grpc_connection *connection)
{
  const struct grpc_stream *stream = connection->stream;

  return connection->out_start == connection->out_end && !stream->sending[0].len &&
         !stream->sending[1].len;
}

/* Gathers frames, so that a system call sends many. */
static int grpc_connection_fill(struct grpc_connection *connection, struct error *err)
{
  connection->out_start = connection->out_end = 0;
  while (connection->out_end < OUT_BYTES) {
    const uint8_t *bytes;
    ssize_t n = nghttp2_session_mem_send(connection->session, &bytes);

    if (n < 0)
      return h2_error((int)n, err);
    if (n == 0)
      return 0;
    if ((size_t)n > sizeof(connection->out) - connection->out_end)
      return error_set(err, ERROR_NETWORK, "HTTP/2: a frame of %zd bytes to send", n);
    memcpy(connection->out + connection->out_end, bytes, (size_t)n);
    connection->out_end += (size_t)n;
  }
  return 0;
}

/* 0: all is sent; 1: the socket takes no more; -1: *err. */
static int give(struct grpc_connection *connection, bool *moved, struct error *err)
{
  while (true) {
    ssize_t n;

    if (connection->out_start == connection->out_end && grpc_connection_fill(connection, err) < 0)
      return -1;
    if (connection->deaf)
      connection->out_start = connection->out_end;
    if (connection->out_start == connection->out_end)
      return 0;
    n = send(connection->fd, connection->out + connection->out_start,
             connection->out_end - connection->out_start, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return 1;
    if (n < 0) {
      connection->deaf = true;
      continue;
    }
    *moved = true;
    connection->out_start += (size_t)n;
  }
}

int grpc_connection_greet(struct grpc_connection *connection, struct error *err)
{
  bool moved = false;

  return give(connection, &moved, err) < 0 ? -1 : 0;
}

int grpc_connection_turn(struct grpc_connection *connection, int64_t deadline, struct error *err)
{
  bool moved = false;
  int full = give(connection, &moved, err);
  ssize_t n = full < 0 ? -1 : grpc_connection_take(connection, err);

  if (n == 0 && !moved) {
    if (socket_wait(connection->fd, POLLIN | (full ? POLLOUT : 0), deadline, err) < 0)
      return -1;
    n = grpc_connection_take(connection, err);
  }
  return n < 0 ? -1 : 0;
}

bool grpc_connection_end(struct grpc_connection *connection)
{
  bool clean = connection->stream && connection->stream->closed && !connection->stream->failed;

  connection->stream = NULL;
  return clean && !connection->going && !connection->deaf;
}
