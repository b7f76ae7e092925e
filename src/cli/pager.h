/* A pager for what is longer than the terminal, as git has it. */
#ifndef DIFFOCI_CLI_PAGER_H
#define DIFFOCI_CLI_PAGER_H

#include <stdbool.h>
#include <sys/types.h>

struct pager { /* all zero: none runs */
  pid_t pid;
  int terminal; /* what standard output was, kept meanwhile */
};

/* Has what goes to standard output from here on shown by a pager, if that is a terminal, wanted is
 * set and $TERM is not "dumb": by the shell command in $DIFFOCI_PAGER, else $PAGER, else less; none
 * where that is empty or "cat", or not there. $LESS is FRX where it is not set, so that what fits
 * the screen stays there and nothing has to be quit. To be called when there is something to write,
 * and nothing more for the terminal besides; interrupts are then left to the pager. */
void pager_start(struct pager *pager, bool wanted);
/* Ends the output and waits until the reader has left the pager. */
void pager_finish(struct pager *pager);

#endif
