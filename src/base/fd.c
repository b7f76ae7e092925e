#include "base/fd.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

/* Whether to go on after a write that wrote n bytes; takes those off what is left. */
static int fd_wrote(ssize_t n, const char **at, size_t *left)
{
  if (n < 0 && errno == EINTR)
    return 0;
  if (n == 0)
    errno = EIO;
  if (n <= 0)
    return -1;
  *at += n;
  *left -= (size_t)n;
  return 0;
}

int fd_write(int fd, const void *bytes, size_t len)
{
  const char *at = bytes;

  while (len)
    if (fd_wrote(write(fd, at, len), &at, &len))
      return -1;
  return 0;
}

int fd_write_at(int fd, const void *bytes, size_t len, uint64_t offset)
{
  const char *at = bytes;

  while (len)
    if (fd_wrote(pwrite(fd, at, len, (off_t)(offset + (uint64_t)(at - (const char *)bytes))), &at,
                 &len))
      return -1;
  return 0;
}
