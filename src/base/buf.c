#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void buf_release(struct buf *buf)
{
  free(buf->ptr);
  *buf = BUF_INIT(buf->max);
}

void buf_clear(struct buf *buf)
{
  buf->len = 0;
  buf->overflow = false;
  if (buf->ptr)
    buf->ptr[0] = '\0';
}

void *buf_reserve(struct buf *buf, size_t len)
{
  if (buf->overflow || len > buf->max - buf->len) {
    buf->overflow = true;
    return NULL;
  }
  if (buf->cap - buf->len <= len) { /* one more than len, for the NUL */
    size_t cap = buf->cap ? buf->cap : 64;

    while (cap - buf->len <= len)
      cap *= 2;
    buf->ptr = xreallocarray(buf->ptr, cap, 1);
    buf->cap = cap;
  }
  return buf->ptr + buf->len;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
  char *at = buf_reserve(buf, len);

  if (!at)
    return;
  if (len)
    memcpy(at, bytes, len);
  buf->len += len;
  buf->ptr[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, struct str s)
{
  buf_add(buf, s.ptr, s.len);
}

void buf_puts(struct buf *buf, const char *text)
{
  buf_add(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
  buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
  va_list args;
  char *at;
  int len;

  va_start(args, fmt);
  len = vsnprintf(NULL, 0, fmt, args);
  va_end(args);
  if (len < 0)
    return;
  at = buf_reserve(buf, (size_t)len);
  if (!at)
    return;
  va_start(args, fmt);
  vsnprintf(at, (size_t)len + 1, fmt, args);
  va_end(args);
  buf->len += (size_t)len;
}

struct str buf_str(const struct buf *buf)
{
  return (struct str) { buf->ptr, buf->len };
}

char *buf_detach(struct buf *buf)
{
  char *bytes = buf->ptr ? buf->ptr : xstrdup("");

  *buf = BUF_INIT(buf->max);
  return bytes;
}
