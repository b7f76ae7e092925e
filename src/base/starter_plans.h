/* What a starter may start, and its two ends. Private to base/. */
#ifndef DIFFOCI_BASE_STARTER_PLANS_H
#define DIFFOCI_BASE_STARTER_PLANS_H

#include "base/starter.h"

enum { STARTER_ARGV_MAX = 32 }; /* words of a program, with NULL */

struct starter_plan {
  char **argv; /* owned, up to NULL, and so is what it points to */
  size_t n;
  char **environment; /* the same; NULL: as it is */
  enum program_ends ends;
  char *input; /* owned; NULL: none */
  bool (*allows)(const void *context, const char *const *words, size_t n);
  void *context;     /* owned; of a task borrowed */
  starter_task task; /* NULL: a program. Of a task argv is its name alone */
  int keep;          /* of a task */
};

struct starter {
  struct starter_plan plans[STARTER_PLANS_MAX];
  size_t n;
  bool overflows; /* there was no room for one more */
  pid_t broker;   /* who has begun it */
  pid_t pid;      /* 0: not begun */
  int channel;    /* -1: the same */
};

/* What is answered: this, each with a descriptor where code is 0; nothing follows one that has a
 * code. First comes the socket of the program's life: it gets its status (an int, as from waitpid),
 * and takes signals (a byte each). Then the program's ends. */
struct starter_answer {
  int code; /* an errno value */
};

/* To a task. code: -1, and the error, or 0, and a descriptor where there is one. */
struct starter_done {
  int code;
  struct error err;
};

static inline size_t starter_ends(enum program_ends ends)
{
  return ends == PROGRAM_WRITES ? 2 : 1;
}

/* In the other process: until the channel ends. */
_Noreturn void starter_serve(const struct starter *starter, int channel);

#endif
