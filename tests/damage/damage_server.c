/* diffoci many times over for scripts/damage, without the start of a program, which takes a build
 * with sanitizers ten times as long as to compare two small images.
 *
 * Reads commands, one a line of standard input, of words with a tab between them: the name of a
 * file for standard output, one for standard error, then diffoci and its words. A process forked
 * for it does what they say. Answers each with a line: the exit status, `signal N`, or `late` for
 * what has not ended after 60 s, which is killed with all that it started. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int diffoci_main(int argc, char **argv);

#define main diffoci_main
#include "../../src/main.c"
#undef main

enum { WORDS_MAX = 64, LINE_MAX_ = 8192, PATIENCE = 60 };

static void server_open(const char *path, int target)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  if (fd < 0 || dup2(fd, target) < 0)
    _exit(98);
  close(fd);
}

static _Noreturn void server_child(char **words, int n)
{
  sigset_t none;
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

  setpgid(0, 0);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0)
    _exit(98);
  close(null);
  server_open(words[0], STDOUT_FILENO);
  server_open(words[1], STDERR_FILENO);
  exit(diffoci_main(n - 2, words + 2));
}

/* The answer to one command: what has become of the child, or that it was too late. */
static void server_wait(pid_t child)
{
  const struct timespec patience = { .tv_sec = PATIENCE };
  sigset_t ended;
  int status = 0;

  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  if (waitpid(child, &status, WNOHANG) == 0 && sigtimedwait(&ended, NULL, &patience) < 0) {
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    puts("late");
    return;
  }
  waitpid(child, &status, 0);
  if (WIFEXITED(status))
    printf("%d\n", WEXITSTATUS(status));
  else
    printf("signal %d\n", WTERMSIG(status));
}

static int server_split(char *line, char **words)
{
  int n = 0;

  line[strcspn(line, "\n")] = '\0';
  for (char *word = line; word && n < WORDS_MAX;) {
    words[n++] = strsep(&word, "\t");
  }
  words[n] = NULL;
  return n;
}

int main(void)
{
  static char line[LINE_MAX_];
  char *words[WORDS_MAX + 1];
  sigset_t ended;

  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ended, NULL);
  while (fgets(line, sizeof(line), stdin)) {
    int n = server_split(line, words);
    pid_t child = n < 3 ? -1 : fork();

    if (child < 0)
      return 1;
    if (!child)
      server_child(words, n);
    server_wait(child);
    fflush(stdout);
  }
  return 0;
}
