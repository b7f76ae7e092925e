#include "report/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { ATTEMPTS = 16 }; /* at a name that nobody has */

/* /dev/stdout opened anew would have a position of its own and write over what the table wrote. */
static bool is_stdout(const struct stat *status)
{
  struct stat out;

  return fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == status->st_dev &&
         out.st_ino == status->st_ino;
}

static uint64_t some_number(void)
{
  uint64_t number = 0;

  if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
    number = (uint64_t)getpid();
  return number;
}

static int open_temporary(struct outfile *file)
{
  int fd = -1;

  for (int i = 0; i < ATTEMPTS && fd < 0; i++) {
    free(file->temporary);
    file->temporary =
        xasprintf("%s.%08x.tmp", file->target, (unsigned)(some_number() & UINT32_MAX));
    fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && errno != EEXIST)
      break;
  }
  if (fd < 0) {
    free(file->temporary);
    file->temporary = NULL;
  }
  return fd;
}

static int open_target(struct outfile *file)
{
  struct stat status;

  if (strcmp(file->name, "-") == 0)
    return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  if (stat(file->name, &status) != 0) {
    if (errno != ENOENT)
      return -1;
    file->target = xstrdup(file->name);
    return open_temporary(file);
  }
  if (is_stdout(&status))
    return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return -1;
  }
  if (!S_ISREG(status.st_mode))
    return open(file->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  file->target = realpath(file->name, NULL);
  return file->target ? open_temporary(file) : -1;
}

static void outfile_free(struct outfile *file)
{
  if (file->writer.fd >= 0)
    close(file->writer.fd);
  free(file->name);
  free(file->target);
  free(file->temporary);
  free(file);
}

struct outfile *outfile_open(const char *path, struct error *err)
{
  struct outfile *file = xcalloc(1, sizeof(*file));
  int fd;

  file->name = xstrdup(path);
  fd = open_target(file);
  writer_to_fd(&file->writer, fd);
  if (fd < 0) {
    error_sys(err, errno, "%s", path);
    outfile_free(file);
    return NULL;
  }
  return file;
}

int outfile_commit(struct outfile *file, struct error *err)
{
  int error = writer_flush(&file->writer);
  int fd = file->writer.fd;

  file->writer.fd = -1;
  if (close(fd) != 0 && !error)
    error = errno;
  if (!error && file->temporary) {
    if (rename(file->temporary, file->target) != 0) {
      error = errno;
    } else {
      free(file->temporary);
      file->temporary = NULL;
    }
  }
  if (error)
    error_sys(err, error, "%s", file->name);
  outfile_abandon(file);
  return error ? -1 : 0;
}

void outfile_abandon(struct outfile *file)
{
  if (!file)
    return;
  if (file->temporary)
    unlink(file->temporary);
  outfile_free(file);
}
