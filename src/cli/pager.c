#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/terminal.h"

/* A plain word, the name of a program, as opposed to something for the shell to make sense of. */
static bool is_plain(const char *word, size_t len)
{
  static const char special[] = "|&;<>()$`\\\"' \t\n*?[#~=%";

  return len > 0 && strcspn(word, special) >= len;
}

static bool is_program_at(const char *directory, size_t directory_len, const char *name,
                          size_t name_len)
{
  AUTO_FREE char *path = xasprintf("%.*s%s%.*s", (int)directory_len, directory,
                                   directory_len ? "/" : "", (int)name_len, name);

  return access(path, X_OK) == 0;
}

/* Whether the first word of a command is a program that is there. What only a shell can tell counts
 * as there. */
static bool is_there(const char *command)
{
  const size_t len = strcspn(command, " \t");
  const char *path = getenv("PATH");

  if (!is_plain(command, len))
    return true;
  if (memchr(command, '/', len))
    return is_program_at("", 0, command, len);
  for (path = path ? path : "/usr/bin:/bin";; path += strcspn(path, ":") + 1) {
    const size_t directory = strcspn(path, ":");

    if (is_program_at(path, directory, command, len))
      return true;
    if (!path[directory])
      return false;
  }
}

/* NULL: none. */
static const char *pager_command(void)
{
  const char *own = getenv("DIFFOCI_PAGER");
  const char *all = getenv("PAGER");
  const char *command = own ? own : all ? all : "less";

  command += strspn(command, " \t");
  return *command && strcmp(command, "cat") != 0 && is_there(command) ? command : NULL;
}

static bool is_set(const char *name)
{
  const char *value = getenv(name);

  return value && *value;
}

/* The environment of the pager: an array to be freed, whose texts are borrowed. */
static char **pager_environment(void)
{
  static char less[] = "LESS=FRX";
  static char lv[] = "LV=-c";
  char **out;
  size_t n = 0;

  while (environ[n])
    n++;
  out = xcalloc(n + 3, sizeof(*out));
  n = 0;
  for (char **variable = environ; *variable; variable++) {
    /* An empty one is as good as none, and would go before ours. */
    if (strcmp(*variable, "LESS=") != 0 && strcmp(*variable, "LV=") != 0)
      out[n++] = *variable;
  }
  if (!is_set("LESS"))
    out[n++] = less;
  if (!is_set("LV"))
    out[n] = lv;
  return out;
}

/* false: it could not be started. */
static bool spawn(const char *command, int input, pid_t *pid)
{
  char shell[] = "sh";
  char option[] = "-c";
  char *const arguments[] = { shell, option, (char *)command, NULL };
  AUTO_FREE char **environment = pager_environment();
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t signals;
  int failure;

  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE); /* which this program ignores */
  sigaddset(&signals, SIGXFSZ);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  failure = posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failure == 0;
}

void pager_start(struct pager *pager, bool wanted)
{
  const char *command = wanted && terminal_can_page() ? pager_command() : NULL;
  int ends[2];

  *pager = (struct pager) { .terminal = -1 };
  if (!command || fflush(stdout) != 0 || pipe2(ends, O_CLOEXEC) < 0)
    return;
  pager->terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (pager->terminal >= 0 && spawn(command, ends[0], &pager->pid)) {
    /* Interrupts are for the pager, which knows what to do with them. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    dup2(ends[1], STDOUT_FILENO);
  } else if (pager->terminal >= 0) {
    close(pager->terminal);
    pager->pid = 0;
  }
  close(ends[0]);
  close(ends[1]);
}

void pager_finish(struct pager *pager)
{
  int status;

  if (pager->pid <= 0)
    return;
  fflush(stdout);
  dup2(pager->terminal, STDOUT_FILENO); /* closes the pipe: the pager sees the end */
  close(pager->terminal);
  while (waitpid(pager->pid, &status, 0) < 0 && errno == EINTR)
    ;
  signal(SIGINT, SIG_DFL);
  signal(SIGQUIT, SIG_DFL);
  *pager = (struct pager) { .terminal = -1 };
}
