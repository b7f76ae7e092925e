/* What standard output is, and how it may be written to. */
#ifndef DIFFOCI_CLI_TERMINAL_H
#define DIFFOCI_CLI_TERMINAL_H

#include <stdbool.h>

/* The words of --color, in the order of its choices. */
enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* Whether standard output is a terminal. */
bool terminal_is_stdout(void);
/* Whether standard output is a terminal on which a pager can work: one whose $TERM is not "dumb".
 */
bool terminal_can_page(void);
/* Whether what goes to standard output is to have colours: as --color says; with auto, if
 * $NO_COLOR is empty (no-color.org) and either $CLICOLOR_FORCE is set and not 0
 * (bixense.com/clicolors) or it is a terminal whose $TERM is not "dumb". */
bool terminal_has_colour(enum colour_choice choice);
/* The columns of the terminal that standard output is, of $COLUMNS where that is a number; 0: not
 * known. */
unsigned terminal_columns(void);

#endif
