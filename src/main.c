#include "cli/commands.h"

static const struct command *const commands[] = {
  &command_diff,
  &command_show,
  &command_pull,
  &command_load,
  &command_images,
  &command_remove,
  &command_info,
  &command_completion,
  &command_help,
  &command_version,
  &command_man,
  &command_complete,
  NULL,
};

int main(int argc, char **argv)
{
  return cli_main(commands, argc, argv);
}
