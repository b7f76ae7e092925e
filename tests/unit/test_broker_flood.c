/* worker: a confined process that asks for more than there is room for: the broker has only so many
 * descriptors open, says so where it gets no more, and gives them all back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/socket.h"
#include "worker/broker.h"

#define DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

enum { FLOOD = 3 * BROKER_BUSY_MAX, SPARE = 16 };

static int count_open(void)
{
  int n = 0;

  for (int fd = 0; fd < 4096; fd++)
    n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

static void sleep_a_moment(void)
{
  const struct timespec moment = { .tv_nsec = 20000000 };

  nanosleep(&moment, NULL);
}

/* ---- an image whose blobs come when they may ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool may_open;
static int asked; /* atomic */

static struct stream *open_late(struct source *source, const struct descriptor *blob,
                                struct error *err)
{
  (void)source;
  (void)blob;
  (void)err;
  __atomic_add_fetch(&asked, 1, __ATOMIC_SEQ_CST);
  pthread_mutex_lock(&lock);
  while (!may_open)
    pthread_cond_wait(&opened, &lock);
  pthread_mutex_unlock(&lock);
  return stream_of_memory("{}", 2);
}

static void free_late(struct source *source)
{
  free(source);
}

static struct source *late_source(void)
{
  static const struct source_ops ops = { .open = open_late, .free = free_late };
  struct source *source = xcalloc(1, sizeof(*source));

  source->ops = &ops;
  return source;
}

/* ---- the two ends ---- */

static void request_of(struct buf *bytes, enum wire_ask ask)
{
  json_t *json = json_loads("{\"mediaType\":\"x\",\"digest\":\"" DIGEST "\",\"size\":2}", 0, NULL);
  struct wire_request request = { .ask = ask };
  struct error err;

  assert_int_equal(descriptor_from_json(&request.blob, json, &err), 0);
  json_decref(json);
  assert_int_equal(wire_request_write(bytes, &request, &err), 0);
  wire_request_release(&request);
}

/* Asks, and hears no answer. */
static void *flood(void *context)
{
  const int channel = *(int *)context;
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);

  request_of(&bytes, WIRE_BLOB);
  for (int i = 0; i < FLOOD; i++) {
    assert_int_equal(send(channel, bytes.ptr, bytes.len, MSG_NOSIGNAL), bytes.len);
    close(socket_receive_fd(channel));
  }
  shutdown(channel, SHUT_WR);
  return NULL;
}

struct served {
  struct broker broker;
  struct worker_job job;
  struct source_options options;
  struct limits limits;
  int ends[2];
  int result, status;
  struct error err;
};

static void served_init(struct served *out, struct source *source)
{
  *out = (struct served) { .limits = limits_scaled(1) };
  out->options.limits = &out->limits;
  out->job.options = &out->options;
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out->ends), 0);
  broker_init(&out->broker, &out->job, out->ends[0]);
  out->broker.sources[0] = source;
}

static void served_release(struct served *served)
{
  while (!broker_wait(&served->broker)) /* on a busy machine that takes a while */
    sleep_a_moment();
  broker_release(&served->broker);
  close(served->ends[0]);
  close(served->ends[1]);
}

static void *serve(void *context)
{
  struct served *served = context;

  served->result = broker_serve(&served->broker, &served->status, &served->err);
  return NULL;
}

static void test_flood(void **state)
{
  const int before = count_open();
  struct served served;
  pthread_t threads[2];

  (void)state;
  served_init(&served, late_source());
  assert_int_equal(pthread_create(&threads[0], NULL, serve, &served), 0);
  assert_int_equal(pthread_create(&threads[1], NULL, flood, &served.ends[1]), 0);
  while (__atomic_load_n(&asked, __ATOMIC_SEQ_CST) < BROKER_BUSY_MAX)
    sleep_a_moment();
  for (int i = 0; i < 10; i++) {
    sleep_a_moment();
    assert_true(count_open() <= before + BROKER_BUSY_MAX + SPARE);
  }
  pthread_mutex_lock(&lock);
  may_open = true;
  pthread_cond_broadcast(&opened);
  pthread_mutex_unlock(&lock);
  pthread_join(threads[1], NULL);
  pthread_join(threads[0], NULL);
  served_release(&served);
  assert_int_equal(served.result, 0);
  assert_int_equal(__atomic_load_n(&asked, __ATOMIC_SEQ_CST), FLOOD);
  assert_int_equal(count_open(), before);
}

/* ---- one request, and no room ---- */

static void serve_one(enum wire_ask ask, struct served *served)
{
  AUTO_BUF bytes = BUF_INIT(WIRE_REQUEST_MAX);

  request_of(&bytes, ask);
  assert_int_equal(send(served->ends[1], bytes.ptr, bytes.len, 0), bytes.len);
  shutdown(served->ends[1], SHUT_WR);
  serve(served);
}

static void test_no_socket_to_be_had(void **state)
{
  const int before = count_open();
  struct rlimit limit;
  struct rlimit less;
  struct served served;

  (void)state;
  getrlimit(RLIMIT_NOFILE, &limit);
  served_init(&served, NULL);
  less = (struct rlimit) { 0, limit.rlim_max };
  setrlimit(RLIMIT_NOFILE, &less);
  serve_one(WIRE_TEMPORARY, &served);
  setrlimit(RLIMIT_NOFILE, &limit);
  assert_int_equal(served.result, -1);
  assert_int_equal(served.err.sys, EMFILE);
  served_release(&served);
  assert_int_equal(count_open(), before);
}

/* With as many descriptors on their way between processes of this user as there may be, which are
 * no root's. The status says which step went wrong. */
static int serve_with_all_on_their_way(void)
{
  const struct rlimit few = { 64, 64 };
  struct served served;
  int ends[2];
  int n = 0;

  served_init(&served, NULL);
  if (setrlimit(RLIMIT_NOFILE, &few) || (geteuid() == 0 && setresuid(54321, 54321, 54321)))
    return 1;
  for (int pair = 0; pair < 20 && errno != ETOOMANYREFS; pair++) {
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends))
      return 2;
    errno = 0;
    while (socket_send_fd(ends[0], ends[0]) == 0)
      n++;
  }
  if (errno != ETOOMANYREFS)
    return 77;
  serve_one(WIRE_TEMPORARY, &served);
  return served.result == -1 && served.err.sys == ETOOMANYREFS && n ? 0 : 3;
}

/* A process that waits for an answer that cannot be given is not left to wait. */
static void test_all_descriptors_on_their_way(void **state)
{
  const pid_t pid = fork();
  int status;

  (void)state;
  if (pid == 0) {
    errno = 0;
    _exit(serve_with_all_on_their_way());
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77)
    skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_flood),
    cmocka_unit_test(test_no_socket_to_be_had),
    cmocka_unit_test(test_all_descriptors_on_their_way),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
