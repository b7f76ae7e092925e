/* gRPC: what is cut into messages, how calls end, and whole calls with a server that is a list of
 * bytes. HTTP/2 frames are written by hand from RFC 9113, headers without compression (RFC 7541,
 * 6.2.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/grpc/grpc.h"
#include "net/grpc/unix_socket.h"

static void test_frames(void **state)
{
  static const char two[] = "\0\0\0\0\3abc\0\0\0\0\0";
  struct error err;

  (void)state;
  /* However the bytes are cut, the same messages come out. */
  for (size_t step = 1; step < sizeof(two); step++) {
    struct grpc_frames frames;
    struct str message;
    size_t found = 0;

    grpc_frames_init(&frames, 3);
    for (size_t at = 0; at < sizeof(two) - 1; at += step) {
      assert_int_equal(grpc_frames_add(&frames, two + at, MIN_OF(step, sizeof(two) - 1 - at), &err),
                       0);
      while (grpc_frames_next(&frames, &message, &err) == 1) {
        assert_true(str_equal(message, found ? (struct str) { 0 } : STR("abc")));
        found++;
      }
    }
    assert_int_equal(found, 2);
    assert_int_equal(grpc_frames_left(&frames), 0);
    grpc_frames_release(&frames);
  }
}

static void test_frames_refused(void **state)
{
  static const struct {
    const char *bytes;
    size_t len;
    int found;
    enum error_code code;
  } cases[] = {
    { "\0\0\0\0", 4, 0, ERROR_NONE },
    { "\0\0\0\0\4abc", 8, -1, ERROR_LIMIT },
    { "\0\xff\xff\xff\xff", 5, -1, ERROR_LIMIT },
    { "\1\0\0\0\1a", 6, -1, ERROR_UNSUPPORTED },
    { "\0\0\0\0\3ab", 7, 0, ERROR_NONE },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err = { 0 };
    struct grpc_frames frames;
    struct str message;

    grpc_frames_init(&frames, 3);
    assert_int_equal(grpc_frames_add(&frames, cases[i].bytes, cases[i].len, &err), 0);
    assert_int_equal(grpc_frames_next(&frames, &message, &err), cases[i].found);
    assert_int_equal(err.code, cases[i].code);
    grpc_frames_release(&frames);
  }
}

static void test_percent(void **state)
{
  static const struct {
    const char *text, *wanted;
  } cases[] = {
    { "", "" },
    { "plain text", "plain text" },
    { "a%20b%0a", "a b\n" },
    { "100%", "100%" },
    { "%4", "%4" },
    { "%41%4a%4A", "AJJ" },
    { "%zz%4g", "%zz%4g" },
    { "%%41", "%A" },
    { "%C3%A4", "\xc3\xa4" },
  };
  char out[16];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    grpc_percent_decode(str_of(cases[i].text), out, sizeof(out));
    assert_string_equal(out, cases[i].wanted);
  }
  grpc_percent_decode(STR("0123456789abcdefghi"), out, sizeof(out));
  assert_string_equal(out, "0123456789abcde");
}

static void test_status(void **state)
{
  static const struct {
    const char *http, *type, *status, *message;
    int result;
    enum error_code code;
    const char *text;
  } cases[] = {
    { "200", "application/grpc", "0", NULL, 0, ERROR_NONE, "" },
    { "200", "application/grpc+proto", "0", "", 0, ERROR_NONE, "" },
    { "200", "application/grpc", "5", "a%3A not found", -1, ERROR_NOT_FOUND, "a: not found" },
    { "200", "application/grpc", "7", NULL, -1, ERROR_PERMISSION, "permission denied" },
    { "200", "application/grpc", "8", "too large", -1, ERROR_LIMIT, "too large" },
    { "200", "application/grpc", "12", "unknown service", -1, ERROR_UNSUPPORTED,
      "unknown service" },
    { "200", "application/grpc", "14", NULL, -1, ERROR_NETWORK, "unavailable" },
    { "200", "application/grpc", "17", NULL, -1, ERROR_IO, "unknown error" },
    { "200", "application/grpc", "x", NULL, -1, ERROR_IO, "unknown error" },
    { "502", "text/html", NULL, NULL, -1, ERROR_NETWORK,
      "expected a gRPC answer, found HTTP status 502" },
    { "200", "text/html", NULL, NULL, -1, ERROR_NETWORK,
      "expected a gRPC answer, found another content type" },
    { "200", "application/grpc", NULL, NULL, -1, ERROR_NETWORK, "the answer broke off" },
    { NULL, NULL, NULL, NULL, -1, ERROR_NETWORK, "the answer broke off" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct grpc_status status;
    struct error err = { 0 };

    grpc_status_init(&status);
    if (cases[i].http)
      grpc_status_header(&status, STR(":status"), str_of(cases[i].http));
    if (cases[i].type)
      grpc_status_header(&status, STR("content-type"), str_of(cases[i].type));
    if (cases[i].status)
      grpc_status_header(&status, STR("grpc-status"), str_of(cases[i].status));
    if (cases[i].message)
      grpc_status_header(&status, STR("grpc-message"), str_of(cases[i].message));
    grpc_status_header(&status, STR("x-other"), STR("7"));
    assert_int_equal(grpc_status_check(&status, &err), cases[i].result);
    assert_int_equal(err.code, cases[i].code);
    assert_string_equal(err.message, cases[i].text);
  }
}

/* A server: listens in a directory of its own, and says to each who comes what is in bytes. */
struct server {
  char dir[32];
  char path[64];
  int listener;
  struct buf bytes;
  bool hang_up; /* closes after it has said all, having read what there is */
  pthread_t thread;
};

static void add_frame(struct buf *out, uint8_t type, uint8_t flags, uint32_t stream,
                      const void *payload, size_t len)
{
  const uint8_t header[9] = {
    (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len, type, flags, 0, 0, 0, (uint8_t)stream,
  };

  buf_add(out, header, sizeof(header));
  buf_add(out, payload, len);
}

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, GOAWAY = 7 };
enum { END_STREAM = 1, END_HEADERS = 4 };

/* Name and value by turns, NULL at the end. */
static void add_headers(struct buf *out, uint8_t flags, const char *const *texts)
{
  AUTO_BUF block = BUF_INIT(4096);

  for (size_t i = 0; texts[i]; i += 2) {
    buf_putc(&block, 0);
    buf_putc(&block, (char)strlen(texts[i]));
    buf_puts(&block, texts[i]);
    buf_putc(&block, (char)strlen(texts[i + 1]));
    buf_puts(&block, texts[i + 1]);
  }
  add_frame(out, HEADERS, END_HEADERS | flags, 1, block.ptr, block.len);
}

static const char *const first_headers[] = { ":status", "200", "content-type", "application/grpc",
                                             NULL };

static void add_start(struct buf *out)
{
  add_frame(out, SETTINGS, 0, 0, "", 0);
  add_headers(out, 0, first_headers);
}

static void add_trailers(struct buf *out, const char *status, const char *message)
{
  const char *const trailers[] = { "grpc-status", status, "grpc-message", message, NULL };

  add_headers(out, END_STREAM, trailers);
}

static void *serve(void *argument)
{
  struct server *server = argument;
  int fd;

  while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
    char some[4096];
    ssize_t n = recv(fd, some, sizeof(some), 0);

    for (size_t at = 0; n > 0 && at < server->bytes.len; at += (size_t)n)
      n = send(fd, server->bytes.ptr + at, server->bytes.len - at, MSG_NOSIGNAL);
    if (!server->hang_up) {
      while (recv(fd, some, sizeof(some), 0) > 0)
        ;
    }
    close(fd);
  }
  return NULL;
}

static void server_start(struct server *server)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  snprintf(server->dir, sizeof(server->dir), "/tmp/grpc-XXXXXX");
  assert_non_null(mkdtemp(server->dir));
  snprintf(server->path, sizeof(server->path), "%s/s", server->dir);
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->path);
  server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(server->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
  assert_int_equal(listen(server->listener, 8), 0);
  assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(struct server *server)
{
  shutdown(server->listener, SHUT_RDWR);
  pthread_join(server->thread, NULL);
  close(server->listener);
  unlink(server->path);
  rmdir(server->dir);
  buf_release(&server->bytes);
}

static int call(struct server *server, unsigned stall_ms, struct buf *reply, enum grpc_code *code,
                struct error *err)
{
  const struct grpc_options options = { .socket = server->path,
                                        .stall_ms = stall_ms ? stall_ms : 20000,
                                        .max_message = 1000 };
  const struct grpc_request request = { .method = "/a.B/C" };
  struct grpc *grpc = grpc_new(&options);
  int result = grpc_unary(grpc, &request, STR("question"), reply, code, err);

  grpc_free(grpc);
  return result;
}

static void test_unary(void **state)
{
  struct server server = { .bytes = BUF_INIT(65536) };
  AUTO_BUF reply = BUF_INIT(1000);
  enum grpc_code code;
  struct error err;

  (void)state;
  add_start(&server.bytes);
  add_frame(&server.bytes, DATA, 0, 1, "\0\0\0", 3);
  add_frame(&server.bytes, DATA, 0, 1, "\0\6ans", 5);
  add_frame(&server.bytes, DATA, 0, 1, "wer", 3);
  add_trailers(&server.bytes, "0", "");
  server_start(&server);
  assert_int_equal(call(&server, 0, &reply, &code, &err), 0);
  assert_int_equal(code, GRPC_OK);
  assert_true(str_equal(buf_str(&reply), STR("answer")));
  server_stop(&server);
}

struct failure {
  const char *what;
  void (*make)(struct server *server);
  unsigned stall_ms;
  enum grpc_code code;
  enum error_code error;
  const char *text;
};

static void make_trailers_only(struct server *server)
{
  static const char *const headers[] = {
    ":status",     "200", "content-type", "application/grpc",
    "grpc-status", "5",   "grpc-message", "image %22a%22: not found",
    NULL
  };

  add_frame(&server->bytes, SETTINGS, 0, 0, "", 0);
  add_headers(&server->bytes, END_STREAM, headers);
}

static void make_silence(struct server *server)
{
  add_start(&server->bytes);
}

static void make_hang_up(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, DATA, 0, 1, "\0\0\0\0\6ans", 8);
  server->hang_up = true;
}

static void make_too_long(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, DATA, 0, 1, "\0\0\0\3\xe9", 5);
}

static void make_cut(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, DATA, 0, 1, "\0\0\0\0\6answer\0\0", 13);
  add_trailers(&server->bytes, "0", "");
}

static void make_empty(struct server *server)
{
  add_start(&server->bytes);
  add_trailers(&server->bytes, "0", "");
}

static void make_two(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, DATA, 0, 1, "\0\0\0\0\1a\0\0\0\0\1b", 12);
  add_trailers(&server->bytes, "0", "");
}

static void make_reset(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, RST_STREAM, 0, 1, "\0\0\0\2", 4);
}

static void make_goaway(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, GOAWAY, 0, 0, "\0\0\0\0\0\0\0\0", 8);
  server->hang_up = true;
}

static void make_http1(struct server *server)
{
  buf_puts(&server->bytes, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  server->hang_up = true;
}

static void make_no_status(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, DATA, END_STREAM, 1, "\0\0\0\0\1a", 6);
}

static void make_late_failure(struct server *server)
{
  add_start(&server->bytes);
  add_frame(&server->bytes, DATA, 0, 1, "\0\0\0\0\1a", 6);
  add_trailers(&server->bytes, "13", "disk%20gone");
}

static const struct failure failures[] = {
  { "trailers only", make_trailers_only, 0, GRPC_NOT_FOUND, ERROR_NOT_FOUND,
    "image \"a\": not found" },
  { "silence", make_silence, 50, GRPC_NONE, ERROR_TIMEOUT, "no answer within 0.05 s" },
  { "hang up", make_hang_up, 0, GRPC_NONE, ERROR_NETWORK, NULL },
  { "too long", make_too_long, 0, GRPC_NONE, ERROR_LIMIT,
    "a message of 1001 bytes, at most 1000 are taken" },
  { "cut", make_cut, 0, GRPC_OK, ERROR_CORRUPT, "the last message broke off" },
  { "empty", make_empty, 0, GRPC_OK, ERROR_CORRUPT, "an answer without a message" },
  { "two", make_two, 0, GRPC_NONE, ERROR_CORRUPT, "more than one message in the answer" },
  { "reset", make_reset, 0, GRPC_NONE, ERROR_NETWORK, "the call was ended: INTERNAL_ERROR" },
  { "goaway", make_goaway, 0, GRPC_NONE, ERROR_NETWORK, NULL },
  { "HTTP/1.1", make_http1, 0, GRPC_NONE, ERROR_NETWORK, NULL },
  { "no status", make_no_status, 0, GRPC_NONE, ERROR_NETWORK, "the answer broke off" },
  { "late failure", make_late_failure, 0, GRPC_INTERNAL, ERROR_IO, "disk gone" },
};

static void test_failures(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
    struct server server = { .bytes = BUF_INIT(65536) };
    AUTO_BUF reply = BUF_INIT(1000);
    enum grpc_code code;
    struct error err;

    failures[i].make(&server);
    server_start(&server);
    print_message("%s\n", failures[i].what);
    assert_int_equal(call(&server, failures[i].stall_ms, &reply, &code, &err), -1);
    server_stop(&server);
    if (failures[i].text)
      assert_string_equal(err.message, failures[i].text);
    assert_int_equal(err.code, failures[i].error);
    /* Whether what came with it was seen before it was found to be one message too many. */
    if (failures[i].make != make_two)
      assert_int_equal(code, failures[i].code);
  }
}

static void test_total(void **state)
{
  const struct grpc_request request = { .method = "/a.B/C", .total_ms = 50 };
  struct server server = { .bytes = BUF_INIT(65536) };
  struct grpc_options options = { .socket = server.path };
  struct grpc *grpc;
  struct error err;

  (void)state;
  make_silence(&server);
  server_start(&server);
  grpc = grpc_new(&options);
  assert_int_equal(grpc_unary(grpc, &request, STR(""), NULL, NULL, &err), -1);
  assert_int_equal(err.code, ERROR_TIMEOUT);
  assert_string_equal(err.message, "no answer within 0.05 s");
  grpc_free(grpc);
  server_stop(&server);
}

/* Many messages, read one after the other; the call is left before their end. */
static void test_stream(void **state)
{
  const struct grpc_request request = { .method = "/a.B/C" };
  struct server server = { .bytes = BUF_INIT(1 << 20) };
  struct grpc_options options = { .socket = server.path };
  struct grpc_call *opened;
  struct grpc *grpc;
  struct error err;

  (void)state;
  add_start(&server.bytes);
  for (unsigned i = 0; i < 1000; i++) {
    const uint8_t message[] = { 0, 0, 0, 0, 2, (uint8_t)(i >> 8), (uint8_t)i };

    add_frame(&server.bytes, DATA, 0, 1, message, sizeof(message));
  }
  server_start(&server);
  grpc = grpc_new(&options);
  opened = grpc_call_open(grpc, &request, &err);
  assert_non_null(opened);
  assert_int_equal(grpc_call_send(opened, STR("q"), true, &err), 0);
  for (unsigned i = 0; i < 999; i++) {
    struct str message;

    assert_int_equal(grpc_call_receive(opened, &message, &err), 1);
    assert_int_equal(message.len, 2);
    assert_int_equal((unsigned)(uint8_t)message.ptr[0] << 8 | (uint8_t)message.ptr[1], i);
  }
  assert_int_equal(grpc_call_code(opened), GRPC_NONE);
  grpc_call_close(opened);
  grpc_free(grpc);
  server_stop(&server);
}

static void test_connect(void **state)
{
  static const struct {
    const char *path;
    enum error_code code;
    const char *text;
  } cases[] = {
    { "relative.sock", ERROR_USAGE, "relative.sock: expected the absolute path of a socket" },
    { "/nowhere/at/all.sock", ERROR_NOT_FOUND, NULL },
    { "/dev/null", ERROR_NETWORK, NULL },
  };
  char path[120];
  struct error err;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    assert_int_equal(unix_connect(cases[i].path, 1000, &err), -1);
    assert_int_equal(err.code, cases[i].code);
    if (cases[i].text)
      assert_string_equal(err.message, cases[i].text);
  }
  memset(path, 'a', sizeof(path));
  path[0] = '/';
  path[107] = '\0';
  assert_int_equal(unix_connect(path, 1000, &err), -1);
  assert_int_equal(err.code, ERROR_NOT_FOUND);
  path[107] = 'a';
  path[108] = '\0';
  assert_int_equal(unix_connect(path, 1000, &err), -1);
  assert_int_equal(err.code, ERROR_USAGE);
}

/* A listener whose queue is full and who never accepts. */
static void test_connect_full(void **state)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  char dir[] = "/tmp/grpc-XXXXXX";
  int clients[64];
  size_t n = 0;
  struct error err;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  (void)state;
  assert_non_null(mkdtemp(dir));
  snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", dir);
  assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
  assert_int_equal(listen(listener, 0), 0);
  while (n < ARRAY_LEN(clients) && (clients[n] = unix_connect(address.sun_path, 50, &err)) >= 0)
    n++;
  assert_true(n > 0 && n < ARRAY_LEN(clients));
  assert_int_equal(err.code, ERROR_TIMEOUT);
  while (n > 0)
    close(clients[--n]);
  close(listener);
  unlink(address.sun_path);
  rmdir(dir);
}

/* A server ends connections on which nothing comes: those that are kept have begun. */
static void test_kept_connections_have_begun(void **state)
{
  static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; /* RFC 9113, 3.4 */
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct grpc_options options = { .socket = address.sun_path, .stall_ms = 20000, .max_message = 9 };
  char dir[] = "/tmp/grpc-XXXXXX";
  struct grpc *grpc;
  struct error err;
  int listener;

  (void)state;
  assert_non_null(mkdtemp(dir));
  snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", dir);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
  assert_int_equal(listen(listener, 64), 0);
  grpc = grpc_new(&options);
  assert_int_equal(grpc_keep_open(grpc, &err), 0);
  for (int i = 0; i < 16; i++) {
    const int fd = accept(listener, NULL, NULL);
    char came[sizeof(preface)] = { 0 };

    assert_true(fd >= 0);
    assert_int_equal(recv(fd, came, sizeof(came) - 1, MSG_DONTWAIT), sizeof(came) - 1);
    assert_string_equal(came, preface);
    close(fd);
  }
  grpc_free(grpc);
  close(listener);
  unlink(address.sun_path);
  rmdir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_kept_connections_have_begun),
    cmocka_unit_test(test_frames),
    cmocka_unit_test(test_frames_refused),
    cmocka_unit_test(test_percent),
    cmocka_unit_test(test_status),
    cmocka_unit_test(test_unary),
    cmocka_unit_test(test_failures),
    cmocka_unit_test(test_total),
    cmocka_unit_test(test_stream),
    cmocka_unit_test(test_connect),
    cmocka_unit_test(test_connect_full),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
