#include "report/writer.h"

#include "base/fd.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

static void writer_start(struct writer *writer, FILE *file, int fd)
{
  writer->file = file;
  writer->fd = fd;
  writer->error = 0;
  writer->n = 0;
}

void writer_to_file(struct writer *writer, FILE *file)
{
  writer_start(writer, file, -1);
}

void writer_to_fd(struct writer *writer, int fd)
{
  writer_start(writer, NULL, fd);
}

static void writer_put(struct writer *writer, const char *bytes, size_t len)
{
  if (writer->error || len == 0)
    return;
  if (!writer->file) {
    if (fd_write(writer->fd, bytes, len))
      writer->error = errno;
    return;
  }
  errno = 0;
  if (fwrite(bytes, 1, len, writer->file) != len)
    writer->error = errno ? errno : EIO;
}

static void drain(struct writer *writer)
{
  writer_put(writer, writer->bytes, writer->n);
  writer->n = 0;
}

void writer_add(struct writer *writer, const void *bytes, size_t len)
{
  if (len > sizeof(writer->bytes) - writer->n)
    drain(writer);
  if (len > sizeof(writer->bytes)) {
    writer_put(writer, bytes, len);
    return;
  }
  if (len)
    memcpy(writer->bytes + writer->n, bytes, len);
  writer->n += len;
}

void writer_str(struct writer *writer, struct str s)
{
  writer_add(writer, s.ptr, s.len);
}

void writer_puts(struct writer *writer, const char *text)
{
  writer_add(writer, text, strlen(text));
}

void writer_putc(struct writer *writer, char c)
{
  if (writer->n == sizeof(writer->bytes))
    drain(writer);
  writer->bytes[writer->n++] = c;
}

void writer_pad(struct writer *writer, size_t spaces)
{
  static const char blanks[] = "                                ";

  while (spaces > 0) {
    size_t n = MIN_OF(spaces, sizeof(blanks) - 1);

    writer_add(writer, blanks, n);
    spaces -= n;
  }
}

void writer_printf(struct writer *writer, const char *fmt, ...)
{
  char text[256];
  va_list args;
  int len;

  va_start(args, fmt);
  len = vsnprintf(text, sizeof(text), fmt, args);
  va_end(args);
  assert(len >= 0 && (size_t)len < sizeof(text));
  writer_add(writer, text, (size_t)len);
}

int writer_flush(struct writer *writer)
{
  drain(writer);
  if (!writer->error && writer->file && fflush(writer->file) != 0)
    writer->error = errno ? errno : EIO;
  return writer->error;
}
