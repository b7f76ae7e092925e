#include "net/auth/credential_helper.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ending.h"
#include "base/log.h"
#include "image/json.h"

enum { ANSWER_MAX = 256 * 1024, NAME_MAX_LEN = 128, LOOK_MS = 50 };

/* A part of a program's name, and nothing else. */
static bool is_name(const char *name)
{
  for (const char *c = name; *c; c++) {
    if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
      return false;
  }
  return *name && strlen(name) <= NAME_MAX_LEN;
}

/* Starts the program with the socket as both its input and its output. Returns an errno value. */
static int credential_helper_start(const char *program, int socket, pid_t *pid)
{
  char *argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t) "get", NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  int code;

  sigemptyset(&none);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  /* A group of its own, so that what it started ends with it. */
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, 0);
  posix_spawn_file_actions_adddup2(&actions, socket, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  code = posix_spawnp(pid, program, &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code;
}

static bool has_ended(pid_t pid)
{
  siginfo_t info = { 0 };

  return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Up to the end of its output or its own end, whichever is first: what it has started may go on,
 * and keep the output open. */
static int read_answer(int fd, pid_t pid, int64_t deadline, struct buf *out, struct error *err)
{
  char bytes[4096];
  ssize_t n = 1;

  while (n > 0) {
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    int64_t left = deadline - clock_ms();
    bool ended = has_ended(pid);
    int found;

    if (left <= 0)
      return error_set(err, ERROR_TIMEOUT, "no answer in time");
    found = poll(&ready, 1, ended ? 0 : (int)MIN_OF(left, (int64_t)LOOK_MS));
    if (found == 0 && ended)
      break;
    if (found == 0)
      continue;
    n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
      n = 1;
      continue;
    }
    if (n > 0)
      buf_add(out, bytes, (size_t)n);
    if (out->overflow)
      return error_set(err, ERROR_LIMIT, "an answer of more than %d bytes", ANSWER_MAX);
  }
  explicit_bzero(bytes, sizeof(bytes));
  return 0;
}

/* Waits for the program, which has closed its output; kills it if it stays. Its exit status. */
static int credential_helper_reap(pid_t pid, int64_t deadline, bool kill_now)
{
  const struct timespec pause = { 0, 5 * 1000000 };
  int status = 0;

  for (;;) {
    pid_t done;

    if (kill_now || clock_ms() > deadline)
      kill(-pid, SIGKILL);
    done = waitpid(pid, &status, kill_now ? 0 : WNOHANG);
    if (done == pid)
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (done < 0 && errno != EINTR)
      return -1;
    nanosleep(&pause, NULL);
  }
}

int credential_helper_parse(struct str answer, struct credential *out, struct error *err)
{
  struct error detail;
  AUTO_JSON json = json_parse(answer, &detail);
  const char *user;
  const char *secret;

  if (!json || !json_is_object(json) || json_get_string(json, "Username", &user, &detail) < 0 ||
      json_get_string(json, "Secret", &secret, &detail) < 0)
    return error_set(err, ERROR_CORRUPT,
                     "expected a JSON object with Username and Secret as its answer");
  if (!*secret)
    return 0;
  out->identity = strcmp(user, "<token>") == 0;
  out->user = xstrdup(out->identity ? "" : user);
  out->secret = xstrdup(secret);
  return 1;
}

static int talk(const char *program, const char *server, int64_t deadline, struct buf *answer,
                int *status, struct error *err)
{
  AUTO_CLOSE int ours = -1;
  AUTO_CLOSE int theirs = -1;
  int pair[2];
  int ending;
  pid_t pid;
  int code;
  int result;

  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    return error_sys(err, errno, "socketpair");
  ours = pair[0];
  theirs = pair[1];
  ending_hold();
  code = credential_helper_start(program, theirs, &pid);
  ending = code ? -1 : ending_add_process(-pid);
  ending_release();
  if (code == ENOENT) {
    *status = -1;
    return 0;
  }
  if (code)
    return error_sys(err, code, "starting it");
  close(theirs);
  theirs = -1;
  /* It may exit without having read; what it then answers counts all the same. */
  (void)!send(ours, server, strlen(server), MSG_NOSIGNAL);
  (void)!send(ours, "\n", 1, MSG_NOSIGNAL);
  shutdown(ours, SHUT_WR);
  result = read_answer(ours, pid, deadline, answer, err);
  *status = credential_helper_reap(pid, deadline, result < 0);
  ending_forget(ending);
  return result < 0 ? -1 : 1;
}

int credential_helper_get(const char *name, const char *server, unsigned timeout_seconds,
                          struct credential *out, struct error *err)
{
  AUTO_FREE char *program = xasprintf("docker-credential-%s", name);
  struct buf answer = BUF_INIT(ANSWER_MAX);
  int status = 0;
  int result;

  if (!is_name(name))
    return error_set(err, ERROR_CORRUPT, "credential helper \"%.200s\": not a name", name);
  result =
      talk(program, server, clock_ms() + (int64_t)timeout_seconds * 1000, &answer, &status, err);
  if (result == 0) {
    log_debug("credentials: %s is not installed", program);
    free(out->missing);
    out->missing = steal_pointer(&program);
  } else if (result > 0 && status == 0) {
    result = credential_helper_parse(buf_str(&answer), out, err);
  } else if (result > 0 && answer.len && strstr(answer.ptr, "credentials not found")) {
    result = 0;
  } else if (result > 0) {
    result = error_set(err, ERROR_AUTH, "exit status %d", status);
  }
  if (result < 0)
    error_wrap(err, "%s", program);
  if (answer.ptr)
    explicit_bzero(answer.ptr, answer.len);
  buf_release(&answer);
  return result;
}
