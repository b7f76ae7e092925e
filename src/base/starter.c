#include "base/starter.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/confine/confine.h"
#include "base/socket.h"
#include "base/starter_plans.h"

/* Requests and their answers are not to mix. */
static pthread_mutex_t asking = PTHREAD_MUTEX_INITIALIZER;
static struct starter *begun; /* the one that is asked; NULL: none */

struct starter *starter_new(void)
{
  struct starter *starter = xcalloc(1, sizeof(*starter));

  starter->channel = -1;
  return starter;
}

/* ---- the plans ---- */

static char **starter_copy(const char *const *texts, size_t *n)
{
  char **out;

  *n = 0;
  while (texts[*n])
    ++*n;
  out = xcalloc(*n + 1, sizeof(*out));
  for (size_t i = 0; i < *n; i++)
    out[i] = xstrdup(texts[i]);
  return out;
}

static void starter_drop(char **texts)
{
  for (char **text = texts; text && *text; text++)
    free(*text);
  free(texts);
}

static bool starter_may_follow(const struct starter_plan *plan, const char *const *words, size_t n)
{
  return n == 0 || (n <= STARTER_WORDS_MAX && plan->n + n < STARTER_ARGV_MAX && plan->allows &&
                    plan->allows(plan->context, words, n));
}

static bool starter_is_for(const struct starter_plan *plan, const struct program_wanted *wanted)
{
  size_t n = 0;

  if (plan->task || wanted->ends != plan->ends || !wanted->input != !plan->input ||
      (wanted->input && strcmp(wanted->input, plan->input) != 0))
    return false;
  while (wanted->argv[n])
    n++;
  if (n < plan->n)
    return false;
  for (size_t i = 0; i < plan->n; i++)
    if (strcmp(wanted->argv[i], plan->argv[i]) != 0)
      return false;
  return starter_may_follow(plan, wanted->argv + plan->n, n - plan->n);
}

/* The number of the plan; as many as there are: it may not be started. */
static size_t starter_find(const struct starter *starter, const struct program_wanted *wanted)
{
  size_t number = 0;

  while (number < starter->n && !starter_is_for(&starter->plans[number], wanted))
    number++;
  return number;
}

/* Whether there is no room for one more, which is told when it begins. */
static bool starter_is_full(struct starter *starter)
{
  starter->overflows |= starter->n == STARTER_PLANS_MAX;
  return starter->n == STARTER_PLANS_MAX;
}

void starter_allow(struct starter *starter, const struct program_wanted *wanted,
                   bool (*allows)(const void *context, const char *const *words, size_t n),
                   void *context)
{
  const bool known = !allows && starter_find(starter, wanted) < starter->n;
  struct starter_plan *plan;
  size_t unused;

  if (known || starter_is_full(starter)) {
    free(context);
    return;
  }
  plan = &starter->plans[starter->n++];
  plan->argv = starter_copy(wanted->argv, &plan->n);
  if (wanted->environment)
    plan->environment = starter_copy((const char *const *)(uintptr_t)wanted->environment, &unused);
  plan->ends = wanted->ends;
  plan->input = wanted->input ? xstrdup(wanted->input) : NULL;
  plan->allows = allows;
  plan->context = context;
}

void starter_allow_task(struct starter *starter, const char *name, starter_task task, void *context,
                        int keep)
{
  const char *const argv[] = { name, NULL };
  struct starter_plan *plan;

  if (starter_is_full(starter))
    return;
  plan = &starter->plans[starter->n++];
  plan->argv = starter_copy(argv, &plan->n);
  plan->task = task;
  plan->context = context;
  plan->keep = keep;
}

bool starter_is_needed(const struct starter *starter)
{
  return starter->n > 0;
}

int starter_read_request(const struct starter *starter, const char *bytes, size_t n,
                         struct program_wanted *out, const char **argv, size_t max)
{
  const size_t number = n ? (unsigned char)bytes[0] : STARTER_PLANS_MAX;
  const char *words[STARTER_WORDS_MAX];
  const struct starter_plan *plan;
  size_t n_words = 0;

  if (number >= starter->n)
    return -1;
  plan = &starter->plans[number];
  for (size_t at = 1; at < n; at += strlen(bytes + at) + 1) {
    if (n_words == STARTER_WORDS_MAX || bytes[n - 1])
      return -1;
    words[n_words++] = bytes + at;
  }
  if (!starter_may_follow(plan, words, n_words) || plan->n + n_words >= max)
    return -1;
  for (size_t i = 0; i < plan->n; i++)
    argv[i] = plan->argv[i];
  for (size_t i = 0; i < n_words; i++)
    argv[plan->n + i] = words[i];
  argv[plan->n + n_words] = NULL;
  *out = (struct program_wanted) { argv, plan->environment, plan->ends, plan->input };
  return (int)number;
}

/* ---- asking ---- */

/* An answer that was not received may come yet, and would be taken for the next one's: so nothing
 * is asked behind that. */
static void starter_lose(int channel)
{
  shutdown(channel, SHUT_RDWR);
}

/* A message with a descriptor, for which there may be no room here: then it is -1. Returns an errno
 * value. */
static int starter_receive(int channel, int *fd)
{
  struct starter_answer answer;
  const ssize_t n = socket_receive_with(channel, &answer, sizeof(answer), fd);
  const int code = n < 0 ? errno : EPIPE;

  if (n == (ssize_t)sizeof(answer))
    return answer.code;
  starter_lose(channel);
  return code;
}

/* All that comes is taken, so that the next answer is the next request's. */
static int starter_take_answer(int channel, struct program *out, size_t n_ends)
{
  int *const places[] = { &out->life, &out->ends[0], &out->ends[1] };
  bool room = true;

  for (size_t i = 0; i <= n_ends; i++) {
    const int code = starter_receive(channel, places[i]);

    if (code)
      return code;
    room = room && *places[i] >= 0;
  }
  return room ? 0 : EMFILE;
}

static int starter_ask(void *context, struct program *out, const struct program_wanted *wanted)
{
  struct starter *starter = context;
  AUTO_BUF request = BUF_INIT(STARTER_REQUEST_MAX);
  const size_t number = starter_find(starter, wanted);
  int code;

  if (number == starter->n)
    return EPERM;
  buf_add(&request, (const char[]) { (char)number }, 1);
  for (const char *const *word = wanted->argv + starter->plans[number].n; *word; word++)
    buf_add(&request, *word, strlen(*word) + 1);
  if (request.overflow)
    return E2BIG;
  pthread_mutex_lock(&asking);
  code = socket_send(starter->channel, request.ptr, request.len) == 1 ? 0 : errno;
  if (code == 0)
    code = starter_take_answer(starter->channel, out, starter_ends(wanted->ends));
  pthread_mutex_unlock(&asking);
  if (code == 0)
    return 0;
  cleanup_close(&out->life);
  cleanup_close(&out->ends[0]);
  cleanup_close(&out->ends[1]);
  *out = PROGRAM_NONE;
  return code;
}

/* ---- tasks ---- */

/* The number of the plan; STARTER_PLANS_MAX: there is none. */
static size_t starter_find_task(const char *name)
{
  for (size_t i = 0; begun && i < begun->n; i++)
    if (begun->plans[i].task && strcmp(begun->plans[i].argv[0], name) == 0)
      return i;
  return STARTER_PLANS_MAX;
}

bool starter_does(const char *name)
{
  return starter_find_task(name) < STARTER_PLANS_MAX;
}

int starter_do(const char *name, int *fd, struct error *err)
{
  const char number = (char)starter_find_task(name);
  struct starter_done done = { .code = -1 };
  ssize_t n = -1;
  int failure;

  *fd = -1;
  if (number == STARTER_PLANS_MAX)
    return error_set(err, ERROR_PERMISSION, "the process that starts programs does no such thing");
  pthread_mutex_lock(&asking);
  if (socket_send(begun->channel, &number, 1) == 1)
    n = socket_receive_with(begun->channel, &done, sizeof(done), fd);
  failure = n < 0 ? errno : EPIPE;
  if (n != (ssize_t)sizeof(done))
    starter_lose(begun->channel);
  pthread_mutex_unlock(&asking);
  if (n == (ssize_t)sizeof(done) && done.code == 0)
    return 0;
  cleanup_close(fd);
  *fd = -1;
  if (n != (ssize_t)sizeof(done))
    return error_sys(err, failure, "the process that starts programs");
  done.err.message[sizeof(done.err.message) - 1] = '\0';
  *err = done.err;
  return -1;
}

/* ---- beginning and end ---- */

int starter_begin(struct starter *starter, struct error *err)
{
  int ends[2];

  if (starter->overflows)
    return error_set(err, ERROR_LIMIT,
                     "more than %d programs may have to be started (--sandbox=off does without "
                     "the process that starts them)",
                     STARTER_PLANS_MAX);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
    return error_sys(err, errno, "a socket to the process that starts programs");
  starter->broker = getpid();
  starter->pid = fork();
  if (starter->pid == 0) {
    close(ends[0]);
    starter_serve(starter, ends[1]);
  }
  close(ends[1]);
  if (starter->pid < 0) {
    starter->pid = 0;
    close(ends[0]);
    return error_sys(err, errno, "the process that starts programs");
  }
  starter->channel = ends[0];
  program_set_starter(starter_ask, starter);
  begun = starter;
  return 0;
}

pid_t starter_pid(const struct starter *starter)
{
  return starter->pid;
}

void starter_dismiss(const struct starter *starter)
{
  if (starter && starter->pid)
    shutdown(starter->channel, SHUT_WR);
}

void starter_free(struct starter *starter)
{
  if (!starter)
    return;
  if (starter->pid) {
    program_set_starter(NULL, NULL);
    begun = NULL;
    close(starter->channel);
    while (waitpid(starter->pid, NULL, 0) < 0 && errno == EINTR)
      ;
  }
  for (size_t i = 0; i < starter->n; i++) {
    struct starter_plan *plan = &starter->plans[i];

    starter_drop(plan->argv);
    starter_drop(plan->environment);
    free(plan->input);
    if (!plan->task)
      free(plan->context);
  }
  free(starter);
}
