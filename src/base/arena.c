#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct arena_chunk {
  struct arena_chunk *older;
  size_t room;
  max_align_t bytes[];
};

enum { CHUNK_MIN = 4096, CHUNK_MAX = 256 * 1024 };

void arena_release(struct arena *arena)
{
  while (arena->chunks) {
    struct arena_chunk *older = arena->chunks->older;

    if (arena->paged)
      paged_drop(arena->paged, arena->chunks, sizeof(*older) + arena->chunks->room);
    else
      free(arena->chunks);
    arena->chunks = older;
  }
  *arena = ARENA_INIT_PAGED(arena->paged);
}

void arena_reset(struct arena *arena)
{
  struct arena_chunk *newest = arena->chunks;

  if (!newest)
    return;
  arena->chunks = newest->older;
  newest->older = NULL;
  arena_release(arena);
  *arena =
      (struct arena) { newest, newest->room, (char *)newest->bytes, newest->room, arena->paged };
}

/* Chunks grow with the arena, so that a small one stays small and a large one has few of them. */
static void add_chunk(struct arena *arena, size_t size)
{
  size_t room = arena->total < CHUNK_MIN   ? CHUNK_MIN
                : arena->total > CHUNK_MAX ? CHUNK_MAX
                                           : arena->total;
  struct arena_chunk *chunk;

  if (room < size)
    room = size;
  chunk = arena->paged ? paged_give(arena->paged, sizeof(*chunk) + room)
                       : xmalloc(sizeof(*chunk) + room);
  chunk->older = arena->chunks;
  chunk->room = room;
  arena->chunks = chunk;
  arena->next = (char *)chunk->bytes;
  arena->left = room;
  arena->total += room;
}

static char *arena_take(struct arena *arena, size_t size, size_t align)
{
  size_t pad = arena->next ? (size_t)(-(uintptr_t)arena->next & (align - 1)) : 0;
  char *memory;

  if (!arena->next || arena->left < size + pad) {
    add_chunk(arena, size);
    pad = 0;
  }
  memory = arena->next + pad;
  arena->next += size + pad;
  arena->left -= size + pad;
  return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
  return memset(arena_take(arena, size ? size : 1, _Alignof(max_align_t)), 0, size);
}

struct str arena_str(struct arena *arena, struct str s)
{
  char *copy = arena_take(arena, s.len + 1, 1);

  if (s.len)
    memcpy(copy, s.ptr, s.len);
  copy[s.len] = '\0';
  return (struct str) { copy, s.len };
}

char *arena_strdup(struct arena *arena, const char *text)
{
  return (char *)arena_str(arena, str_of(text)).ptr;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
  va_list args;
  char *text;
  int len;

  va_start(args, fmt);
  len = vsnprintf(NULL, 0, fmt, args);
  va_end(args);
  if (len < 0)
    len = 0;
  text = arena_take(arena, (size_t)len + 1, 1);
  va_start(args, fmt);
  vsnprintf(text, (size_t)len + 1, fmt, args);
  va_end(args);
  return text;
}
