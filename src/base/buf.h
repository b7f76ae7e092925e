/* A growing byte buffer with a mandatory maximum. */
#ifndef DIFFOCI_BASE_BUF_H
#define DIFFOCI_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "base/str.h"

struct buf {
  char *ptr;     /* owned; NUL-terminated whenever it is not NULL */
  size_t len;    /* bytes used, the NUL not counted */
  size_t cap;    /* bytes allocated */
  size_t max;    /* len never passes this */
  bool overflow; /* something was to be appended that did not fit; it and all after it is dropped */
};

#define BUF_INIT(maximum) ((struct buf) { .max = (maximum) })
#define AUTO_BUF CLEANUP(buf_release) struct buf

void buf_release(struct buf *buf); /* frees; the buffer is empty and usable again */
void buf_clear(struct buf *buf);   /* keeps the memory */

/* Append. What would pass the maximum sets overflow and appends nothing; check overflow once, at
 * the end. */
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, struct str s);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for len more bytes at the end, to be filled by the caller, who then adds to buf->len; NULL
 * (and overflow) if they would pass the maximum. */
MUST_CHECK void *buf_reserve(struct buf *buf, size_t len);

struct str buf_str(const struct buf *buf); /* a view, valid until the next append */
char *buf_detach(struct buf *buf); /* the bytes, to be freed; never NULL; buf is empty after */

#endif
