#include "net/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int file_read(const char *path, struct buf *out, struct error *err)
{
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  char bytes[8192];

  if (fd < 0)
    return error_sys(err, errno, "%s", path);
  for (;;) {
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_sys(err, errno, "%s", path);
    if (n == 0)
      return 0;
    buf_add(out, bytes, (size_t)n);
    if (out->overflow)
      return error_set(err, ERROR_LIMIT, "%s: more than %zu bytes", path, out->max);
  }
}
