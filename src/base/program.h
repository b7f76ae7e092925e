/* Programs that are started for what they read, say or answer; here, or by a process that was
 * started for that, where this one may not (base/starter.h). Any thread; a program by one at a
 * time. */
#ifndef DIFFOCI_BASE_PROGRAM_H
#define DIFFOCI_BASE_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

enum program_ends {
  PROGRAM_READS,  /* ends[0]: a pipe to its input. It outlives this program, if that is ended */
  PROGRAM_WRITES, /* it reads nothing; ends[0]: what it writes, ends[1]: what it says, as pipes */
  /* ends[0]: a socket that its input and its output are; what it says is dropped. It has a process
   * group of its own, so that what it has started is signalled with it. */
  PROGRAM_TALKS,
};

struct program_wanted {
  const char *const *argv;  /* up to NULL; argv[0] is looked up in $PATH, there is no shell */
  char *const *environment; /* up to NULL; NULL: that of the process that starts it */
  enum program_ends ends;
  const char *input; /* of PROGRAM_TALKS: all that it reads */
};

struct program {
  pid_t pid;   /* a child; 0: it is none */
  int life;    /* of one that another process has started: a socket on which its end is told; -1 */
  int ending;  /* see ending_forget */
  int ends[2]; /* the caller's to close; -1: there is none */
  bool group;
  int status; /* as from waitpid(2), once it has ended; SIGKILL where nobody knows */
};

#define PROGRAM_NONE ((struct program) { .life = -1, .ending = -1, .ends = { -1, -1 } })

/* Returns an errno value, and *out is PROGRAM_NONE; 0: it runs, and goes with this process where a
 * signal ends that. Nothing else of this process is open in it, and it has the usual signals. */
int program_start(struct program *out, const struct program_wanted *wanted);
/* The same by this process itself, whatever program_set_starter says. */
int program_start_here(struct program *out, const struct program_wanted *wanted);
/* Whether it was started, and nobody was told of its end yet. */
bool program_runs(const struct program *program);
/* Whether it has ended, of which its number tells nobody else until program_wait was called. */
bool program_has_ended(const struct program *program);
/* Whether it has ended, which is waited for if block says so; then its status is known. */
bool program_wait(struct program *program, bool block);
/* SIGTERM or SIGKILL for one that runs. */
void program_signal(const struct program *program, int number);
/* Who starts programs from here on, as program_start does; NULL: this process. Before there are
 * threads. */
void program_set_starter(int (*starter)(void *context, struct program *out,
                                        const struct program_wanted *wanted),
                         void *context);

#endif
