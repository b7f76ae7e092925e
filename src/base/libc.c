#include "base/libc.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *libc_gnu_text(const char *result, char *text, size_t size)
{
  (void)text;
  (void)size;
  return result;
}

static const char *libc_posix_text(int result, char *text, size_t size)
{
  if (result)
    snprintf(text, size, "unknown error");
  return text;
}

const char *libc_error_text(int errnum, char *text, size_t size)
{
  return _Generic(strerror_r(errnum, text, size), char * : libc_gnu_text, int : libc_posix_text)(
      strerror_r(errnum, text, size), text, size);
}

int libc_close_range(unsigned first, unsigned last)
{
  return (int)syscall(SYS_close_range, first, last, 0);
}

int libc_fstat(int fd, struct stat *out)
{
  /* Where the library's structure is the kernel's. */
#if defined(__x86_64__) || defined(__aarch64__)
  return (int)syscall(SYS_fstat, fd, out);
#else
  return fstat(fd, out);
#endif
}
