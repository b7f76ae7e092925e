#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"

enum { MOST_COLUMNS = 1000 };

bool terminal_is_stdout(void)
{
  return isatty(STDOUT_FILENO);
}

bool terminal_can_page(void)
{
  const char *term = getenv("TERM");

  return terminal_is_stdout() && term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_has_colour(enum colour_choice choice)
{
  const char *none = getenv("NO_COLOR");
  const char *force = getenv("CLICOLOR_FORCE");

  if (choice != COLOUR_AUTO)
    return choice == COLOUR_ALWAYS;
  if (none && *none)
    return false;
  if (force && *force && strcmp(force, "0") != 0)
    return true;
  return terminal_can_page();
}

unsigned terminal_columns(void)
{
  struct winsize size;
  uint64_t columns;

  if (str_to_u64(str_of(getenv("COLUMNS")), MOST_COLUMNS, &columns) && columns > 0)
    return (unsigned)columns;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    return size.ws_col;
  return 0;
}
