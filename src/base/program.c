#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ending.h"
#include "base/macros.h"
#include "base/socket.h"

enum { PIPE_BYTES = 1024 * 1024 }; /* asked for; the system may give less */

static struct {
  int (*start)(void *context, struct program *out, const struct program_wanted *wanted);
  void *context;
} starter;

void program_set_starter(int (*start)(void *context, struct program *out,
                                      const struct program_wanted *wanted),
                         void *context)
{
  starter.start = start;
  starter.context = context;
}

static void program_close(int *fd)
{
  cleanup_close(fd);
  *fd = -1;
}

/* ---- starting ---- */

/* ours and theirs: ends of pipes or a socket. Returns an errno value. */
static int program_make_ends(const struct program_wanted *wanted, int *ours, int *theirs)
{
  int pair[2];
  const bool reads = wanted->ends == PROGRAM_READS;

  if (wanted->ends == PROGRAM_TALKS ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
                                    : pipe2(pair, O_CLOEXEC))
    return errno;
  ours[0] = pair[reads];
  theirs[0] = pair[!reads];
  if (wanted->ends != PROGRAM_WRITES)
    return 0;
  (void)fcntl(ours[0], F_SETPIPE_SZ, PIPE_BYTES);
  if (pipe2(pair, O_CLOEXEC))
    return errno;
  ours[1] = pair[0];
  theirs[1] = pair[1];
  return 0;
}

static void program_add_files(posix_spawn_file_actions_t *actions, enum program_ends ends,
                              const int *theirs)
{
  switch (ends) {
  case PROGRAM_READS:
    posix_spawn_file_actions_adddup2(actions, theirs[0], STDIN_FILENO);
    break;
  case PROGRAM_WRITES:
    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, theirs[0], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, theirs[1], STDERR_FILENO);
    break;
  case PROGRAM_TALKS:
    posix_spawn_file_actions_adddup2(actions, theirs[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(actions, theirs[0], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    break;
  }
}

/* The same by this process itself. Returns an errno value. */
static int program_put(int from, int to)
{
  int result;

  if (from < 0)
    return errno;
  result = from == to ? fcntl(to, F_SETFD, 0) : dup2(from, to);
  return result < 0 ? errno : 0;
}

static int program_put_files(enum program_ends ends, const int *theirs)
{
  int code = 0;

  switch (ends) {
  case PROGRAM_READS:
    return program_put(theirs[0], STDIN_FILENO);
  case PROGRAM_WRITES:
    code = program_put(theirs[0], STDOUT_FILENO);
    if (code == 0)
      code = program_put(theirs[1], STDERR_FILENO);
    return code ? code : program_put(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  case PROGRAM_TALKS:
    code = program_put(theirs[0], STDIN_FILENO);
    if (code == 0)
      code = program_put(theirs[0], STDOUT_FILENO);
    return code ? code : program_put(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
  }
  return EINVAL;
}

/* Returns an errno value. But for those that talk it stays in our process group, so that what ends
 * us at the terminal ends it, and so that it may ask there for a password. */
static int program_spawn(pid_t *pid, const struct program_wanted *wanted, const int *theirs)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t signals;
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  int code;

  posix_spawnattr_init(&attributes);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE); /* which this program ignores */
  sigaddset(&signals, SIGXFSZ);
  sigaddset(&signals, SIGCHLD);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  if (wanted->ends == PROGRAM_TALKS) {
    posix_spawnattr_setpgroup(&attributes, 0);
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  posix_spawnattr_setflags(&attributes, (short)flags);
  posix_spawn_file_actions_init(&actions);
  program_add_files(&actions, wanted->ends, theirs);
  code = posix_spawnp(pid, wanted->argv[0], &actions, &attributes,
                      (char *const *)(uintptr_t)wanted->argv,
                      wanted->environment ? wanted->environment : environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code;
}

/* The same in the new process: it tells an errno value if it does not become the program. */
static _Noreturn void program_become(const struct program_wanted *wanted, const int *theirs,
                                     int tell)
{
  static const int usual[] = { SIGPIPE, SIGXFSZ, SIGCHLD };
  struct sigaction action;
  sigset_t none;
  int code = program_put_files(wanted->ends, theirs);

  for (int number = 1; number < NSIG; number++)
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      signal(number, SIG_DFL);
  for (size_t i = 0; i < ARRAY_LEN(usual); i++)
    signal(usual[i], SIG_DFL);
  sigemptyset(&none);
  if (code == 0 && wanted->ends == PROGRAM_TALKS && setpgid(0, 0))
    code = errno;
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (code == 0) {
    execvpe(wanted->argv[0], (char *const *)(uintptr_t)wanted->argv,
            wanted->environment ? wanted->environment : environ);
    code = errno;
  }
  (void)!write(tell, &code, sizeof(code));
  _exit(127);
}

/* As program_spawn, by fork(2). Returns an errno value. */
static int program_fork(pid_t *pid, const struct program_wanted *wanted, const int *theirs)
{
  sigset_t all, before;
  int told[2];
  int code = 0;
  ssize_t n;

  if (pipe2(told, O_CLOEXEC))
    return errno;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  *pid = fork();
  if (*pid == 0)
    program_become(wanted, theirs, told[1]);
  if (*pid < 0)
    code = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(told[1]);
  do {
    n = code ? 0 : read(told[0], &code, sizeof(code));
  } while (n < 0 && errno == EINTR);
  close(told[0]);
  if (n == (ssize_t)sizeof(code))
    (void)!waitpid(*pid, NULL, 0);
  return code;
}

/* glibc from 2.34 on starts programs by clone3(2), which a container's filter may not know (Docker
 * before v20.10): its refusal is taken for the kernel's. */
static int program_start_process(pid_t *pid, const struct program_wanted *wanted, const int *theirs)
{
  const int code = program_spawn(pid, wanted, theirs);

  return code == EPERM ? program_fork(pid, wanted, theirs) : code;
}

/* It may end without having read; what it then answers counts all the same. */
static void program_give_input(int socket, const char *input)
{
  (void)!send(socket, input, strlen(input), MSG_NOSIGNAL);
  shutdown(socket, SHUT_WR);
}

int program_start_here(struct program *out, const struct program_wanted *wanted)
{
  int theirs[2] = { -1, -1 };
  pid_t pid = 0;
  int code;

  *out = PROGRAM_NONE;
  code = program_make_ends(wanted, out->ends, theirs);
  if (code == 0) {
    ending_hold();
    code = program_start_process(&pid, wanted, theirs);
    out->group = wanted->ends == PROGRAM_TALKS;
    if (code == 0 && wanted->ends != PROGRAM_READS)
      out->ending = ending_add_process(out->group ? -pid : pid);
    ending_release();
  }
  program_close(&theirs[0]);
  program_close(&theirs[1]);
  if (code == 0) {
    out->pid = pid;
    if (wanted->input)
      program_give_input(out->ends[0], wanted->input);
    return 0;
  }
  program_close(&out->ends[0]);
  program_close(&out->ends[1]);
  return code;
}

int program_start(struct program *out, const struct program_wanted *wanted)
{
  if (!starter.start)
    return program_start_here(out, wanted);
  *out = PROGRAM_NONE;
  return starter.start(starter.context, out, wanted);
}

/* ---- its end ---- */

bool program_runs(const struct program *program)
{
  return program->pid > 0 || program->life >= 0;
}

bool program_has_ended(const struct program *program)
{
  siginfo_t info = { 0 };
  char byte;

  if (program->life >= 0)
    return recv(program->life, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EINTR);
  return waitid(P_PID, (id_t)program->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == program->pid;
}

/* Who started it tells its status, or is dead: then nobody knows, which is no good end. */
static bool program_hear(struct program *program, bool block)
{
  int status;
  const ssize_t n =
      socket_receive_message(program->life, &status, sizeof(status), block ? 0 : MSG_DONTWAIT);

  if (n < 0 && errno == EAGAIN)
    return false;
  program->status = n == (ssize_t)sizeof(status) ? status : SIGKILL;
  program_close(&program->life);
  return true;
}

bool program_wait(struct program *program, bool block)
{
  pid_t done;

  if (program->life >= 0)
    return program_hear(program, block);
  do {
    done = waitpid(program->pid, &program->status, block ? 0 : WNOHANG);
  } while (done < 0 && errno == EINTR);
  if (done == 0)
    return false;
  ending_forget(program->ending);
  program->ending = -1;
  if (done != program->pid)
    program->status = SIGKILL; /* nobody knows */
  program->pid = 0;
  return true;
}

void program_signal(const struct program *program, int number)
{
  const char byte = (char)number;

  if (program->life >= 0)
    (void)!send(program->life, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  else if (program->pid > 0)
    kill(program->group ? -program->pid : program->pid, number);
}
