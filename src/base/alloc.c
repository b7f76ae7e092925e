#include "base/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *xmalloc(size_t size)
{
  void *memory = malloc(size ? size : 1);

  if (!memory)
    out_of_memory();
  return memory;
}

void *xcalloc(size_t n, size_t size)
{
  void *memory = calloc(n ? n : 1, size ? size : 1);

  if (!memory)
    out_of_memory();
  return memory;
}

void *xreallocarray(void *old, size_t n, size_t size)
{
  void *memory = reallocarray(old, n ? n : 1, size ? size : 1);

  if (!memory)
    out_of_memory();
  return memory;
}

char *xstrndup(const char *text, size_t len)
{
  char *copy = xmalloc(len + 1);

  memcpy(copy, text, len);
  copy[len] = '\0';
  return copy;
}

char *xstrdup(const char *text)
{
  return xstrndup(text, strlen(text));
}

char *xasprintf(const char *fmt, ...)
{
  va_list args;
  char *text;
  int len;

  va_start(args, fmt);
  len = vasprintf(&text, fmt, args);
  va_end(args);
  if (len < 0)
    out_of_memory();
  return text;
}

void *xgrow(void *items, size_t n, size_t *cap, size_t size)
{
  if (n < *cap)
    return items;
  *cap = *cap ? *cap * 2 : 8;
  return xreallocarray(items, *cap, size);
}

void *library_malloc(size_t size)
{
  return xmalloc(size);
}

void *library_realloc(void *old, size_t size)
{
  if (size)
    return xreallocarray(old, 1, size);
  free(old);
  return NULL;
}

void *library_calloc(size_t n, size_t size)
{
  return xcalloc(n, size);
}

char *library_strdup(const char *text)
{
  return xstrdup(text);
}

void cleanup_free(void *pointer_to_pointer)
{
  void *pointer;

  memcpy(&pointer, pointer_to_pointer, sizeof(pointer));
  free(pointer);
}

void cleanup_close(const int *fd)
{
  int saved = errno;

  if (*fd >= 0)
    close(*fd);
  errno = saved;
}
