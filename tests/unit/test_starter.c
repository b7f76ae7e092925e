/* Programs that another process starts: which ones, what comes of them, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/socket.h"
#include "base/starter_plans.h"

_Noreturn void out_of_memory(void)
{
  abort();
}

static const char *const says[] = { "/bin/sh", "-c", "echo out; echo err >&2; exit 3", NULL };
static const char *const answers[] = { "/bin/sh", "-c", "read a; read b; echo \"$a:$b.\"", NULL };
static const char *const stays[] = { "/bin/sh", "-c", "trap '' TERM; echo; exec sleep 60", NULL };
static const char *const takes[] = { "/bin/sh", "-c", "read word; exit $word", NULL };
static const char *const sleeps[] = { "/bin/sleep", "60", NULL };
static const char *const echoes[] = { "echo", "one", NULL };
static const char *const absent[] = { "/nonexistent/program", NULL };

static bool is_two(const void *context, const char *const *words, size_t n)
{
  return n == 1 && strcmp(words[0], context) == 0;
}

static struct program_wanted wanted(const char *const *argv, enum program_ends ends)
{
  return (struct program_wanted) { argv, NULL, ends, ends == PROGRAM_TALKS ? "question\n" : NULL };
}

static void allow(struct starter *starter, const char *const *argv, enum program_ends ends)
{
  const struct program_wanted program = wanted(argv, ends);

  starter_allow(starter, &program, NULL, NULL);
}

static int begin(void **state)
{
  static char *environment[] = { (char *)(uintptr_t) "PATH=/bin:/usr/bin", NULL };
  struct starter *starter = starter_new();
  struct program_wanted echo = wanted(echoes, PROGRAM_WRITES);
  struct error err;

  assert_false(starter_is_needed(starter));
  allow(starter, says, PROGRAM_WRITES);
  allow(starter, answers, PROGRAM_TALKS);
  allow(starter, stays, PROGRAM_WRITES);
  allow(starter, takes, PROGRAM_READS);
  allow(starter, absent, PROGRAM_WRITES);
  allow(starter, says, PROGRAM_WRITES); /* twice is once */
  assert_int_equal(starter->n, 5);
  echo.environment = environment;
  starter_allow(starter, &echo, is_two, xstrdup("two"));
  assert_true(starter_is_needed(starter));
  assert_int_equal(starter_begin(starter, &err), 0);
  *state = starter;
  return 0;
}

static int end(void **state)
{
  const struct starter *starter = *state;
  const pid_t pid = starter_pid(starter);

  starter_free(*state);
  return kill(pid, 0) == 0 || errno != ESRCH;
}

static void reads(int fd, const char *text)
{
  char bytes[64] = "";
  size_t n = 0;
  ssize_t got;

  while ((got = read(fd, bytes + n, sizeof(bytes) - 1 - n)) > 0)
    n += (size_t)got;
  close(fd);
  assert_string_equal(bytes, text);
}

static void ends_with(struct program *program, int status)
{
  assert_true(program_wait(program, true));
  assert_int_equal(program->status, status);
  assert_false(program_runs(program));
}

static void start(struct program *program, const char *const *argv, enum program_ends ends)
{
  const struct program_wanted one = wanted(argv, ends);

  assert_int_equal(program_start(program, &one), 0);
  assert_true(program_runs(program));
  assert_int_equal(program->pid, 0); /* it is no child of ours */
}

static void test_what_it_says_and_its_status(void **state)
{
  struct program program;

  (void)state;
  start(&program, says, PROGRAM_WRITES);
  reads(program.ends[0], "out\n");
  reads(program.ends[1], "err\n");
  ends_with(&program, 3 << 8);
}

static void test_it_reads_what_was_said_before(void **state)
{
  struct program program;

  (void)state;
  start(&program, answers, PROGRAM_TALKS);
  assert_int_equal(send(program.ends[0], "more\n", 5, MSG_NOSIGNAL), -1);
  reads(program.ends[0], "question:.\n");
  ends_with(&program, 0);
}

static void test_it_reads_what_is_written(void **state)
{
  struct program program;

  (void)state;
  start(&program, takes, PROGRAM_READS);
  assert_false(program_has_ended(&program));
  assert_false(program_wait(&program, false));
  assert_int_equal(write(program.ends[0], "7\n", 2), 2);
  close(program.ends[0]);
  ends_with(&program, 7 << 8);
}

static void test_words_that_may_follow(void **state)
{
  static const char *const good[] = { "echo", "one", "two", NULL };
  static const char *const bad[] = { "echo", "one", "three", NULL };
  static const char *const more[] = { "echo", "one", "two", "two", NULL };
  const struct program_wanted refused[] = { wanted(bad, PROGRAM_WRITES),
                                            wanted(more, PROGRAM_WRITES),
                                            wanted(good, PROGRAM_READS) };
  struct program program;

  (void)state;
  start(&program, good, PROGRAM_WRITES);
  reads(program.ends[0], "one two\n");
  close(program.ends[1]);
  ends_with(&program, 0);
  for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
    assert_int_equal(program_start(&program, &refused[i]), EPERM);
    assert_false(program_runs(&program));
  }
}

static void test_a_program_that_is_not_there(void **state)
{
  const struct program_wanted none = wanted(absent, PROGRAM_WRITES);
  struct program program;

  (void)state;
  assert_int_equal(program_start(&program, &none), ENOENT);
  assert_int_equal(program.ends[0], -1);
}

static void test_it_is_ended(void **state)
{
  struct program program;
  char byte;

  (void)state;
  start(&program, stays, PROGRAM_WRITES);
  assert_int_equal(read(program.ends[0], &byte, 1), 1); /* it does not listen any more */
  program_signal(&program, SIGTERM);
  program_signal(&program, SIGUSR1); /* not for it to pass on */
  usleep(50000);
  assert_false(program_wait(&program, false));
  program_signal(&program, SIGKILL);
  ends_with(&program, SIGKILL);
  close(program.ends[0]);
  close(program.ends[1]);
}

static void test_who_starts_them_dies(void **state)
{
  struct starter *starter = *state;
  struct program program;
  struct program other;
  const struct program_wanted one = wanted(says, PROGRAM_WRITES);

  start(&program, takes, PROGRAM_READS);
  kill(starter_pid(starter), SIGKILL);
  ends_with(&program, SIGKILL); /* nobody knows, and that is no good end */
  assert_int_not_equal(program_start(&other, &one), 0);
  close(program.ends[0]);
}

/* What runs does not outlive the one that it was started for, though it does not heed SIGTERM. */
static void test_what_runs_is_ended(void **state)
{
  const int64_t begun = clock_ms();
  struct program program;
  char byte;

  start(&program, stays, PROGRAM_WRITES);
  assert_int_equal(read(program.ends[0], &byte, 1), 1);
  starter_free(*state);
  assert_true(clock_ms() - begun < 30000);
  assert_int_equal(read(program.ends[0], &byte, 1), 0);
  ends_with(&program, SIGKILL);
  close(program.ends[0]);
  close(program.ends[1]);
  begin(state);
}

static int count_open(void)
{
  int n = 0;

  for (int fd = 0; fd < 1024; fd++)
    n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

/* A limit below which so many descriptors are free. */
static rlim_t limit_with_room(int room)
{
  int fd = 0;

  for (int free = 0; free < room || fcntl(fd, F_GETFD) >= 0; fd++)
    free += fcntl(fd, F_GETFD) < 0;
  return (rlim_t)fd;
}

/* Where there is no room for what comes, nothing is left open, and the next answer is the right
 * one. */
/* It ends at once, and not only when it is waited for. */
static void test_nothing_more_is_asked(void **state)
{
  struct starter *starter = *state;
  const pid_t pid = starter_pid(starter);
  const struct program_wanted program = wanted(says, PROGRAM_WRITES);
  struct program started;
  siginfo_t ended = { 0 };

  starter_dismiss(NULL);
  starter_dismiss(starter);
  assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
  assert_int_equal(ended.si_code, CLD_EXITED);
  assert_int_equal(ended.si_status, 0);
  assert_int_not_equal(program_start(&started, &program), 0);
}

static void test_no_room_for_descriptors(void **state)
{
  const struct program_wanted one = wanted(says, PROGRAM_WRITES);
  const int before = count_open();
  struct rlimit limit;
  struct rlimit less;
  struct program program;

  (void)state;
  getrlimit(RLIMIT_NOFILE, &limit);
  for (int room = 0; room < 3; room++) {
    less = (struct rlimit) { limit_with_room(room), limit.rlim_max };
    setrlimit(RLIMIT_NOFILE, &less);
    assert_int_equal(program_start(&program, &one), EMFILE);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(count_open(), before);
  }
  start(&program, says, PROGRAM_WRITES);
  reads(program.ends[0], "out\n");
  reads(program.ends[1], "err\n");
  ends_with(&program, 3 << 8);
}

/* Where there is no room in the other process it says so, and does not leave who asks waiting. */
static void test_no_room_where_it_starts(void **state)
{
  const pid_t pid = starter_pid(*state);
  const struct program_wanted one = wanted(says, PROGRAM_WRITES);
  struct program program;
  struct rlimit limit;

  assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &limit), 0);
  alarm(60); /* waiting for ever is what this is about */
  for (rlim_t n = 3; n < 16; n++) {
    const struct rlimit less = { n, limit.rlim_max };
    int code;

    assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &less, NULL), 0);
    code = program_start(&program, &one);
    assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &limit, NULL), 0);
    assert_true(code == EMFILE || (code == 0 && n > 3));
    if (code == 0) { /* it may have too little room itself */
      close(program.ends[0]);
      close(program.ends[1]);
      assert_true(program_wait(&program, true));
    }
    start(&program, says, PROGRAM_WRITES);
    reads(program.ends[0], "out\n");
    reads(program.ends[1], "err\n");
    ends_with(&program, 3 << 8);
  }
  alarm(0);
}

/* More at once than there are places for is an error, and no place is lost. */
static void test_many_at_once(void **state)
{
  const struct program_wanted one = wanted(takes, PROGRAM_READS);
  struct program programs[64];
  size_t n = 0;

  (void)state;
  for (int round = 0; round < 2; round++) {
    for (n = 0; n < ARRAY_LEN(programs) && program_start(&programs[n], &one) == 0;)
      n++;
    assert_int_equal(n, 32);
    for (size_t i = 0; i < n; i++)
      close(programs[i].ends[0]);
    for (size_t i = 0; i < n; i++)
      assert_true(program_wait(&programs[i], true));
  }
}

/* ---- tasks ---- */

static int note(void *context, int *fd, struct error *err)
{
  *fd = -1;
  if (write(*(int *)context, "x", 1) != 1)
    return error_sys(err, errno, "writing");
  return 0;
}

static int hand_over(void *context, int *fd, struct error *err)
{
  (void)err;
  *fd = dup(*(int *)context);
  return 0;
}

static int refuse(void *context, int *fd, struct error *err)
{
  (void)context;
  (void)fd;
  return error_set(err, ERROR_TIMEOUT, "not %s", "now");
}

static int linger(void *context, int *fd, struct error *err)
{
  note(context, fd, err);
  sleep(60);
  return 0;
}

static int die(void *context, int *fd, struct error *err)
{
  (void)context;
  (void)fd;
  (void)err;
  kill(getpid(), SIGKILL);
  return 0;
}

/* What there is no room for is told before it is missed. */
static void test_too_many(void **state)
{
  struct starter *starter = starter_new();
  char words[STARTER_PLANS_MAX + 1][8];
  struct error err;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(words); i++) {
    const char *const argv[] = { words[i], NULL };

    snprintf(words[i], sizeof(words[i]), "p%zu", i);
    allow(starter, argv, PROGRAM_WRITES);
    allow(starter, argv, PROGRAM_WRITES);
  }
  assert_int_equal(starter_begin(starter, &err), -1);
  assert_int_equal(err.code, ERROR_LIMIT);
  starter_free(starter);
}

static void test_tasks(void **state)
{
  struct starter *starter = starter_new();
  struct program program;
  const struct program_wanted unknown = wanted(takes, PROGRAM_READS);
  struct error err;
  int ends[2];
  char byte;
  int fd;

  (void)state;
  assert_false(starter_does("note"));
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  starter_allow_task(starter, "note", note, &ends[1], ends[1]);
  starter_allow_task(starter, "hand over", hand_over, &ends[1], -1);
  starter_allow_task(starter, "refuse", refuse, NULL, -1);
  assert_int_equal(starter_begin(starter, &err), 0);
  close(ends[1]);
  assert_true(starter_does("note"));
  assert_int_equal(starter_do("note", &fd, &err), 0);
  assert_int_equal(fd, -1);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(starter_do("hand over", &fd, &err), 0);
  assert_int_equal(write(fd, "y", 1), 1);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(byte, 'y');
  close(fd);
  assert_int_equal(starter_do("refuse", &fd, &err), -1);
  assert_int_equal(err.code, ERROR_TIMEOUT);
  assert_string_equal(err.message, "not now");
  assert_false(starter_does("other"));
  assert_int_equal(starter_do("other", &fd, &err), -1);
  assert_int_equal(err.code, ERROR_PERMISSION);
  assert_int_equal(program_start(&program, &unknown), EPERM);
  starter_free(starter);
  assert_int_equal(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

/* Whoever begins the same next is not to meet it. */
static void test_a_task_ends_with_who_asked(void **state)
{
  int ends[2];
  char byte;
  pid_t pid;

  (void)state;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid = fork();
  if (pid == 0) {
    struct starter *starter = starter_new();
    struct error err;
    int fd;

    close(ends[0]);
    starter_allow_task(starter, "linger", linger, &ends[1], ends[1]);
    _exit(starter_begin(starter, &err) || starter_do("linger", &fd, &err));
  }
  close(ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1); /* it has begun */
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  assert_int_equal(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

/* The children of this process that are left, which has those that lost their parent. */
static bool all_end(int64_t patience)
{
  const int64_t deadline = clock_ms() + patience;

  while (clock_ms() < deadline) {
    const pid_t pid = waitpid(-1, NULL, WNOHANG);

    if (pid < 0)
      return errno == ECHILD;
    if (pid == 0)
      usleep(5000);
  }
  return false;
}

/* Programs that run meanwhile are ended, too, and nobody stays who waits for them. */
static void test_programs_end_while_a_task_is_done(void **state)
{
  int ends[2];
  char byte;
  pid_t pid;

  (void)state;
  assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid = fork();
  if (pid == 0) {
    const struct program_wanted one = wanted(sleeps, PROGRAM_WRITES);
    struct starter *starter = starter_new();
    struct program program;
    struct error err;
    int fd;

    close(ends[0]);
    allow(starter, sleeps, PROGRAM_WRITES);
    starter_allow_task(starter, "linger", linger, &ends[1], ends[1]);
    _exit(starter_begin(starter, &err) || program_start(&program, &one) ||
          starter_do("linger", &fd, &err));
  }
  close(ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  kill(pid, SIGKILL);
  assert_true(all_end(2000));
  close(ends[0]);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* Who waits for the answer of a task is told if there will be none, whoever is at it. */
static void test_a_task_that_is_killed(void **state)
{
  const struct program_wanted one = wanted(sleeps, PROGRAM_WRITES);

  (void)state;
  for (int running = 0; running < 2; running++) {
    struct starter *starter = starter_new();
    struct program program = PROGRAM_NONE;
    struct error err;
    int fd;

    allow(starter, sleeps, PROGRAM_WRITES);
    starter_allow_task(starter, "die", die, NULL, -1);
    assert_int_equal(starter_begin(starter, &err), 0);
    if (running)
      assert_int_equal(program_start(&program, &one), 0);
    alarm(30);
    assert_int_equal(starter_do("die", &fd, &err), -1);
    assert_int_equal(fd, -1);
    if (running)
      assert_true(program_wait(&program, true));
    alarm(0);
    starter_free(starter);
    cleanup_close(&program.ends[0]);
    cleanup_close(&program.ends[1]);
  }
}

/* It ends while it is sent a signal, which nobody reads any more: the status is told all the same.
 */
static void test_a_signal_too_late(void **state)
{
  struct program program = PROGRAM_NONE;
  const int status = 3 << 8;
  int life[2];

  (void)state;
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, life), 0);
  program.life = life[0];
  program_signal(&program, SIGTERM);
  assert_int_equal(socket_send(life[1], &status, sizeof(status)), 1);
  close(life[1]);
  assert_true(program_wait(&program, false));
  assert_int_equal(program.status, status);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)
  const struct CMUnitTest tests[] = {
    TEST(what_it_says_and_its_status),
    TEST(it_reads_what_was_said_before),
    TEST(it_reads_what_is_written),
    TEST(words_that_may_follow),
    TEST(a_program_that_is_not_there),
    TEST(it_is_ended),
    TEST(who_starts_them_dies),
    TEST(what_runs_is_ended),
    TEST(nothing_more_is_asked),
    TEST(no_room_for_descriptors),
    TEST(no_room_where_it_starts),
    TEST(many_at_once),
    cmocka_unit_test(test_too_many),
    cmocka_unit_test(test_a_signal_too_late),
    cmocka_unit_test(test_tasks),
    cmocka_unit_test(test_a_task_ends_with_who_asked),
    cmocka_unit_test(test_programs_end_while_a_task_is_done),
    cmocka_unit_test(test_a_task_that_is_killed),
  };

  signal(SIGPIPE, SIG_IGN);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
