/* Buffered output that remembers its first failure: write on, look once at the end. */
#ifndef DIFFOCI_REPORT_WRITER_H
#define DIFFOCI_REPORT_WRITER_H

#include <stddef.h>
#include <stdio.h>

#include "base/macros.h"
#include "base/str.h"

enum { WRITER_SIZE = 64 * 1024 };

struct writer {
  FILE *file; /* where to; NULL: fd */
  int fd;
  int error; /* errno of the first failure; what follows it is dropped */
  size_t n;  /* bytes waiting in `bytes` */
  char bytes[WRITER_SIZE];
};

/* Neither the file nor the descriptor is closed with the writer. */
void writer_to_file(struct writer *writer, FILE *file);
void writer_to_fd(struct writer *writer, int fd);
void writer_add(struct writer *writer, const void *bytes, size_t len);
void writer_str(struct writer *writer, struct str s);
void writer_puts(struct writer *writer, const char *text);
void writer_putc(struct writer *writer, char c);
void writer_pad(struct writer *writer, size_t spaces);
/* At most 255 bytes of text: for numbers and the like. */
void writer_printf(struct writer *writer, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Writes out what waits. Returns 0, or the errno of the first failure. */
MUST_CHECK int writer_flush(struct writer *writer);

#endif
