/* Completion scripts, rendered from the commands' tables. Names and words in the tables hold no
 * character that means something to a shell; help texts may. */
#ifndef DIFFOCI_CLI_COMPLETION_H
#define DIFFOCI_CLI_COMPLETION_H

#include "cli/cli.h"

void completion_bash(struct buf *out, const struct command *const *commands);
void completion_zsh(struct buf *out, const struct command *const *commands);
void completion_fish(struct buf *out, const struct command *const *commands);

/* Appends text as the shell wants it between single quotes. */
void completion_quote_posix(struct buf *out, const char *text); /* ' becomes '\'' */
void completion_quote_fish(struct buf *out, const char *text);  /* ' and \ get a backslash */

/* Appends the '|'-separated words with a space between. */
void completion_words(struct buf *out, const char *choices);

#endif
