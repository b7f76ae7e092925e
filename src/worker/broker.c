#include "worker/broker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/socket.h"

enum { PATIENCE_SECONDS = 2 }; /* with answers that nobody waits for any more */

struct errand {
  struct broker *broker;
  struct wire_request request;
  int socket;
};

void broker_init(struct broker *out, const struct worker_job *job, int channel)
{
  *out = (struct broker) { .job = job, .channel = channel };
  pthread_mutex_init(&out->lock, NULL);
  pthread_cond_init(&out->idle, NULL);
  for (int side = 0; side < WIRE_SIDES; side++) {
    pthread_rwlock_init(&out->quiet[side], NULL);
    mentioned_init(&out->mentioned[side]);
  }
}

/* A thread that gave its answer has what libraries keep for it, and gives that back when it ends:
 * it is not to be left behind when the process does. With the lock, which such a thread wants no
 * more.
 */
static void broker_join(struct broker *broker)
{
  while (broker->n_done)
    pthread_join(broker->done[--broker->n_done], NULL);
}

static void broker_enter(struct broker *broker)
{
  pthread_mutex_lock(&broker->lock);
  while (broker->busy >= BROKER_BUSY_MAX)
    pthread_cond_wait(&broker->idle, &broker->lock);
  broker_join(broker);
  broker->busy++;
  pthread_mutex_unlock(&broker->lock);
}

static void broker_leave(struct broker *broker, bool is_thread)
{
  pthread_mutex_lock(&broker->lock);
  broker->busy--;
  if (is_thread)
    broker->done[broker->n_done++] = pthread_self();
  pthread_cond_broadcast(&broker->idle);
  pthread_mutex_unlock(&broker->lock);
}

static void broker_run_errand(struct errand *errand, bool is_thread)
{
  struct broker *broker = errand->broker;

  broker_answer(broker, &errand->request, errand->socket);
  wire_request_release(&errand->request);
  free(errand);
  broker_leave(broker, is_thread);
}

static void *broker_run_thread(void *context)
{
  broker_run_errand(context, true);
  return NULL;
}

/* In a thread of its own; where there is none to be had, here. Takes what *request owns. */
static void broker_send_errand(struct broker *broker, struct wire_request *request, int socket)
{
  struct errand *errand = xcalloc(1, sizeof(*errand));
  pthread_t thread;

  *errand = (struct errand) { broker, *request, socket };
  *request = (struct wire_request) { 0 };
  broker_enter(broker);
  if (pthread_create(&thread, NULL, broker_run_thread, errand))
    broker_run_errand(errand, false);
}

/* Takes what *request owns. */
static int broker_take(struct broker *broker, struct wire_request *request, struct error *err)
{
  int ends[2];
  int result;
  int failure;

  if (!broker_allows(broker, request))
    return error_set(err, ERROR_PERMISSION, "the confined process asks for what it was not given");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
    return error_sys(err, errno, "a socket to the confined process");
  result = socket_send_fd(broker->channel, ends[1]);
  failure = errno;
  close(ends[1]);
  if (result) {
    close(ends[0]);
    /* It has ended, which is seen next; else it waits, and there is too much on its way somewhere
     * (ETOOMANYREFS). */
    return failure == EPIPE || failure == ECONNRESET
               ? 0
               : error_sys(err, failure, "a socket to the confined process");
  }
  if (broker_is_slow(broker, request, ends[0]))
    broker_send_errand(broker, request, ends[0]);
  else
    broker_answer(broker, request, ends[0]);
  return 0;
}

int broker_serve(struct broker *broker, int *status, struct error *err)
{
  AUTO_FREE char *bytes = xmalloc(WIRE_REQUEST_MAX);
  ssize_t n;

  while ((n = socket_receive_message(broker->channel, bytes, WIRE_REQUEST_MAX, MSG_TRUNC)) > 0) {
    struct wire_request request;
    int result;

    if (n > WIRE_REQUEST_MAX)
      return error_set(err, ERROR_LIMIT, "the confined process asks at too great length");
    if (wire_request_read((struct str) { bytes, (size_t)n }, &request, err))
      return -1;
    if (request.ask == WIRE_END) {
      *status = request.status;
      *err = request.error;
      wire_request_release(&request);
      return 1;
    }
    result = broker_take(broker, &request, err);
    wire_request_release(&request);
    if (result)
      return -1;
  }
  return n < 0 && errno != ECONNRESET ? error_sys(err, errno, "the confined process") : 0;
}

bool broker_wait(struct broker *broker)
{
  struct timespec until;
  bool all;

  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += PATIENCE_SECONDS;
  pthread_mutex_lock(&broker->lock);
  while (broker->busy > 0)
    if (pthread_cond_timedwait(&broker->idle, &broker->lock, &until) == ETIMEDOUT)
      break;
  all = broker->busy == 0;
  broker_join(broker);
  pthread_mutex_unlock(&broker->lock);
  return all;
}

void broker_drop_outputs(struct broker *broker)
{
  for (size_t i = 0; i < ARRAY_LEN(broker->outputs); i++)
    outfile_abandon(steal_pointer(&broker->outputs[i]));
}

void broker_release(struct broker *broker)
{
  broker_drop_outputs(broker);
  for (int side = 0; side < WIRE_SIDES; side++) {
    source_free(broker->sources[side]);
    members_free(broker->directories[side]);
    pthread_rwlock_destroy(&broker->quiet[side]);
    mentioned_release(&broker->mentioned[side]);
  }
  pthread_cond_destroy(&broker->idle);
  pthread_mutex_destroy(&broker->lock);
}
