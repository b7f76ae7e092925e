#include "base/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fd.h"

static struct {
  int (*open)(void *context, struct error *err);
  void *context;
} opener; /* open NULL: this process opens them */

void tempfile_set_opener(int (*open)(void *context, struct error *err), void *context)
{
  opener.open = open;
  opener.context = context;
}

/* Some file systems cannot make a file without a name; then it loses it at once. */
static int tempfile_unnamed(const char *directory)
{
  AUTO_FREE char *path = NULL;
  int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
    return fd;
  path = xasprintf("%s/diffoci-XXXXXX", directory);
  fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0)
    unlink(path);
  return fd;
}

bool tempfile_has_no_name(const char *directory)
{
  AUTO_CLOSE const int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

  return fd >= 0;
}

int tempfile_open(struct tempfile *file, struct error *err)
{
  const char *chosen = getenv("TMPDIR");
  const char *const usual[] = { "/var/tmp", "/tmp" };

  file->fd = -1;
  if (opener.open) {
    file->directory = chosen && chosen[0] ? chosen : usual[0];
    file->fd = opener.open(opener.context, err);
    return file->fd < 0 ? -1 : 0;
  }
  if (chosen && chosen[0]) {
    file->directory = chosen;
    file->fd = tempfile_unnamed(chosen);
  }
  for (size_t i = 0; i < ARRAY_LEN(usual) && !(chosen && chosen[0]) && file->fd < 0; i++) {
    file->directory = usual[i];
    file->fd = tempfile_unnamed(usual[i]);
  }
  return file->fd < 0
             ? error_sys(err, errno, "no temporary file in %s ($TMPDIR names another folder)",
                         file->directory)
             : 0;
}

static int tempfile_failed(const struct tempfile *file, const char *what, int errnum,
                           struct error *err)
{
  return error_sys(err, errnum, "%s a temporary file in %s ($TMPDIR names another folder)", what,
                   file->directory);
}

int tempfile_write(const struct tempfile *file, const void *bytes, size_t len, uint64_t offset,
                   struct error *err)
{
  return fd_write_at(file->fd, bytes, len, offset) ? tempfile_failed(file, "writing", errno, err)
                                                   : 0;
}

int tempfile_read(const struct tempfile *file, void *bytes, size_t len, uint64_t offset,
                  struct error *err)
{
  char *to = bytes;

  while (len > 0) {
    ssize_t n = pread(file->fd, to, len, (off_t)offset);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return tempfile_failed(file, "reading", n < 0 ? errno : EIO, err);
    to += n;
    len -= (size_t)n;
    offset += (uint64_t)n;
  }
  return 0;
}

void tempfile_close(struct tempfile *file)
{
  if (file->fd >= 0)
    close(file->fd);
  file->fd = -1;
}
