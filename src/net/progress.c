#include "net/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct counted {
  struct stream base;
  struct stream *inner;
  struct progress *progress;
  struct counted *next, **link; /* in the list of those under way */
  struct progress_item item;
};

struct progress {
  pthread_mutex_t lock;  /* guards all, and the items of counted streams */
  struct counted *first; /* the oldest */
  struct counted **last; /* where the next is put */
  uint64_t done, size;
  struct progress_view *copy;        /* NULL: none */
  const struct progress_view *other; /* NULL: none */
};

/* Under the lock. */
static void progress_tell(const struct progress *progress, struct progress_view *out)
{
  size_t n = 0;

  for (const struct counted *c = progress->first; c && n < PROGRESS_SHOWN; c = c->next)
    out->items[n++] = c->item;
  out->n = n;
  out->done = progress->done;
  out->size = progress->size;
}

static void progress_changed(const struct progress *progress)
{
  if (progress->copy)
    progress_tell(progress, progress->copy);
}

struct progress *progress_new(void)
{
  struct progress *progress = xcalloc(1, sizeof(*progress));

  pthread_mutex_init(&progress->lock, NULL);
  progress->last = &progress->first;
  return progress;
}

void progress_free(struct progress *progress)
{
  if (!progress)
    return;
  pthread_mutex_destroy(&progress->lock);
  free(progress);
}

static ssize_t counted_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct counted *counted = (struct counted *)stream;
  ssize_t n = stream_read(counted->inner, buffer, size, err);

  if (n > 0) {
    pthread_mutex_lock(&counted->progress->lock);
    counted->item.done += (uint64_t)n;
    counted->progress->done += (uint64_t)n;
    progress_changed(counted->progress);
    pthread_mutex_unlock(&counted->progress->lock);
  }
  return n;
}

static void counted_close(struct stream *stream)
{
  struct counted *counted = (struct counted *)stream;
  struct progress *progress = counted->progress;

  stream_close(counted->inner);
  pthread_mutex_lock(&progress->lock);
  /* What was not wanted any more is nothing to wait for. */
  progress->size -= counted->item.size;
  progress->size += counted->item.done;
  *counted->link = counted->next;
  if (counted->next)
    counted->next->link = counted->link;
  else
    progress->last = counted->link;
  progress_changed(progress);
  pthread_mutex_unlock(&progress->lock);
  free(counted);
}

struct stream *stream_counted(struct stream *inner, struct progress *progress, const char *name,
                              uint64_t size)
{
  static const struct stream_ops ops = { counted_read, counted_close };
  struct counted *counted;

  if (!progress)
    return inner;
  counted = xcalloc(1, sizeof(*counted));
  counted->base.ops = &ops;
  counted->inner = inner;
  counted->progress = progress;
  counted->item.size = size;
  snprintf(counted->item.name, sizeof(counted->item.name), "%s", name);
  pthread_mutex_lock(&progress->lock);
  progress->size += size;
  counted->link = progress->last;
  *progress->last = counted;
  progress->last = &counted->next;
  progress_changed(progress);
  pthread_mutex_unlock(&progress->lock);
  return &counted->base;
}

void progress_publish(struct progress *progress, struct progress_view *copy)
{
  pthread_mutex_lock(&progress->lock);
  progress->copy = copy;
  progress_changed(progress);
  pthread_mutex_unlock(&progress->lock);
}

void progress_watch(struct progress *progress, const struct progress_view *other)
{
  pthread_mutex_lock(&progress->lock);
  progress->other = other;
  pthread_mutex_unlock(&progress->lock);
}

/* Of what may be anything: numbers that no sum overflows, names that end, in UTF-8 or not. */
static void progress_add_other(const struct progress_view *other, struct progress_view *out)
{
  const uint64_t most = UINT64_MAX / 4;
  struct progress_view view;

  memcpy(&view, other, sizeof(view));
  out->done += MIN_OF(view.done, most);
  out->size += MIN_OF(view.size, most);
  for (size_t i = 0; i < view.n && i < PROGRESS_SHOWN && out->n < PROGRESS_SHOWN; i++) {
    struct progress_item *item = &out->items[out->n++];

    *item = view.items[i];
    item->name[sizeof(item->name) - 1] = '\0';
  }
}

void progress_look(struct progress *progress, struct progress_view *out)
{
  *out = (struct progress_view) { 0 };
  pthread_mutex_lock(&progress->lock);
  progress_tell(progress, out);
  if (progress->other)
    progress_add_other(progress->other, out);
  pthread_mutex_unlock(&progress->lock);
}
