/* diffoci many times over for scripts/damage, without the start of a program, which takes a build
 * with sanitizers ten times as long as to compare two small images.
 *
 * Reads commands, one a line of standard input, of words with a tab between them: the name of a
 * file for standard output, one for standard error, then diffoci and its words. Answers each with a
 * line: the exit status, `signal N`, or `late` for what has not ended after 60 s, which is killed
 * with all that it started. A process forked for it does what the command says, or
 * `damage_server N` has each forked process do N of them; what is found as it exits, as leaks are,
 * is then told of the last. */
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int diffoci_main(int argc, char **argv);

#define main diffoci_main
#include "../../src/main.c" // NOLINT(bugprone-suspicious-include): its main is what is called
#undef main

enum { WORDS_MAX = 64, COMMAND_MAX = 8192, PATIENCE = 60, TROUBLE = 98 };

static void server_open(const char *path, int target)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  if (fd < 0 || dup2(fd, target) < 0)
    _exit(TROUBLE);
  close(fd);
}

/* Reads a line, byte by byte, since what comes after it may be for another process. False: none. */
static bool server_read(char line[COMMAND_MAX])
{
  size_t n = 0;

  while (n + 1 < COMMAND_MAX && read(STDIN_FILENO, line + n, 1) == 1 && line[n] != '\n')
    n++;
  line[n] = '\0';
  return n > 0;
}

static int server_split(char *line, char **words)
{
  int n = 0;

  for (char *word = line; word && n < WORDS_MAX;)
    words[n++] = strsep(&word, "\t");
  words[n] = NULL;
  return n;
}

/* Does what a line says; the status. */
static int server_do(char *line)
{
  char *words[WORDS_MAX + 1];
  int n = server_split(line, words);
  int status;

  if (n < 3)
    _exit(TROUBLE);
  server_open(words[0], STDOUT_FILENO);
  server_open(words[1], STDERR_FILENO);
  status = diffoci_main(n - 2, words + 2);
  fflush(stdout);
  fflush(stderr);
  return status;
}

/* The first of the commands is in line. Answers all but the last, whose answer is its own end. */
static _Noreturn void server_child(char line[COMMAND_MAX], unsigned long times, int answers)
{
  sigset_t none;

  setpgid(0, 0);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  while (times-- > 1) {
    dprintf(answers, "%d\n", server_do(line));
    if (!server_read(line))
      exit(0);
  }
  exit(server_do(line));
}

/* What has become of the child, or that it was too late. */
static void server_wait(pid_t child, unsigned long times, int answers)
{
  const struct timespec patience = { .tv_sec = (time_t)(PATIENCE * times) };
  sigset_t ended;
  int status = 0;

  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  if (waitpid(child, &status, WNOHANG) == 0) {
    if (sigtimedwait(&ended, NULL, &patience) < 0) {
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      dprintf(answers, "late\n");
      return;
    }
    waitpid(child, &status, 0);
  }
  if (WIFEXITED(status))
    dprintf(answers, "%d\n", WEXITSTATUS(status));
  else
    dprintf(answers, "signal %d\n", WTERMSIG(status));
}

int main(int argc, char **argv)
{
  static char line[COMMAND_MAX];
  unsigned long times = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
  int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  sigset_t ended;

  OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL);
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ended, NULL);
  while (server_read(line)) {
    pid_t child = fork();

    if (child < 0)
      return 1;
    if (!child)
      server_child(line, times, answers);
    server_wait(child, times, answers);
  }
  return 0;
}
