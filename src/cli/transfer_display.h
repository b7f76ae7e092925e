/* What is shown on standard error while images are found, fetched and read: how far that is, where
 * standard error is a terminal, and warnings. */
#ifndef DIFFOCI_CLI_TRANSFER_DISPLAY_H
#define DIFFOCI_CLI_TRANSFER_DISPLAY_H

#include <pthread.h>

#include "cli/progress.h"

struct transfer_display {
  bool show;                 /* how far transfers are */
  char *title;               /* what is shown above that, escaped; owned; NULL: nothing */
  struct progress *progress; /* NULL: not counted */
  pthread_mutex_t lock;      /* guards progress and drawn */
  struct progress_display *drawn;
};

/* show false: warnings only. *out is released by transfer_display_release, and stays where it is
 * until then. */
void transfer_display_init(struct transfer_display *out, bool show);
/* The first line of what is shown: what is being done. Before anything is. */
void transfer_display_set_title(struct transfer_display *display, const char *title);
/* Starts to show on a terminal, if it was not shown yet, how far reading and fetching are, of what
 * counts here. NULL where nothing is shown. context is the display; any thread. */
struct progress *transfer_display_progress(void *context);
/* Shows a line, which is escaped, as a warning. context is the display; any thread. */
void transfer_display_warn(void *context, const char *line);
/* Ends showing how far things are for good, before something else is written to the terminal.
 * context is the display. */
void transfer_display_hide(void *context);
void transfer_display_release(struct transfer_display *display);

#endif
