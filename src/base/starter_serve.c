#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine/confine.h"
#include "base/macros.h"
#include "base/socket.h"
#include "base/starter_plans.h"

enum {
  RUNNING_MAX = 32,   /* programs at once */
  PATIENCE_MS = 3000, /* between asking a program to end and ending it */
};

struct running {
  struct program program; /* not running: the place is free */
  int life;
  enum program_ends ends;
};

struct serving {
  const struct starter *starter;
  int channel;
  struct running running[RUNNING_MAX];
  pid_t task; /* the process that does one; 0: none does */
};

/* Who asks waits for an answer: where there can be none, nothing more is asked. */
static void serve_refuse(int channel, int code)
{
  const struct starter_answer answer = { code };

  if (socket_send_with(channel, &answer, sizeof(answer), -1) < 0)
    shutdown(channel, SHUT_RDWR);
}

static struct running *serve_place(struct serving *serving)
{
  for (size_t i = 0; i < RUNNING_MAX; i++)
    if (!program_runs(&serving->running[i].program))
      return &serving->running[i];
  return NULL;
}

/* Its ends are theirs from here on. */
static void serve_hand_over(int channel, struct running *one, int life)
{
  const int ends[] = { life, one->program.ends[0], one->program.ends[1] };
  const size_t n = 1 + starter_ends(one->ends);
  const struct starter_answer answer = { 0 };
  size_t sent = 0;

  while (sent < n && socket_send_with(channel, &answer, sizeof(answer), ends[sent]) >= 0)
    sent++;
  if (sent < n)
    serve_refuse(channel, errno);
  for (size_t i = 1; i < n; i++)
    close(ends[i]);
}

static void serve_start(struct serving *serving, const struct program_wanted *wanted)
{
  struct running *one = serve_place(serving);
  int life[2];
  int code = one ? 0 : EAGAIN;

  if (code == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, life))
    code = errno;
  if (code) {
    serve_refuse(serving->channel, code);
    return;
  }
  code = program_start_here(&one->program, wanted);
  if (code) {
    serve_refuse(serving->channel, code);
    close(life[0]);
  } else {
    one->life = life[0];
    one->ends = wanted->ends;
    serve_hand_over(serving->channel, one, life[1]);
  }
  close(life[1]);
}

/* Where there can be no answer, nothing more is asked. */
static void serve_done(int channel, const struct starter_done *done, int fd)
{
  if (socket_send_with(channel, done, sizeof(*done), fd) < 0)
    shutdown(channel, SHUT_RDWR);
}

/* Who asked for it may be gone before it is done, and somebody else begin the same: so it is then
 * ended where it is, with this process. */
static void serve_do(const struct serving *serving, const struct starter_plan *plan, pid_t parent)
{
  struct starter_done done = { .code = -1 };
  int fd = -1;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(EXIT_FAILURE);
  done.code = plan->task(plan->context, &fd, &done.err);
  prctl(PR_SET_PDEATHSIG, 0);
  serve_done(serving->channel, &done, fd);
  cleanup_close(&fd);
}

/* Of the process that was at one, if it has ended; or it is waited for. */
static void serve_reap_task(struct serving *serving, bool block)
{
  int status = 0;

  if (!serving->task || waitpid(serving->task, &status, block ? 0 : WNOHANG) != serving->task)
    return;
  serving->task = 0;
  if (status)
    shutdown(serving->channel, SHUT_RDWR); /* it may have given no answer */
}

static bool serve_any_runs(const struct serving *serving)
{
  for (size_t i = 0; i < RUNNING_MAX; i++)
    if (program_runs(&serving->running[i].program))
      return true;
  return false;
}

/* In a process of its own where programs run, which this one has to see to, also when that is
 * killed. */
static void serve_task(struct serving *serving, const struct starter_plan *plan)
{
  const pid_t parent = getpid();
  struct starter_done done = { .code = -1 };

  serve_reap_task(serving, true); /* it has answered, and is about to end */
  if (!serve_any_runs(serving)) {
    serve_do(serving, plan, serving->starter->broker);
    return;
  }
  serving->task = fork();
  if (serving->task == 0) {
    serve_do(serving, plan, parent);
    _exit(EXIT_SUCCESS);
  }
  if (serving->task > 0)
    return;
  serving->task = 0;
  error_sys(&done.err, errno, "a process");
  serve_done(serving->channel, &done, -1);
}

/* Whether there may be more. */
static bool serve_request(struct serving *serving)
{
  char bytes[STARTER_REQUEST_MAX + 1];
  const char *argv[STARTER_ARGV_MAX];
  struct program_wanted wanted;
  const ssize_t n = recv(serving->channel, bytes, sizeof(bytes) - 1, MSG_TRUNC | MSG_DONTWAIT);
  int number;

  if (n <= 0)
    return n < 0 && (errno == EAGAIN || errno == EINTR);
  if (n > STARTER_REQUEST_MAX) {
    serve_refuse(serving->channel, E2BIG);
    return true;
  }
  bytes[n] = '\0';
  number =
      starter_read_request(serving->starter, bytes, (size_t)n, &wanted, argv, STARTER_ARGV_MAX);
  if (number < 0)
    serve_refuse(serving->channel, EPERM);
  else if (serving->starter->plans[number].task)
    serve_task(serving, &serving->starter->plans[number]);
  else
    serve_start(serving, &wanted);
  return true;
}

/* What is asked of one that runs; nobody asks any more where the other end is closed. */
static void serve_signal(struct running *one)
{
  char number;
  const ssize_t n = recv(one->life, &number, 1, MSG_DONTWAIT);

  if (n > 0 && (number == SIGTERM || number == SIGKILL))
    program_signal(&one->program, number);
  if (n != 0)
    return;
  cleanup_close(&one->life);
  one->life = -1;
  if (one->ends != PROGRAM_READS)
    program_signal(&one->program, SIGTERM);
}

static void serve_reap(struct serving *serving)
{
  serve_reap_task(serving, false);
  for (size_t i = 0; i < RUNNING_MAX; i++) {
    struct running *one = &serving->running[i];

    if (!program_runs(&one->program) || !program_wait(&one->program, false))
      continue;
    if (one->life >= 0)
      (void)!socket_send(one->life, &one->program.status, sizeof(one->program.status));
    cleanup_close(&one->life);
    one->program = PROGRAM_NONE;
    one->life = -1;
  }
}

/* Waits until something is asked or has ended, and serves it. Whether there may be more. No more is
 * waited for than is open: poll(2) takes no more than this process may have open. */
static bool serve_once(struct serving *serving, const sigset_t *meanwhile)
{
  struct pollfd polled[1 + RUNNING_MAX] = { { .fd = serving->channel, .events = POLLIN } };
  struct running *asked[1 + RUNNING_MAX] = { NULL };
  nfds_t n = 1;

  for (size_t i = 0; i < RUNNING_MAX; i++)
    if (serving->running[i].life >= 0) {
      asked[n] = &serving->running[i];
      polled[n++] = (struct pollfd) { .fd = serving->running[i].life, .events = POLLIN };
    }
  if (ppoll(polled, n, NULL, meanwhile) < 0)
    return errno == EINTR;
  for (nfds_t i = 1; i < n; i++)
    if (polled[i].revents)
      serve_signal(asked[i]);
  return !polled[0].revents || serve_request(serving);
}

static bool serve_any_left(struct serving *serving)
{
  bool any = false;

  serve_reap(serving);
  for (size_t i = 0; i < RUNNING_MAX; i++)
    any = any ||
          (program_runs(&serving->running[i].program) && serving->running[i].ends != PROGRAM_READS);
  return any;
}

static void serve_signal_all(const struct serving *serving, int number)
{
  for (size_t i = 0; i < RUNNING_MAX; i++)
    if (serving->running[i].ends != PROGRAM_READS)
      program_signal(&serving->running[i].program, number);
}

/* Nobody is there any more who wants what they do. Programs that end when they are asked to are not
 * waited for longer than that takes; others may have something to clean up. Whoever reads what this
 * process could write need not wait for that. */
static void serve_end(struct serving *serving)
{
  const struct timespec pause = { 0, 5 * 1000000 };
  const int64_t deadline = clock_ms() + PATIENCE_MS;

  if (serving->task)
    kill(serving->task, SIGKILL);
  serve_reap_task(serving, true);
  if (!serve_any_left(serving))
    return;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    (void)!confine_put_nothing(fd);
  serve_signal_all(serving, SIGTERM);
  while (serve_any_left(serving) && clock_ms() < deadline)
    nanosleep(&pause, NULL);
  serve_signal_all(serving, SIGKILL);
}

static void serve_nothing(int number)
{
  (void)number;
}

/* What ends the program at the terminal reaches this process too, which ends with the other one
 * instead; blocked, and not ignored, a program that it starts has it as ever. */
static void serve_block(sigset_t *meanwhile)
{
  static const int numbers[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE };
  struct sigaction action = { .sa_handler = serve_nothing };
  sigset_t blocked;

  sigemptyset(&action.sa_mask);
  sigaction(SIGCHLD, &action, NULL);
  sigemptyset(&blocked);
  for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
    sigaddset(&blocked, numbers[i]);
  *meanwhile = blocked;
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static void serve_close(const struct starter *starter, int channel)
{
  int keep[1 + STARTER_PLANS_MAX] = { channel };
  size_t n = 1;
  struct error err;

  for (size_t i = 0; i < starter->n; i++)
    if (starter->plans[i].task && starter->plans[i].keep >= 0)
      keep[n++] = starter->plans[i].keep;
  if (confine_close_others(keep, n, &err))
    _exit(EXIT_FAILURE);
}

_Noreturn void starter_serve(const struct starter *starter, int channel)
{
  struct serving serving = { .starter = starter, .channel = channel };
  sigset_t meanwhile;

  serve_block(&meanwhile);
  prctl(PR_SET_DUMPABLE, 0); /* what it holds is nobody's, though they have the same user */
  for (size_t i = 0; i < RUNNING_MAX; i++)
    serving.running[i] = (struct running) { PROGRAM_NONE, -1, PROGRAM_WRITES };
  serve_close(starter, channel);
  while (serve_once(&serving, &meanwhile))
    serve_reap(&serving);
  serve_end(&serving);
  _exit(EXIT_SUCCESS);
}
