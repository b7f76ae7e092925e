/* bench-measure COMMAND [ARGUMENT...]: runs a command and writes one line to file descriptor 3:
 *
 *   STATUS WALL USER SYSTEM PEAK
 *
 * the exit status (128 + N after signal N), three times in microseconds, the peak resident set in
 * KiB. A program of its own because Linux carries the peak of the process that forked over the
 * exec: started from the timing script itself, nothing would ever seem smaller than Python. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long long to_us(struct timeval time)
{
  return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

int main(int argc, char **argv)
{
  struct rusage usage;
  int status;

  if (argc < 2) {
    fprintf(stderr, "usage: bench-measure COMMAND [ARGUMENT...] 3>RESULT\n");
    return 2;
  }
  int64_t start = now_us();
  pid_t child = fork();
  if (child < 0) {
    perror("bench-measure: fork");
    return 2;
  }
  if (child == 0) {
    close(3);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      perror("bench-measure: wait4");
      return 2;
    }
  }
  long long wall = now_us() - start;
  if (dprintf(3, "%d %lld %lld %lld %ld\n",
              WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), wall,
              to_us(usage.ru_utime), to_us(usage.ru_stime), usage.ru_maxrss) < 0) {
    perror("bench-measure: file descriptor 3");
    return 2;
  }
  return 0;
}
