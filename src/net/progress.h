/* How far transfers are. Counts only; who shows it looks from time to time. */
#ifndef DIFFOCI_NET_PROGRESS_H
#define DIFFOCI_NET_PROGRESS_H

#include "base/stream.h"

enum { PROGRESS_NAME_MAX = 48, PROGRESS_SHOWN = 8 };

struct progress; /* may be used by several threads at once */
struct progress *progress_new(void);
void progress_free(struct progress *progress); /* NULL allowed; no counted stream is left */

/* Passes inner on and counts; a transfer of size bytes from now until it is closed. Owns inner.
 * size 0: not known before. name is copied, and cut. progress NULL: inner itself. */
struct stream *stream_counted(struct stream *inner, struct progress *progress, const char *name,
                              uint64_t size);

struct progress_item {
  char name[PROGRESS_NAME_MAX];
  uint64_t done, size; /* bytes; size 0: not known */
};

struct progress_view {
  struct progress_item items[PROGRESS_SHOWN]; /* under way, the oldest first */
  size_t n;
  uint64_t done, size; /* of all transfers so far, those that have ended included */
};

/* Copies to *copy, from now on, what progress_look would tell: in memory that another process looks
 * at. */
void progress_publish(struct progress *progress, struct progress_view *copy);
/* Has progress_look also tell what another process publishes at *other, which it may change at any
 * moment and to anything: it is bounded, and good for nothing but to be shown. NULL: no more. */
void progress_watch(struct progress *progress, const struct progress_view *other);
void progress_look(struct progress *progress, struct progress_view *out);

#endif
