#include "worker/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ending.h"
#include "base/tempfile.h"
#include "worker/broker.h"
#include "worker/buried.h"
#include "worker/client.h"
#include "worker/scribe.h"

enum { KEEP_MAX = 8 };

/* ---- the confined process ---- */

/* Nothing of what the broker has open; no input from the terminal either. */
static int worker_leave_open(const struct worker_job *job, int channel, const struct scribe *scribe,
                             struct error *err)
{
  int keep[1 + CONFINE_DIRECTORIES_MAX + KEEP_MAX + REPORT_DIR_SOCKETS];
  size_t n = 0;

  if (confine_put_nothing(STDIN_FILENO))
    return error_sys(err, errno, "standard input cannot be closed");
  keep[n++] = channel;
  for (size_t i = 0; i < job->confine->n_directories; i++)
    keep[n++] = job->confine->directories[i];
  for (size_t i = 0; i < job->n_keep && i < KEEP_MAX; i++)
    keep[n++] = job->keep[i];
  for (size_t i = 0; job->report_dir && i < REPORT_DIR_SOCKETS; i++)
    keep[n++] = scribe->sockets[i];
  return confine_close_others(keep, n, err);
}

void worker_load_libraries(void)
{
  (void)digest_of(DIGEST_SHA256, "", 0);
  (void)digest_of(DIGEST_SHA512, "", 0);
}

static int worker_refused(struct error *err)
{
  return error_wrap(err, "the process that parses images cannot be confined (--sandbox=off does "
                         "without)");
}

static int worker_enter(const struct worker_job *job, int channel, const struct scribe *scribe,
                        struct error *err)
{
  struct confine_wanted confine = *job->confine;

  worker_load_libraries();
  if (worker_leave_open(job, channel, scribe, err))
    return worker_refused(err);
  if (job->prepare && job->prepare(job->context, &confine, err))
    return -1;
  confine_forget_environment(NULL, 0);
  return confine_enter(&confine, job->support, err) ? worker_refused(err) : 0;
}

static void worker_is_quiet(void *context)
{
  (void)context;
}

static int worker_work(const struct worker_job *job, struct client *client, struct error *err)
{
  const struct worker_user user = { job->quiet ? client_quiet : worker_is_quiet,
                                    job->warn ? client_warn : NULL, client_page,
                                    job->options->fetch ? client_fetch : NULL, client };
  struct source *sources[WIRE_SIDES] = { NULL };
  size_t n = 0;
  int status = -1;

  while (n < job->n_arguments) {
    sources[n] = client_source(client, (int)n, &job->arguments[n], job->options, err);
    if (!sources[n])
      break;
    n++;
  }
  if (n == job->n_arguments)
    status = job->run(job->context, sources, &user, err);
  for (size_t i = 0; i < n; i++)
    source_free(sources[i]);
  client_page(client, false);
  return status;
}

static _Noreturn void worker_be_confined(const struct worker_job *job, pid_t broker, int channel,
                                         const struct scribe *scribe, struct worker_note *note)
{
  struct client client;
  struct outfile_keeper keeper = { client_output, client_commit, client_clear,
                                   job->report_dir ? scribe->sockets : NULL, &client };
  struct error err;
  int status = -1;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != broker)
    _exit(EXIT_FAILURE);
  client_init(&client, channel, note);
  tempfile_set_opener(client_temporary, &client);
  outfile_set_keeper(&keeper);
  if (worker_enter(job, channel, scribe, &err) == 0)
    status = worker_work(job, &client, &err);
  fflush(NULL);
  scribe_leave(scribe, job); /* so that both end at once */
  client_end(&client, status, &err);
  _exit(EXIT_SUCCESS);
}

/* ---- the broker ---- */

/* " while it read blob sha256:… of A and blob sha256:… of B" */
static void worker_add_note(const struct worker_job *job, const struct worker_note *note,
                            char *text, size_t size)
{
  size_t len = 0;

  text[0] = '\0';
  for (size_t side = 0; side < job->n_arguments; side++) {
    struct digest digest = note->last[side];
    char written[DIGEST_MAX_TEXT];

    if (digest.algorithm != DIGEST_SHA256 && digest.algorithm != DIGEST_SHA512)
      continue;
    snprintf(text + len, size - len, "%s blob %s of input %zu (%.200s)",
             len ? " and" : " while it read", digest_format(&digest, written), side,
             job->arguments[side].text);
    len += strlen(text + len);
  }
}

static const char worker_name[] = "the process that parses images";

/* It has said all that it has to say, or is dead, or was taken over. 0: it has ended as it should.
 */
static int worker_bury(const struct worker_job *job, pid_t pid, bool said_how,
                       const struct death_watch *watch, const struct worker_note *note,
                       struct error *err)
{
  char reading[1024];

  if (!said_how)
    death_let_end(pid);
  kill(pid, SIGKILL);
  worker_add_note(job, note, reading, sizeof(reading));
  return buried_wait(pid, watch, worker_name, reading, err);
}

static int worker_broke(const struct worker_job *job, pid_t pid, int channel, struct scribe *scribe,
                        const struct worker_note *note, struct error *err)
{
  const pid_t children[] = { pid, scribe->pid };
  struct broker broker;
  struct progress *progress = NULL;
  struct death_watch watch;
  struct error ended;
  int result;
  int ending;
  int status = -1;

  death_watch(&watch, job->confine->limits.cpu_seconds, "");
  broker_init(&broker, job, channel);
  broker.scribe = scribe;
  ending = ending_add_confined(pid);
  result = job->begun ? job->begun(job->context, children, scribe->pid ? 2 : 1, &progress, err) : 0;
  if (progress)
    progress_watch(progress, &note->progress);
  if (result == 0)
    result = broker_serve(&broker, &status, err);
  if (result > 0 && job->over && !broker.pages)
    job->over(job->context);
  close(channel);
  if (worker_bury(job, pid, result != 0, &watch, note, &ended) == 0)
    error_set(&ended, ERROR_IO, "%s ended without a word", worker_name);
  ending_forget(ending);
  if (broker.pages)
    job->page(job->context, false);
  if (progress)
    progress_watch(progress, NULL);
  if (result == 0)
    *err = ended;
  if (result <= 0)
    status = -1;
  /* What it said of a report that nobody has written is not to be believed. */
  if (scribe_end(scribe, &watch, &ended) && result > 0) {
    *err = ended;
    status = -1;
  }
  broker_drop_outputs(&broker);
  if (!broker_wait(&broker))
    job->give_up(job->context, status, err);
  broker_release(&broker);
  return status;
}

/* With the process that compares, which waits for what it is to be given. */
static int worker_begin(const struct worker_job *job, pid_t pid, int channel, struct scribe *scribe,
                        struct worker_note *note, struct error *err)
{
  madvise(note, sizeof(*note), MADV_DONTFORK); /* no other is to write there */
  if (scribe_start(scribe, job, err) == 0)
    return worker_broke(job, pid, channel, scribe, note, err);
  close(channel);
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  return -1;
}

int worker_run(const struct worker_job *job, struct error *err)
{
  struct worker_note *note =
      mmap(NULL, sizeof(*note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const pid_t broker = getpid();
  struct scribe scribe;
  int ends[2];
  int status;
  pid_t pid;

  if (note == MAP_FAILED)
    return error_sys(err, errno, "memory that two processes share");
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
    munmap(note, sizeof(*note));
    return error_sys(err, errno, "a socket to the process that parses images");
  }
  if (scribe_connect(&scribe, job, err)) {
    close(ends[0]);
    close(ends[1]);
    munmap(note, sizeof(*note));
    return -1;
  }
  fflush(NULL);
  pid = fork();
  if (pid == 0) {
    close(ends[0]);
    worker_be_confined(job, broker, ends[1], &scribe, note);
  }
  close(ends[1]);
  if (pid > 0) {
    status = worker_begin(job, pid, ends[0], &scribe, note, err);
  } else {
    status = error_sys(err, errno,
                       "the process that parses images cannot be started "
                       "(--sandbox=off does without)");
    close(ends[0]);
    scribe_drop(&scribe);
  }
  munmap(note, sizeof(*note));
  return status;
}
