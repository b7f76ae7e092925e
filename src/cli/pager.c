#include "cli/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* What is started for the command; the environment is to be freed. */
static struct program_wanted pager_wanted(const char *const *argv)
{
  return (struct program_wanted) { argv, pager_environment(), PROGRAM_READS, NULL };
}

void pager_prepare(struct pager *pager, bool wanted)
{
  const char *command = wanted && terminal_can_page() ? pager_command() : NULL;

  *pager = (struct pager) {
    .program = PROGRAM_NONE,
    .command = command ? xstrdup(command) : NULL,
    .terminal = -1,
  };
  pager->argv[0] = "/bin/sh";
  pager->argv[1] = "-c";
  pager->argv[2] = pager->command;
}

void pager_release(struct pager *pager)
{
  free(pager->command);
}

void pager_allow(const struct pager *pager, struct starter *starter)
{
  struct program_wanted start;

  if (!pager->command)
    return;
  start = pager_wanted(pager->argv);
  starter_allow(starter, &start, NULL, NULL);
  free((void *)(uintptr_t)start.environment);
}

bool pager_runs(const struct pager *pager)
{
  return program_runs(&pager->program);
}

void pager_start(struct pager *pager)
{
  struct program_wanted start;

  if (!pager->command || fflush(stdout) != 0)
    return;
  start = pager_wanted(pager->argv);
  pager->terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (pager->terminal >= 0 && program_start(&pager->program, &start) == 0) {
    /* Interrupts are for the pager, which knows what to do with them. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    dup3(pager->program.ends[0], STDOUT_FILENO, 0);
    close(pager->program.ends[0]);
  } else if (pager->terminal >= 0) {
    close(pager->terminal);
  }
  free((void *)(uintptr_t)start.environment);
}

void pager_finish(struct pager *pager)
{
  if (!pager_runs(pager))
    return;
  fflush(stdout);
  dup3(pager->terminal, STDOUT_FILENO, 0); /* closes the pipe: the pager sees the end */
  close(pager->terminal);
  program_wait(&pager->program, true);
  signal(SIGINT, SIG_DFL);
  signal(SIGQUIT, SIG_DFL);
  pager->terminal = -1;
}
