#include "cli/progress.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/escape.h"
#include "report/text/columns.h"

enum {
  FIRST_MS = 500, /* what is quicker than this is not worth a flicker */
  REDRAW_MS = 200,
  RATE_SAMPLES = 16, /* redraws that the rate is taken over */
  TEXT_MAX = 16 * 1024,
};

struct progress_display {
  struct progress *progress;
  pthread_t thread;
  pthread_mutex_t lock; /* guards stop and drawn; held while drawing */
  pthread_cond_t wake;
  bool stop;
  bool drawn;
  char *title; /* owned; NULL: none */
  /* the thread's own */
  uint64_t done[RATE_SAMPLES]; /* bytes at the last redraws, a ring */
  int64_t when[RATE_SAMPLES];  /* milliseconds */
  size_t samples;
};

/* "12.3 MiB" */
static void add_bytes(struct buf *out, uint64_t bytes)
{
  static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
  double value = (double)bytes;
  size_t unit = 0;

  while (value >= 1024 && unit + 1 < ARRAY_LEN(units)) {
    value /= 1024;
    unit++;
  }
  buf_printf(out, "%.*f %s", unit ? 1 : 0, value, units[unit]);
}

static void add_seconds(struct buf *out, uint64_t seconds)
{
  if (seconds < 60)
    buf_printf(out, "%llu s", (unsigned long long)seconds);
  else if (seconds < 3600)
    buf_printf(out, "%llu min %llu s", (unsigned long long)seconds / 60,
               (unsigned long long)seconds % 60);
  else
    buf_printf(out, "%llu h %llu min", (unsigned long long)seconds / 3600,
               (unsigned long long)seconds / 60 % 60);
}

/* Bytes per second over the last redraws; remembers this one. */
static uint64_t rate_of(struct progress_display *display, uint64_t done)
{
  size_t oldest = display->samples < RATE_SAMPLES ? 0 : display->samples % RATE_SAMPLES;
  int64_t now = clock_ms();
  uint64_t rate = 0;

  if (display->samples > 0 && now > display->when[oldest])
    rate = (done - display->done[oldest]) * 1000 / (uint64_t)(now - display->when[oldest]);
  display->done[display->samples % RATE_SAMPLES] = done;
  display->when[display->samples % RATE_SAMPLES] = now;
  display->samples++;
  return rate;
}

/* Ends a line, cut so that it does not go on in the next. All of it is valid UTF-8. */
static void end_line(struct buf *out, size_t start, size_t width)
{
  const struct str line = { out->ptr + start, out->len - start };

  out->len = start + columns_bytes(line, width);
  buf_puts(out, "\x1b[K\n");
}

/* "1.0 MiB of 12.3 MiB"; where the size is not known only what was done. */
static void add_done(struct buf *out, uint64_t done, uint64_t size)
{
  add_bytes(out, done);
  if (size < done || size == 0)
    return;
  buf_puts(out, " of ");
  add_bytes(out, size);
}

static void add_item(struct buf *out, const struct progress_item *item, size_t width)
{
  const size_t start = out->len;

  escape_terminal(out, str_of(item->name));
  buf_puts(out, "  ");
  add_done(out, item->done, item->size);
  end_line(out, start, width);
}

static void add_total(struct buf *out, const struct progress_view *view, uint64_t rate,
                      size_t width)
{
  const size_t start = out->len;

  buf_puts(out, "total  ");
  add_done(out, view->done, view->size);
  buf_puts(out, ", ");
  add_bytes(out, rate);
  buf_puts(out, "/s");
  if (rate > 0 && view->size > view->done) {
    buf_puts(out, ", ");
    add_seconds(out, (view->size - view->done) / rate + 1);
    buf_puts(out, " left");
  }
  end_line(out, start, width);
}

static void draw(struct progress_display *display)
{
  AUTO_BUF out = BUF_INIT(TEXT_MAX);
  struct winsize size = { 0 };
  struct progress_view view;
  size_t width;
  size_t lines;

  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
    size.ws_col = 80;
  width = (size_t)size.ws_col - 1;
  progress_look(display->progress, &view);
  if (!view.n && !display->drawn)
    return;
  if (display->title) {
    buf_puts(&out, display->title);
    end_line(&out, 0, width);
  }
  for (size_t i = 0; i < view.n; i++)
    add_item(&out, &view.items[i], width);
  add_total(&out, &view, rate_of(display, view.done), width);
  lines = view.n + 1 + (display->title != NULL);
  /* Whatever else is written goes over it: the cursor goes back to where it was. */
  buf_printf(&out, "\x1b[J\x1b[%zuA", lines);
  fwrite(out.ptr, 1, out.len, stderr);
  fflush(stderr);
  display->drawn = true;
}

static void *progress_run(void *argument)
{
  struct progress_display *display = argument;
  int wait_ms = FIRST_MS;

  pthread_mutex_lock(&display->lock);
  while (!display->stop) {
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)wait_ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_cond_timedwait(&display->wake, &display->lock, &until) == ETIMEDOUT)
      draw(display);
    wait_ms = REDRAW_MS;
  }
  pthread_mutex_unlock(&display->lock);
  return NULL;
}

bool progress_can_be_shown(void)
{
  const char *term = getenv("TERM");

  return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

struct progress_display *progress_display_start(struct progress *progress, const char *title)
{
  struct progress_display *display;

  if (!progress_can_be_shown())
    return NULL;
  display = xcalloc(1, sizeof(*display));
  display->progress = progress;
  display->title = title ? xstrdup(title) : NULL;
  pthread_mutex_init(&display->lock, NULL);
  pthread_cond_init(&display->wake, NULL);
  if (pthread_create(&display->thread, NULL, progress_run, display) == 0)
    return display;
  pthread_cond_destroy(&display->wake);
  pthread_mutex_destroy(&display->lock);
  free(display->title);
  free(display);
  return NULL;
}

void progress_display_write(struct progress_display *display, const char *text)
{
  if (!display) {
    fputs(text, stderr);
    return;
  }
  /* Drawing is done under the lock. What is taken off here comes back below. */
  pthread_mutex_lock(&display->lock);
  fprintf(stderr, "%s%s", display->drawn ? "\r\x1b[J" : "", text);
  fflush(stderr);
  pthread_mutex_unlock(&display->lock);
}

void progress_display_stop(struct progress_display *display)
{
  if (!display)
    return;
  pthread_mutex_lock(&display->lock);
  display->stop = true;
  pthread_cond_signal(&display->wake);
  pthread_mutex_unlock(&display->lock);
  pthread_join(display->thread, NULL);
  if (display->drawn)
    fputs("\r\x1b[J", stderr);
  pthread_cond_destroy(&display->wake);
  pthread_mutex_destroy(&display->lock);
  free(display->title);
  free(display);
}
