#include "worker/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/socket.h"
#include "worker/call.h"

void client_init(struct client *out, int channel, struct worker_note *note)
{
  *out = (struct client) {
    .channel = channel, .note = note, .progress = progress_new(), .terminal = -1
  };
  progress_publish(out->progress, &note->progress);
  pthread_mutex_init(&out->lock, NULL);
  for (int side = 0; side < WIRE_SIDES; side++)
    out->sides[side] = (struct client_side) { out, side };
}

static int client_has_no_room(struct error *err)
{
  return error_sys(err, EMFILE, "what the process hands over that opens images");
}

/* 0, and the socket on which the answer comes; -1 with *err. An answer that was not received may
 * come yet, and would be taken for the next one's: nothing is asked behind that. Where there is no
 * room for the socket it has come, and is lost. */
static int client_ask(struct client *client, const struct wire_request *request, int *socket,
                      struct error *err)
{
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
  ssize_t sent = -1;
  int error;

  *socket = -1;
  if (wire_request_write(&bytes, request, err))
    return -1;
  pthread_mutex_lock(&client->lock);
  error = client->lost;
  if (!error || request->ask == WIRE_END)
    sent = socket_send_message(client->channel, bytes.ptr, bytes.len);
  if (sent == (ssize_t)bytes.len && request->ask != WIRE_END) {
    *socket = socket_receive_fd(client->channel);
    if (*socket < 0 && errno != EMFILE)
      client->lost = errno;
  }
  if (!error)
    error = errno;
  pthread_mutex_unlock(&client->lock);
  if (*socket >= 0 || request->ask == WIRE_END)
    return 0;
  return error == EMFILE ? client_has_no_room(err) : wire_broken(error, err);
}

int client_call(struct client *client, const struct wire_request *request, struct call *out,
                struct error *err)
{
  AUTO_CLOSE int socket = -1;
  struct wire_answer answer;

  *out = (struct call) { .socket = -1, .fd = -1, .bytes = BUF_INIT(CALL_BYTES_MAX) };
  if (client_ask(client, request, &socket, err) ||
      wire_answer_receive(socket, &answer, &out->fd, CALL_BYTES_MAX, err))
    return -1;
  if (answer.kind == WIRE_FILE && out->fd < 0)
    return client_has_no_room(err);
  if (answer.len && socket_receive(socket, buf_reserve(&out->bytes, answer.len), answer.len) <= 0)
    return wire_broken(EPIPE, err);
  if (answer.len) {
    out->bytes.len = answer.len;
    out->bytes.ptr[answer.len] = '\0';
  }
  out->kind = (enum wire_kind)answer.kind;
  out->offset = answer.offset;
  out->size = answer.size;
  if (out->kind == WIRE_FAILED)
    wire_error(&answer, out->bytes.ptr ? out->bytes.ptr : "", err);
  if (out->kind == WIRE_STREAM) {
    out->socket = socket;
    socket = -1;
  }
  return out->kind == WIRE_FAILED ? -1 : 0;
}

void call_release(struct call *call)
{
  cleanup_close(&call->fd);
  cleanup_close(&call->socket);
  call->fd = call->socket = -1;
  buf_release(&call->bytes);
}

/* ---- a blob that comes in frames ---- */

struct framed {
  struct stream base;
  int socket;
  uint32_t left; /* of the frame */
};

static int framed_failure(struct framed *framed, struct error *err)
{
  struct wire_answer answer;
  AUTO_FREE char *message = NULL;
  int none;

  if (wire_answer_receive(framed->socket, &answer, &none, sizeof(err->message), err))
    return -1;
  message = xcalloc(1, (size_t)answer.len + 1);
  if (answer.len && socket_receive(framed->socket, message, answer.len) <= 0)
    return wire_broken(EPIPE, err);
  wire_error(&answer, message, err);
  return -1;
}

static ssize_t framed_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct framed *framed = (struct framed *)stream;
  ssize_t n;

  if (!framed->left) {
    if (socket_receive(framed->socket, &framed->left, sizeof(framed->left)) <= 0)
      return wire_broken(EPIPE, err);
    if (!framed->left)
      return 0;
    if (framed->left == WIRE_FRAME_FAILED)
      return framed_failure(framed, err);
  }
  do {
    n = read(framed->socket, buffer, MIN_OF(size, (size_t)framed->left));
  } while (n < 0 && errno == EINTR);
  if (n <= 0)
    return wire_broken(n < 0 ? errno : EPIPE, err);
  framed->left -= (uint32_t)n;
  return n;
}

static void framed_close(struct stream *stream)
{
  close(((struct framed *)stream)->socket);
  free(stream);
}

struct stream *call_stream(struct call *call, struct error *err)
{
  static const struct stream_ops ops = { framed_read, framed_close };
  struct framed *framed;

  if (call->kind == WIRE_FILE && call->fd >= 0) {
    struct stream *stream = stream_of_file(call->fd, 1, call->offset, call->size);

    call->fd = -1;
    return stream;
  }
  if (call->kind != WIRE_STREAM) {
    error_set(err, ERROR_CORRUPT, "the broker answers something odd");
    return NULL;
  }
  framed = xcalloc(1, sizeof(*framed));
  *framed = (struct framed) { { &ops }, call->socket, 0 };
  call->socket = -1;
  return &framed->base;
}

/* ---- files, and the end ---- */

static int client_ask_for_file(void *context, enum wire_ask what, const char *text,
                               struct error *err)
{
  const struct wire_request request = { .ask = what, .text = (char *)(uintptr_t)text };
  AUTO_CALL call;
  int fd;

  if (client_call(context, &request, &call, err))
    return -1;
  fd = call.fd;
  call.fd = -1;
  return fd >= 0 ? fd : error_set(err, ERROR_CORRUPT, "the broker answers something odd");
}

int client_temporary(void *context, struct error *err)
{
  return client_ask_for_file(context, WIRE_TEMPORARY, NULL, err);
}

int client_output(void *context, const char *path, struct error *err)
{
  return client_ask_for_file(context, WIRE_OUTPUT, path, err);
}

static int client_have_done(void *context, enum wire_ask what, const char *path, struct error *err)
{
  const struct wire_request request = { .ask = what, .text = (char *)(uintptr_t)path };
  AUTO_CALL call;

  return client_call(context, &request, &call, err);
}

int client_commit(void *context, const char *path, struct error *err)
{
  return client_have_done(context, WIRE_COMMIT, path, err);
}

int client_clear(void *context, const char *path, struct error *err)
{
  return client_have_done(context, WIRE_CLEAR, path, err);
}

void client_quiet(void *client)
{
  const struct wire_request request = { .ask = WIRE_QUIET };
  struct error ignored;
  AUTO_CALL call;

  (void)!client_call(client, &request, &call, &ignored);
}

void client_warn(void *client, const char *line)
{
  AUTO_FREE char *text = xstrndup(line, MIN_OF(strlen(line), (size_t)WIRE_TEXT_MAX));
  const struct wire_request request = { .ask = WIRE_WARN, .text = text };
  struct error ignored;
  AUTO_CALL call;

  (void)!client_call(client, &request, &call, &ignored);
}

/* Interrupts are for the pager, which knows what to do with them. */
static void client_begin_page(struct client *client, int to_pager)
{
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  client->terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  dup3(to_pager, STDOUT_FILENO, 0);
}

void client_page(void *context, bool begin)
{
  struct client *client = context;
  const struct wire_request request = { .ask = begin ? WIRE_PAGER : WIRE_PAGER_END };
  struct error ignored;
  AUTO_CALL call = { .socket = -1, .fd = -1 };

  if (!begin && client->terminal < 0)
    return;
  fflush(stdout);
  if (!begin) {
    dup3(client->terminal, STDOUT_FILENO, 0); /* closes the pipe */
    cleanup_close(&client->terminal);
    client->terminal = -1;
  }
  if (client_call(client, &request, &call, &ignored) == 0 && begin && call.fd >= 0)
    client_begin_page(client, call.fd);
}

void client_end(struct client *client, int status, const struct error *err)
{
  struct wire_request request = { .ask = WIRE_END, .status = status };
  struct error ignored;
  int none;

  if (status < 0) {
    request.error = *err;
    request.text = request.error.message;
  }
  (void)!client_ask(client, &request, &none, &ignored);
}
