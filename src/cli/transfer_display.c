#include "cli/transfer_display.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/escape.h"

enum { LINES_MAX = 64 * 1024 };

void transfer_display_init(struct transfer_display *out, bool show)
{
  *out = (struct transfer_display) { .show = show };
  pthread_mutex_init(&out->lock, NULL);
}

void transfer_display_set_title(struct transfer_display *display, const char *title)
{
  AUTO_BUF text = BUF_INIT(LINES_MAX);

  escape_terminal(&text, str_of(title));
  display->title = buf_detach(&text);
}

struct progress *transfer_display_progress(void *context)
{
  struct transfer_display *display = context;
  struct progress *progress;

  pthread_mutex_lock(&display->lock);
  if (!display->progress && display->show && progress_can_be_shown()) {
    display->progress = progress_new();
    display->drawn = progress_display_start(display->progress, display->title);
  }
  progress = display->progress;
  pthread_mutex_unlock(&display->lock);
  return progress;
}

void transfer_display_warn(void *context, const char *line)
{
  struct transfer_display *display = context;
  AUTO_BUF text = BUF_INIT(LINES_MAX);

  buf_puts(&text, "diffoci: warning: ");
  escape_terminal(&text, str_of(line));
  buf_putc(&text, '\n');
  pthread_mutex_lock(&display->lock);
  progress_display_write(display->drawn, text.ptr);
  pthread_mutex_unlock(&display->lock);
}

void transfer_display_hide(void *context)
{
  struct transfer_display *display = context;
  struct progress_display *drawn;

  pthread_mutex_lock(&display->lock);
  drawn = display->drawn;
  display->drawn = NULL;
  display->show = false;
  pthread_mutex_unlock(&display->lock);
  progress_display_stop(drawn);
}

void transfer_display_release(struct transfer_display *display)
{
  transfer_display_hide(display);
  progress_free(display->progress);
  free(display->title);
  pthread_mutex_destroy(&display->lock);
  *display = (struct transfer_display) { 0 };
}
