/* Shows on a terminal how far transfers are. */
#ifndef DIFFOCI_CLI_PROGRESS_H
#define DIFFOCI_CLI_PROGRESS_H

#include <stdbool.h>

#include "net/progress.h"

struct progress_display;
/* Whether there is anything to draw on: stderr is a terminal, and not a dumb one. */
bool progress_can_be_shown(void);
/* Starts to draw on stderr now and then, below what stands there. title: the first line of it,
 * escaped, copied; NULL: none. NULL where progress_can_be_shown says no. progress must live until
 * progress_display_stop. */
struct progress_display *progress_display_start(struct progress *progress, const char *title);
/* Writes text, whole lines, to stderr without mixing it with what is drawn. From any thread;
 * display NULL: just writes it. */
void progress_display_write(struct progress_display *display, const char *text);
/* Takes everything off the terminal again. NULL allowed. */
void progress_display_stop(struct progress_display *display);

#endif
