/* Memory that is given out piece by piece and released all at once. Not for several threads. */
#ifndef DIFFOCI_BASE_ARENA_H
#define DIFFOCI_BASE_ARENA_H

#include <stddef.h>

#include "base/macros.h"
#include "base/paged.h"
#include "base/str.h"

struct arena {
  struct arena_chunk *chunks; /* newest first */
  size_t left;                /* bytes free at `next` */
  char *next;
  size_t total;        /* bytes allocated from the system, or from paged */
  struct paged *paged; /* where it has its memory from; NULL: the heap. Borrowed, lives longer */
};

#define ARENA_INIT ((struct arena) { 0 })
#define ARENA_INIT_PAGED(from) ((struct arena) { .paged = (from) })

void arena_release(struct arena *arena);
/* Everything given out so far is gone; the newest chunk is kept for what comes next. */
void arena_reset(struct arena *arena);
/* Zeroed, aligned for any type; valid until arena_release. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy of the bytes with a NUL behind it; no alignment, so that names lie close together. */
struct str arena_str(struct arena *arena, struct str s);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
