/* Shows on a terminal how far transfers are. */
#ifndef DIFFOCI_CLI_PROGRESS_H
#define DIFFOCI_CLI_PROGRESS_H

#include <stdbool.h>

#include "net/progress.h"

struct progress_display;
/* Starts to draw on stderr now and then, below what stands there. NULL if stderr is no terminal.
 * progress must live until progress_display_stop. */
struct progress_display *progress_display_start(struct progress *progress);
/* Takes everything off the terminal again. NULL allowed. */
void progress_display_stop(struct progress_display *display);

#endif
