/* worker: the wire between the confined process and its broker, and what the broker makes of one
 * that lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/wire.h"
#include "source/source.h"
#include "worker/broker.h"

#define DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static struct descriptor blob_of(const char *type, const char *urls)
{
  struct descriptor blob;
  struct error err;
  AUTO_FREE char *text = xasprintf(
      "{\"mediaType\":\"%s\",\"digest\":\"" DIGEST "\",\"size\":7,\"urls\":[%s]}", type, urls);
  json_t *json = json_loads(text, 0, NULL);

  assert_non_null(json);
  assert_int_equal(descriptor_from_json(&blob, json, &err), 0);
  json_decref(json);
  return blob;
}

static struct wire_request sample(int ask)
{
  struct wire_request request = { .ask = (enum wire_ask)ask, .side = ask % 2 };

  if (ask == WIRE_BLOB || ask == WIRE_ELSEWHERE || ask == WIRE_AT_HAND || ask == WIRE_REFERRERS)
    request.blob = blob_of("application/vnd.oci.image.layer.v1.tar",
                           "\"https://example.com/a\",\"https://example.com/b\"");
  if (ask == WIRE_ELSEWHERE || ask == WIRE_MEMBER || ask == WIRE_OUTPUT || ask == WIRE_COMMIT ||
      ask == WIRE_CLEAR || ask == WIRE_END || ask == WIRE_WARN)
    request.text = xstrdup("some text");
  if (ask == WIRE_END) {
    request.status = -1;
    error_set(&request.error, ERROR_CORRUPT, "some text");
  }
  return request;
}

static void test_all_requests_arrive(void **state)
{
  (void)state;
  for (int ask = WIRE_OPEN; ask < WIRE_ASKS; ask++) {
    AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
    struct wire_request sent = sample(ask);
    struct wire_request got;
    struct error err;

    assert_int_equal(wire_request_write(&bytes, &sent, &err), 0);
    assert_int_equal(wire_request_read(buf_str(&bytes), &got, &err), 0);
    assert_int_equal(got.ask, ask);
    assert_int_equal(got.side, sent.side);
    assert_int_equal(got.status, sent.status);
    if (sent.text)
      assert_string_equal(got.text, sent.text);
    if (sent.blob.json) {
      assert_true(digest_equal(&got.blob.digest, &sent.blob.digest));
      assert_int_equal(got.blob.size, 7);
      assert_string_equal(got.blob.media_type, sent.blob.media_type);
      assert_true(json_equal(json_object_get(got.blob.json, "urls"),
                             json_object_get(sent.blob.json, "urls")));
    }
    wire_request_release(&sent);
    wire_request_release(&got);
  }
}

/* No beginning of one, and none with something behind it. */
static void test_cut_and_long_ones_are_refused(void **state)
{
  (void)state;
  for (int ask = WIRE_OPEN; ask < WIRE_ASKS; ask++) {
    AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
    struct wire_request request = sample(ask);
    struct error err;

    assert_int_equal(wire_request_write(&bytes, &request, &err), 0);
    wire_request_release(&request);
    for (size_t len = 0; len < bytes.len; len++) {
      AUTO_FREE char *exact = xmalloc(len + 1); /* so that a sanitizer sees who reads on */

      memcpy(exact, bytes.ptr, len);
      assert_int_equal(wire_request_read((struct str) { exact, len }, &request, &err), -1);
      assert_int_equal(err.code, ERROR_CORRUPT);
    }
    buf_putc(&bytes, 'x');
    assert_int_equal(wire_request_read(buf_str(&bytes), &request, &err), -1);
  }
}

/* ask, side, and perhaps a text of so many bytes. */
static void numbers(struct buf *out, int64_t ask, int64_t side, int64_t text_len)
{
  wire_put_number(out, ask);
  wire_put_number(out, side);
  if (text_len < 0)
    return;
  wire_put_number(out, text_len);
  for (int64_t i = 0; i < text_len && i < WIRE_REQUEST_MAX; i++)
    buf_putc(out, 'x');
}

static void test_bounds(void **state)
{
  static const struct {
    int64_t ask, side, text_len;
    int result;
  } cases[] = {
    { 0, 0, -1, -1 },
    { WIRE_ASKS, 0, -1, -1 },
    { INT64_MIN, 0, -1, -1 },
    { WIRE_OPEN, 1, -1, 0 },
    { WIRE_OPEN, 2, -1, -1 },
    { WIRE_OPEN, -1, -1, -1 },
    { WIRE_MEMBER, 0, 0, 0 },
    { WIRE_MEMBER, 0, WIRE_TEXT_MAX, 0 },
    { WIRE_MEMBER, 0, WIRE_TEXT_MAX + 1, -1 },
    { WIRE_MEMBER, 0, INT64_MAX, -1 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF bytes = BUF_INIT(2 * WIRE_REQUEST_MAX);
    struct wire_request request;
    struct error err;

    numbers(&bytes, cases[i].ask, cases[i].side, cases[i].text_len);
    assert_int_equal(wire_request_read(buf_str(&bytes), &request, &err), cases[i].result);
    wire_request_release(&request);
  }
}

static void test_text_with_nul_is_refused(void **state)
{
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
  struct wire_request request;
  struct error err;

  (void)state;
  numbers(&bytes, WIRE_MEMBER, 0, -1);
  wire_put_str(&bytes, STR("blobs\0etc"));
  assert_int_equal(wire_request_read(buf_str(&bytes), &request, &err), -1);
}

/* What is too long of a descriptor is left out where it is written, and refused where it is read.
 */
static void test_blobs_with_much_about_them(void **state)
{
  AUTO_FREE char *url = xcalloc(1, WIRE_URL_MAX + 2);
  AUTO_FREE char *type = xcalloc(1, 1000);
  AUTO_FREE char *urls = NULL;
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
  struct wire_request request = { .ask = WIRE_BLOB };
  struct wire_request got;
  struct error err;

  (void)state;
  memset(url, 'u', WIRE_URL_MAX + 1);
  memset(type, 't', 999);
  urls = xasprintf("\"%s\",\"https://example.com/short\",7", url);
  request.blob = blob_of(type, "");
  assert_int_equal(wire_request_write(&bytes, &request, &err), 0);
  assert_int_equal(wire_request_read(buf_str(&bytes), &got, &err), 0);
  assert_string_equal(got.blob.media_type, "");
  wire_request_release(&got);
  wire_request_release(&request);
  buf_clear(&bytes);
  urls[strlen(urls) - 2] = '\0'; /* not the number: no such descriptor is made */
  request = (struct wire_request) { .ask = WIRE_BLOB, .blob = blob_of("t", urls) };
  assert_int_equal(wire_request_write(&bytes, &request, &err), 0);
  assert_int_equal(wire_request_read(buf_str(&bytes), &got, &err), 0);
  assert_int_equal(json_array_size(json_object_get(got.blob.json, "urls")), 1);
  wire_request_release(&got);
  wire_request_release(&request);
}

/* ---- a confined process that lies ---- */

static struct source *no_image(void *context, int side, struct error *err)
{
  (void)context;
  (void)side;
  error_set(err, ERROR_NOT_FOUND, "there is none");
  return NULL;
}

static void no_display(void *context)
{
  (void)context;
}

/* What the broker returns for these bytes, as the only message. source: is open, if not NULL. */
static int served_of(struct source *source, const void *bytes, size_t len, int *status,
                     struct error *err)
{
  static const char *const outputs[] = { "wanted.json" };
  struct limits limits = limits_scaled(1);
  const struct source_options options = { .limits = &limits };
  const struct argument arguments[2] = { { .kind = ARGUMENT_NAME }, { .kind = ARGUMENT_NAME } };
  const struct worker_job job = {
    .arguments = arguments,
    .n_arguments = ARRAY_LEN(arguments),
    .options = &options,
    .outputs = outputs,
    .n_outputs = ARRAY_LEN(outputs),
    .open = no_image,
    .quiet = no_display,
  };
  struct broker broker;
  int ends[2];
  int result;

  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  assert_int_equal(send(ends[1], bytes, len, 0), len);
  shutdown(ends[1], SHUT_WR);
  broker_init(&broker, &job, ends[0]);
  broker.sources[0] = source;
  result = broker_serve(&broker, status, err);
  assert_true(broker_wait(&broker));
  broker_release(&broker);
  close(ends[0]);
  close(ends[1]);
  return result;
}

static int served(const void *bytes, size_t len, int *status, struct error *err)
{
  return served_of(NULL, bytes, len, status, err);
}

static int served_request(struct wire_request *request, int *status, struct error *err)
{
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
  int result;

  assert_int_equal(wire_request_write(&bytes, request, err), 0);
  result = served(bytes.ptr, bytes.len, status, err);
  wire_request_release(request);
  return result;
}

/* Nothing was opened: only opening, a temporary file, wanted reports and the end may be asked for.
 */
static void test_what_was_not_given(void **state)
{
  (void)state;
  for (int ask = WIRE_OPEN; ask < WIRE_ASKS; ask++) {
    struct wire_request request = sample(ask);
    const bool may = ask == WIRE_OPEN || ask == WIRE_TEMPORARY || ask == WIRE_QUIET;
    struct error err = { 0 };
    int status = 0;
    const int result = served_request(&request, &status, &err);

    if (ask == WIRE_END) {
      assert_int_equal(result, 1);
      assert_int_equal(status, -1);
      assert_string_equal(err.message, "some text");
    } else {
      assert_int_equal(result, may ? 0 : -1);
      assert_int_equal(err.code, may ? ERROR_NONE : ERROR_PERMISSION);
    }
  }
}

static void test_reports_that_are_not_wanted(void **state)
{
  struct wire_request wanted = { .ask = WIRE_COMMIT, .text = xstrdup("wanted.json") };
  struct wire_request other = { .ask = WIRE_OUTPUT, .text = xstrdup("/etc/passwd") };
  struct error err = { 0 };
  int status;

  (void)state;
  assert_int_equal(served_request(&wanted, &status, &err), 0);
  assert_int_equal(served_request(&other, &status, &err), -1);
  assert_int_equal(err.code, ERROR_PERMISSION);
  assert_int_not_equal(access("wanted.json", F_OK), 0);
}

/* Libraries keep something for each thread that asks them, until it ends. */
static pthread_key_t kept;
static bool is_given_back;

static void give_back(void *value)
{
  const struct timespec moment = { .tv_nsec = 200000000 };

  (void)value;
  nanosleep(&moment, NULL);
  is_given_back = true;
}

static int keep_and_fail(struct source *source, struct descriptor *out, struct error *err)
{
  (void)out;
  pthread_setspecific(kept, source);
  return error_set(err, ERROR_NOT_FOUND, "there is none");
}

static void free_source(struct source *source)
{
  free(source);
}

static void test_answers_are_over_when_their_threads_are(void **state)
{
  static const struct source_ops ops = { .resolve = keep_and_fail, .free = free_source };
  struct wire_request request = { .ask = WIRE_RESOLVE };
  struct source *source = xcalloc(1, sizeof(*source));
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);
  struct error err;
  int status;

  (void)state;
  source->ops = &ops;
  assert_int_equal(pthread_key_create(&kept, give_back), 0);
  assert_int_equal(wire_request_write(&bytes, &request, &err), 0);
  assert_int_equal(served_of(source, bytes.ptr, bytes.len, &status, &err), 0);
  assert_true(is_given_back);
  pthread_key_delete(kept);
}

static bool is_at_hand(struct source *source, const struct descriptor *blob)
{
  (void)source;
  (void)blob;
  return true;
}

/* Nor is it told whether the user's store has what no document mentions. */
static void test_what_no_document_mentions_is_not_at_hand(void **state)
{
  static const struct source_ops ops = { .free = free_source };
  const struct worker_job job = { .has_no_documents = true };
  struct source *source = xcalloc(1, sizeof(*source));
  struct broker broker;

  (void)state;
  source->ops = &ops;
  source->at_hand = is_at_hand;
  broker_init(&broker, &job, -1);
  broker.sources[0] = source;
  for (int mentioned = 0; mentioned < 2; mentioned++) {
    struct wire_request request = { .ask = WIRE_AT_HAND, .blob = blob_of("x", "") };
    struct wire_answer answer;
    struct error err;
    int ends[2];
    char byte;
    int fd;

    if (mentioned)
      mentioned_add(&broker.mentioned[0], str_of("[{\"digest\":\"" DIGEST "\"}]"));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    broker_answer(&broker, &request, ends[0]);
    assert_int_equal(wire_answer_receive(ends[1], &answer, &fd, 1, &err), 0);
    assert_int_equal(answer.kind, WIRE_DONE);
    assert_int_equal(read(ends[1], &byte, 1), 1);
    assert_int_equal(byte, mentioned);
    wire_request_release(&request);
    close(ends[1]);
  }
  broker_release(&broker);
}

static void test_garbage(void **state)
{
  AUTO_FREE char *bytes = xcalloc(1, WIRE_REQUEST_MAX + 1);
  struct error err;
  int status;

  (void)state;
  assert_int_equal(served(bytes, WIRE_REQUEST_MAX, &status, &err), -1);
  assert_int_equal(err.code, ERROR_CORRUPT);
  assert_int_equal(served(bytes, WIRE_REQUEST_MAX + 1, &status, &err), -1);
  assert_int_equal(err.code, ERROR_LIMIT);
}

/* ---- what an image's documents mention ---- */

static struct stream *open_document(struct source *source, const struct descriptor *blob,
                                    struct error *err)
{
  (void)source;
  (void)blob;
  (void)err;
  return stream_of_memory("{}", 2);
}

static void free_document_source(struct source *source)
{
  free(source);
}

/* What one that was taken over could ask for says something: what it asks for is known before. */
static void test_blobs_that_no_document_mentions(void **state)
{
  static const struct source_ops ops = { .open = open_document, .free = free_document_source };
  struct limits limits = limits_scaled(1);
  const struct source_options options = { .limits = &limits };

  (void)state;
  for (int way = 0; way < 3; way++) {
    const struct worker_job job = { .options = &options, .has_no_documents = way < 2 };
    struct wire_request request = { .ask = WIRE_BLOB, .blob = blob_of("x", "") };
    struct source *source = xcalloc(1, sizeof(*source));
    struct wire_answer answer;
    struct broker broker;
    struct error err;
    int ends[2];
    int fd;

    request.blob.size = 2;
    source->ops = &ops;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    broker_init(&broker, &job, -1);
    broker.sources[0] = source;
    if (way == 1)
      mentioned_add(&broker.mentioned[0], str_of("[{\"digest\":\"" DIGEST "\"}]"));
    broker_answer_blob(&broker, &request, ends[0]);
    assert_int_equal(wire_answer_receive(ends[1], &answer, &fd, 1000, &err), 0);
    assert_int_equal(answer.kind, way == 0 ? WIRE_FAILED : WIRE_STREAM);
    if (way == 0)
      assert_int_equal(answer.code, ERROR_PERMISSION);
    wire_request_release(&request);
    broker_release(&broker);
    close(ends[0]);
    close(ends[1]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_all_requests_arrive),
    cmocka_unit_test(test_cut_and_long_ones_are_refused),
    cmocka_unit_test(test_bounds),
    cmocka_unit_test(test_text_with_nul_is_refused),
    cmocka_unit_test(test_blobs_with_much_about_them),
    cmocka_unit_test(test_what_was_not_given),
    cmocka_unit_test(test_reports_that_are_not_wanted),
    cmocka_unit_test(test_answers_are_over_when_their_threads_are),
    cmocka_unit_test(test_blobs_that_no_document_mentions),
    cmocka_unit_test(test_what_no_document_mentions_is_not_at_hand),
    cmocka_unit_test(test_garbage),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
