#include "net/auth/credential_helper.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/program.h"
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

/* Up to the end of its output or its own end, whichever is first: what it has started may go on,
 * and keep the output open. */
static int read_answer(const struct program *program, int64_t deadline, struct buf *out,
                       struct error *err)
{
  const int fd = program->ends[0];
  char bytes[4096];
  ssize_t n = 1;

  while (n > 0) {
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    int64_t left = deadline - clock_ms();
    bool ended = program_has_ended(program);
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
static int credential_helper_reap(struct program *program, int64_t deadline, bool kill_now)
{
  const struct timespec pause = { 0, 5 * 1000000 };

  for (;;) {
    if (kill_now || clock_ms() > deadline)
      program_signal(program, SIGKILL);
    if (program_wait(program, kill_now))
      return WIFEXITED(program->status) ? WEXITSTATUS(program->status) : -1;
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

static char *credential_helper_name(const char *name)
{
  return xasprintf("docker-credential-%s", name);
}

static char *credential_helper_input(const char *server)
{
  return xasprintf("%s\n", server);
}

void credential_helper_allow(const char *name, const char *server, struct starter *starter)
{
  AUTO_FREE char *program = credential_helper_name(name);
  AUTO_FREE char *input = credential_helper_input(server);
  const char *const argv[] = { program, "get", NULL };
  const struct program_wanted wanted = { argv, NULL, PROGRAM_TALKS, input };

  if (is_name(name))
    starter_allow(starter, &wanted, NULL, NULL);
}

static int talk(const char *program, const char *server, int64_t deadline, struct buf *answer,
                int *status, struct error *err)
{
  AUTO_FREE char *input = credential_helper_input(server);
  const char *const argv[] = { program, "get", NULL };
  const struct program_wanted wanted = { argv, NULL, PROGRAM_TALKS, input };
  struct program runs;
  const int code = program_start(&runs, &wanted);
  int result;

  *status = -1;
  if (code == ENOENT)
    return 0;
  if (code)
    return error_sys(err, code, "starting it");
  result = read_answer(&runs, deadline, answer, err);
  *status = credential_helper_reap(&runs, deadline, result < 0);
  close(runs.ends[0]);
  return result < 0 ? -1 : 1;
}

int credential_helper_get(const char *name, const char *server, unsigned timeout_seconds,
                          struct credential *out, struct error *err)
{
  AUTO_FREE char *program = credential_helper_name(name);
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
