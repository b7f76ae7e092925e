/* The command line: which command it names, and what its flags say. */
#ifndef DIFFOCI_CLI_LINE_H
#define DIFFOCI_CLI_LINE_H

#include "cli/cli.h"

/* Parses the words behind the program's name into call, whose commands are set; values live as long
 * as arena and argv. Flags stand anywhere, those of a command before its name, too. Where the first
 * word that is no flag is no command, but looks like an image, the command is diff; call->command
 * stays NULL if there is nothing to run. ERROR_USAGE says what is wrong. Where help is asked for,
 * environment and number of arguments are not looked at. */
MUST_CHECK int line_parse(struct invocation *call, struct arena *arena, int argc, char **argv,
                          struct error *err);

#endif
