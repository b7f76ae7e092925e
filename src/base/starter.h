/* A process that starts programs for this one, and does what else takes rights, once this one has
 * given up its own. It does that alone which it was told of before it was forked: what this process
 * sends is a number, and words that are held against a rule. So what reads strangers' bytes is
 * confined also where it needs a program, and what has all rights of the user's reads hardly
 * anything (as the monitor of OpenSSH does it: Provos, Friedl and Honeyman, "Preventing Privilege
 * Escalation", 2003). */
#ifndef DIFFOCI_BASE_STARTER_H
#define DIFFOCI_BASE_STARTER_H

#include "base/error.h"
#include "base/program.h"

enum {
  STARTER_PLANS_MAX = 32,
  STARTER_WORDS_MAX = 8, /* behind those of a plan */
  STARTER_REQUEST_MAX = 8192,
};

struct starter;

struct starter *starter_new(void);
/* One more program that may be started, with these words, this environment and this input, which
 * are copied, and with more words behind them only where allows says that these may stand there.
 * allows is called in both processes. context: its to look at; owned, and freed with free; NULL
 * allowed. */
void starter_allow(struct starter *starter, const struct program_wanted *wanted,
                   bool (*allows)(const void *context, const char *const *words, size_t n),
                   void *context);
/* Something else that may be done there, by its name. task gets the context, which is borrowed, and
 * returns 0, with in *fd a descriptor that this process gets, or -1 there; or -1 with *err. It ends
 * when this process does. keep: a descriptor that it needs, which is not closed there; -1: none. */
typedef int (*starter_task)(void *context, int *fd, struct error *err);
void starter_allow_task(struct starter *starter, const char *name, starter_task task, void *context,
                        int keep);
/* Whether a starter has begun that may do this; if not, this process does it itself. */
bool starter_does(const char *name);
/* Has it done: as task; *fd is -1 also where there was no room for the descriptor. Any thread. */
MUST_CHECK int starter_do(const char *name, int *fd, struct error *err);
/* Whether there is anything to start or to do. */
bool starter_is_needed(const struct starter *starter);
/* Forks, before there are threads. From here on program_start asks that process; what it was not
 * told of fails with EPERM. Programs that run when this process ends are ended, but those that
 * read. ERROR_LIMIT if it was told of more than STARTER_PLANS_MAX. */
MUST_CHECK int starter_begin(struct starter *starter, struct error *err);
/* Asks that process for nothing more: so it ends while this one goes on. What runs there is ended
 * as when this process ends, and its status is told if it comes before. NULL allowed, also of one
 * that has not begun. Any thread. */
void starter_dismiss(const struct starter *starter);
/* Waits until that process has ended, which it does at once when nothing runs; then this one starts
 * programs itself again. NULL allowed. */
void starter_free(struct starter *starter);
/* The other process, which is a child; 0: there is none. */
pid_t starter_pid(const struct starter *starter);

/* What a request of n bytes asks for: *argv gets the words of a program that may be started, or the
 * name of a task, up to NULL, which point into the plans and into bytes. The number of its plan;
 * -1: it may not be. bytes[n] has to be 0. Called by the other process; open to tests. */
int starter_read_request(const struct starter *starter, const char *bytes, size_t n,
                         struct program_wanted *out, const char **argv, size_t max);

#endif
