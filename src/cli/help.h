/* Help texts, rendered from the commands' tables. */
#ifndef DIFFOCI_CLI_HELP_H
#define DIFFOCI_CLI_HELP_H

#include "cli/cli.h"

enum { HELP_MAX = 1024 * 1024 }; /* bytes; larger than any text this program prints about itself */

/* The help of one command, or of the whole program where command is NULL. */
void help_render(struct buf *out, const struct command *const *commands,
                 const struct command *command);

/* The letter that the flag, one of the command's or a global one, has behind the command; 0: none,
 * or the command means something else by it. command NULL: behind none. */
char help_letter(const struct flag *flag, const struct command *command);

/* Adds to a usage error where help is to be found. */
void help_point_to(struct error *err, const struct command *command);

#endif
