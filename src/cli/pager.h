/* A pager for what is longer than the terminal, as git has it. */
#ifndef DIFFOCI_CLI_PAGER_H
#define DIFFOCI_CLI_PAGER_H

#include "base/starter.h"

struct pager {
  struct program program; /* runs while there is one */
  char *command;          /* owned; NULL: there is none */
  const char *argv[4];    /* what starts it */
  int terminal;           /* what standard output was, kept meanwhile */
};

/* Which one: where standard output is a terminal, wanted is set and $TERM is not "dumb", the shell
 * command in $DIFFOCI_PAGER, else $PAGER, else less; none where that is empty or "cat", or not
 * there. To be released. */
void pager_prepare(struct pager *pager, bool wanted);
void pager_release(struct pager *pager);
/* Tells of it who starts programs, if there is one. */
void pager_allow(const struct pager *pager, struct starter *starter);
/* Has what goes to standard output from here on shown by the pager, if there is one. $LESS is FRX
 * where it is not set, so that what fits the screen stays there and nothing has to be quit. To be
 * called when there is something to write, and nothing more for the terminal besides; interrupts
 * are then left to the pager. */
void pager_start(struct pager *pager);
bool pager_runs(const struct pager *pager);
/* Ends the output and waits until the reader has left the pager. */
void pager_finish(struct pager *pager);

#endif
