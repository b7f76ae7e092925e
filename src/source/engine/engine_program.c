#include "source/engine/engine_program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/path.h"
#include "base/program.h"
#include "source/engine/engine_words.h"

enum {
  WORDS_MAX = 4096,   /* of what the program says, the last bytes */
  PATIENCE_MS = 3000, /* between asking a program to end and ending it */
  READ_BLOCK = 64 * 1024,
};

struct engine_program {
  struct program runs;
  int out;  /* its standard output; -1: at its end */
  int said; /* its standard error; -1: at its end */
  int timeout_ms;
  char *title;           /* "docker save", for messages */
  char words[WORDS_MAX]; /* the last it has said */
  size_t n_words;
  bool words_cut;
};

struct output_stream {
  struct stream base;
  struct engine_program *program;
};

static void close_fd(int *fd)
{
  cleanup_close(fd);
  *fd = -1;
}

/* Its words up to the first that is a flag, but the path of the program. */
static char *title_of(const char *const *argv)
{
  AUTO_BUF text = BUF_INIT(256);

  buf_puts(&text, path_name_of(argv[0]));
  for (size_t i = 1; argv[i] && argv[i][0] != '-'; i++)
    buf_printf(&text, " %s", argv[i]);
  return buf_detach(&text);
}

static int cannot_start(const char *name, const char *variable, int code, struct error *err)
{
  if (code == ENOENT || code == ENOTDIR)
    return error_set(err, ERROR_NOT_FOUND,
                     "there is no program \"%.200s\": install it, or let $%s name another", name,
                     variable);
  return error_sys(err, code, "the program \"%.200s\" ($%s names another) cannot be run", name,
                   variable);
}

static int start(struct engine_program *program, const char *const *argv, const char *variable,
                 struct error *err)
{
  const struct program_wanted wanted = { .argv = argv, .ends = PROGRAM_WRITES };
  const int code = program_start(&program->runs, &wanted);

  if (code == EMFILE || code == ENFILE)
    return error_sys(err, code, "a pipe");
  if (code)
    return cannot_start(argv[0], variable, code, err);
  program->out = program->runs.ends[0];
  program->said = program->runs.ends[1];
  return 0;
}

struct engine_program *engine_program_start(const char *const *argv, const char *variable,
                                            unsigned timeout_seconds, struct error *err)
{
  struct engine_program *program = xcalloc(1, sizeof(*program));

  program->runs = PROGRAM_NONE;
  program->out = program->said = -1;
  program->timeout_ms = (int)MIN_OF((uint64_t)timeout_seconds * 1000, (uint64_t)INT32_MAX);
  program->title = title_of(argv);
  log_debug("running %s", program->title);
  if (start(program, argv, variable, err) < 0) {
    engine_program_free(program);
    return NULL;
  }
  return program;
}

static void keep_words(struct engine_program *program, const char *bytes, size_t n)
{
  size_t keep = MIN_OF(program->n_words, WORDS_MAX - MIN_OF(n, (size_t)WORDS_MAX));

  if (n > WORDS_MAX) {
    bytes += n - WORDS_MAX;
    n = WORDS_MAX;
    program->words_cut = true;
  }
  program->words_cut |= keep < program->n_words;
  memmove(program->words, program->words + program->n_words - keep, keep);
  memcpy(program->words + keep, bytes, n);
  program->n_words = keep + n;
}

/* Takes what it has said so far, of which there is some, or the end. */
static void listen_once(struct engine_program *program)
{
  char bytes[WORDS_MAX];
  ssize_t n = read(program->said, bytes, sizeof(bytes));

  if (n > 0)
    keep_words(program, bytes, (size_t)n);
  else if (n == 0 || errno != EINTR)
    close_fd(&program->said);
}

static int timed_out(const struct engine_program *program, const char *what, struct error *err)
{
  return error_set(
      err, ERROR_TIMEOUT,
      "%s: %s for %d seconds (does the daemon answer? $DIFFOCI_ENGINE_TIMEOUT sets how "
      "many to wait)",
      program->title, what, program->timeout_ms / 1000);
}

/* Waits for bytes of its output until the deadline, and listens. 0: there are some, or its end. */
static int wait_output(struct engine_program *program, int64_t deadline, struct error *err)
{
  for (;;) {
    struct pollfd ready[] = {
      { .fd = program->out, .events = POLLIN },
      { .fd = program->said, .events = POLLIN }, /* passed over if -1 */
    };
    int64_t left = deadline - clock_ms();
    int n = poll(ready, ARRAY_LEN(ready), (int)MAX_OF(left, INT64_C(0)));

    if (n < 0 && errno != EINTR)
      return error_sys(err, errno, "poll");
    if (n <= 0 && left <= 0)
      return timed_out(program, "wrote nothing", err);
    if (n <= 0)
      continue;
    if (ready[1].revents)
      listen_once(program);
    if (ready[0].revents)
      return 0;
    if (left <= 0)
      return timed_out(program, "wrote nothing", err);
  }
}

static ssize_t engine_program_read(struct engine_program *program, void *buffer, size_t size,
                                   struct error *err)
{
  int64_t deadline = clock_ms() + program->timeout_ms;
  ssize_t n;

  if (program->out < 0)
    return 0;
  do {
    if (wait_output(program, deadline, err) < 0)
      return -1;
    n = read(program->out, buffer, size);
  } while (n < 0 && errno == EINTR);
  if (n < 0)
    return error_sys(err, errno, "%s: reading what it writes", program->title);
  if (n == 0)
    close_fd(&program->out);
  return n;
}

static ssize_t output_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  return engine_program_read(((struct output_stream *)stream)->program, buffer, size, err);
}

static void output_close(struct stream *stream)
{
  cleanup_free(&stream);
}

struct stream *engine_program_output(struct engine_program *program)
{
  static const struct stream_ops ops = { output_read, output_close };
  struct output_stream *output = xcalloc(1, sizeof(*output));

  *output = (struct output_stream) { { &ops }, program };
  return &output->base;
}

bool engine_program_is_at_end(const struct engine_program *program)
{
  return program->out < 0;
}

/* Takes what is left of its words. Something that it started may still hold the other end. */
static void listen_to_the_end(struct engine_program *program)
{
  struct pollfd ready = { .fd = program->said, .events = POLLIN };

  for (int i = 0; i < 64 && program->said >= 0 && poll(&ready, 1, 0) > 0; i++)
    listen_once(program);
}

static int wait_end(struct engine_program *program, struct error *err)
{
  int64_t deadline = clock_ms() + program->timeout_ms;
  int pause = 0; /* ms */

  while (!program_wait(&program->runs, false)) {
    struct pollfd ready = { .fd = program->said, .events = POLLIN };

    if (clock_ms() > deadline)
      return timed_out(program, "closed its output, but did not end", err);
    /* The end of its words mostly means its own; then it is not long. */
    if (poll(&ready, 1, program->said < 0 ? pause : 20) <= 0) {
      pause = MIN_OF(pause + 1, 20);
      continue;
    }
    listen_once(program);
  }
  listen_to_the_end(program);
  return 0;
}

int engine_program_finish(struct engine_program *program, struct error *err)
{
  struct str words;
  AUTO_FREE char *lead = NULL;
  int status;

  if (program_runs(&program->runs) && wait_end(program, err) < 0)
    return -1;
  status = program->runs.status;
  words = (struct str) { program->words, program->n_words };
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return 0;
  if (WIFSIGNALED(status))
    lead = xasprintf("%s was ended by signal %d (%s)", program->title, WTERMSIG(status),
                     strsignal(WTERMSIG(status)));
  else if (words.len)
    lead = xstrdup(program->title);
  else
    lead = xasprintf("%s ended with status %d", program->title, WEXITSTATUS(status));
  return engine_words_error(err, lead, words, program->words_cut);
}

int engine_program_read_all(struct engine_program *program, struct buf *out, struct error *err)
{
  AUTO_FREE char *block = xmalloc(READ_BLOCK);
  ssize_t n;

  while ((n = engine_program_read(program, block, READ_BLOCK, err)) > 0) {
    buf_add(out, block, (size_t)n);
    if (out->overflow)
      return error_set(err, ERROR_LIMIT, "%s: an answer of more than %zu bytes", program->title,
                       out->max);
  }
  return n < 0 ? -1 : engine_program_finish(program, err);
}

/* Asks the program to end, and ends it if it does not. */
static void end(struct engine_program *program)
{
  const struct timespec pause = { 0, 5 * 1000000 };
  int64_t deadline = clock_ms() + PATIENCE_MS;

  /* What it still writes finds nobody. */
  close_fd(&program->out);
  close_fd(&program->said);
  program_signal(&program->runs, SIGTERM);
  while (!program_wait(&program->runs, false)) {
    if (clock_ms() > deadline) {
      program_signal(&program->runs, SIGKILL);
      program_wait(&program->runs, true);
      return;
    }
    nanosleep(&pause, NULL);
  }
}

void engine_program_free(struct engine_program *program)
{
  if (!program)
    return;
  if (program_runs(&program->runs))
    end(program);
  close_fd(&program->out);
  close_fd(&program->said);
  free(program->title);
  free(program);
}
