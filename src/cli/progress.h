/* Shows on a terminal how far transfers are. */
#ifndef DIFFOCI_CLI_PROGRESS_H
#define DIFFOCI_CLI_PROGRESS_H

#include <stdbool.h>

#include "net/progress.h"

struct progress_display;
/* Starts to draw on stderr now and then, below what stands there. NULL if stderr is no terminal.
 * progress must live until progress_display_stop. */
struct progress_display *progress_display_start(struct progress *progress);
/* Writes text, whole lines, to stderr without mixing it with what is drawn. From any thread;
 * display NULL: just writes it. */
void progress_display_write(struct progress_display *display, const char *text);
/* Takes everything off the terminal again. NULL allowed. */
void progress_display_stop(struct progress_display *display);

#endif
