/* The commands, each defined in the file of its name. main.c lists them. */
#ifndef DIFFOCI_CLI_COMMANDS_H
#define DIFFOCI_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command command_complete;
extern const struct command command_completion;
extern const struct command command_diff;
extern const struct command command_help;
extern const struct command command_images;
extern const struct command command_info;
extern const struct command command_load;
extern const struct command command_man;
extern const struct command command_pull;
extern const struct command command_remove;
extern const struct command command_show;
extern const struct command command_version;

#endif
