#include "report/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/ending.h"
#include "base/libc.h"
#include "base/tempfile.h"

enum {
  ATTEMPTS = 16, /* at a name that nobody has */
  COPIED_AT_ONCE = 64 << 10,
};

static const struct outfile_keeper *keeper; /* NULL: this process opens them */

void outfile_set_keeper(const struct outfile_keeper *other)
{
  keeper = other;
}

const struct outfile_keeper *outfile_get_keeper(void)
{
  return keeper;
}

/* /dev/stdout opened anew would have a position of its own and write over what the table wrote. */
static bool is_stdout(const struct stat *status)
{
  struct stat out;

  return libc_fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == status->st_dev &&
         out.st_ino == status->st_ino;
}

static uint64_t some_number(void)
{
  uint64_t number = 0;

  if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
    number = (uint64_t)getpid();
  return number;
}

/* The path through which a descriptor's file can be given a name. */
struct fd_path {
  char text[32];
};

static struct fd_path path_of(int fd)
{
  struct fd_path path;

  snprintf(path.text, sizeof(path.text), "/proc/self/fd/%d", fd);
  return path;
}

/* A file without a name in the target's directory: however the program ends, nothing of it stays.
 * -1 where the file system or the lack of /proc does not allow that. */
static int open_nameless(const struct outfile *file)
{
  const char *slash = strrchr(file->target, '/');
  AUTO_FREE char *dir =
      slash ? xstrndup(file->target, (size_t)(slash - file->target) + 1) : xstrdup(".");
  /* To make one takes longer than to find out that it could get no name. */
  int fd = access("/proc/self/fd", F_OK) == 0
               ? openat(file->dir, dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666)
               : -1;

  if (fd >= 0 && access(path_of(fd).text, F_OK) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

/* Gives it its name, or where something has that one beside it, to be renamed: linkat replaces
 * nothing. 0, or an errno. */
static int give_name(struct outfile *file, int fd)
{
  if (linkat(AT_FDCWD, path_of(fd).text, file->dir, file->target, AT_SYMLINK_FOLLOW) == 0)
    return 0;
  if (errno != EEXIST)
    return errno;
  for (int i = 0; i < ATTEMPTS; i++) {
    free(file->temporary);
    file->temporary =
        xasprintf("%s.%08x.tmp", file->target, (unsigned)(some_number() & UINT32_MAX));
    if (linkat(AT_FDCWD, path_of(fd).text, file->dir, file->temporary, AT_SYMLINK_FOLLOW) == 0) {
      file->ending = ending_add_file(file->dir, file->temporary);
      return 0;
    }
    if (errno != EEXIST)
      break;
  }
  free(file->temporary);
  file->temporary = NULL;
  return errno;
}

static int open_temporary(struct outfile *file)
{
  int fd = open_nameless(file);

  file->nameless = fd >= 0;
  for (int i = 0; i < ATTEMPTS && fd < 0; i++) {
    free(file->temporary);
    file->temporary =
        xasprintf("%s.%08x.tmp", file->target, (unsigned)(some_number() & UINT32_MAX));
    fd = openat(file->dir, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                0666);
    if (fd < 0 && errno != EEXIST)
      break;
  }
  if (fd < 0 || file->nameless) {
    free(file->temporary);
    file->temporary = NULL;
  } else {
    file->ending = ending_add_file(file->dir, file->temporary);
  }
  return fd;
}

static const char *outfile_label(const struct outfile *file)
{
  return strcmp(file->name, "-") == 0 ? "standard output" : file->name;
}

/* Where the directory takes no new file (it is another's, or read-only and has a file mounted in
 * it), what is there already may still be written to, when all is there. Till then it is in a file
 * without a name. -1 with *err. */
static int open_existing(struct outfile *file, struct error *err)
{
  const int refused = errno;
  struct tempfile made = TEMPFILE_INIT;
  char text[96];

  file->existing = open(file->target, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
  if (file->existing < 0)
    return error_sys(err, errno, "%s", outfile_label(file));
  if (tempfile_open(&made, err) == 0)
    return made.fd;
  return error_wrap(err, "%s: it cannot be replaced (%s), and is written over once all is there",
                    outfile_label(file), libc_error_text(refused, text, sizeof(text)));
}

/* Takes the room for what a file is to hold before anything in it is written over, where the file
 * system can do that. 0, or an errno. */
static int make_room(int from, int to)
{
  struct stat status;

  if (libc_fstat(from, &status) != 0)
    return errno;
  if (status.st_size == 0 || fallocate(to, FALLOC_FL_KEEP_SIZE, 0, status.st_size) == 0)
    return 0;
  return errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO ? errno : 0;
}

/* All of what is in one file to another, which is cut where that ends. 0, or an errno. *touched:
 * whether what the other held is no more. */
static int copy_all(int from, int to, bool *touched)
{
  AUTO_FREE char *bytes = xmalloc(COPIED_AT_ONCE);
  const int error = make_room(from, to);
  off_t at = 0;
  ssize_t n;

  if (error)
    return error;

  while ((n = pread(from, bytes, COPIED_AT_ONCE, at)) > 0) {
    for (ssize_t done = 0; done < n;) {
      const ssize_t written = pwrite(to, bytes + done, (size_t)(n - done), at + done);

      if (written < 0 && errno != EINTR)
        return errno;
      *touched |= written > 0;
      done += written > 0 ? written : 0;
    }
    at += n;
  }
  return n < 0 || ftruncate(to, at) ? errno : 0;
}

/* The same, and closes what it was copied to. */
static int copy_over(int from, int to, bool *touched)
{
  const int error = copy_all(from, to, touched);

  return close(to) != 0 && !error ? errno : error;
}

static int copy_temporary(const struct outfile *file, bool *touched)
{
  AUTO_CLOSE const int from = openat(file->dir, file->temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const int to = from < 0 ? -1 : open(file->target, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);

  return to < 0 ? errno : copy_over(from, to, touched);
}

static int rename_over(struct outfile *file, bool *touched)
{
  if (renameat(file->dir, file->temporary, file->dir, file->target) == 0) {
    ending_forget(file->ending);
    file->ending = -1;
    free(file->temporary);
    file->temporary = NULL;
    return 0;
  }
  /* A file that is mounted by itself cannot be replaced. */
  return errno == EBUSY && file->dir == AT_FDCWD ? copy_temporary(file, touched) : errno;
}

/* A descriptor; -1 with errno or, if it sets that, *err. */
static int open_target(struct outfile *file, struct error *err)
{
  struct stat status;
  int fd;

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
  if (!file->target)
    return -1;
  fd = open_temporary(file);
  if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
    fd = open_existing(file, err);
  return fd;
}

static void outfile_free(struct outfile *file)
{
  if (file->writer.fd >= 0)
    close(file->writer.fd);
  if (file->existing >= 0)
    close(file->existing);
  ending_forget(file->ending);
  free(file->name);
  free(file->target);
  free(file->temporary);
  free(file);
}

static struct outfile *outfile_opened(struct outfile *file, int fd, struct error *err)
{
  const int error = errno;

  writer_to_fd(&file->writer, fd);
  if (fd >= 0)
    return file;
  error_sys(err, error, "%s", outfile_label(file));
  outfile_free(file);
  return NULL;
}

struct outfile *outfile_open_kept(const struct outfile_keeper *by, const char *name,
                                  const char *label, struct error *err)
{
  const int fd = by->open(by->context, name, err);
  struct outfile *file;

  if (fd < 0)
    return NULL;
  file = xcalloc(1, sizeof(*file));
  file->name = xstrdup(label);
  file->target = xstrdup(name);
  file->existing = file->ending = -1;
  file->keeper = by;
  return outfile_opened(file, fd, err);
}

static struct outfile *outfile_failed(struct outfile *file, struct error *err,
                                      const struct error *why)
{
  *err = *why;
  outfile_free(file);
  return NULL;
}

struct outfile *outfile_open(const char *path, struct error *err)
{
  struct outfile *file;
  struct error why = { 0 };
  int fd;

  if (keeper && strcmp(path, "-") != 0)
    return outfile_open_kept(keeper, path, path, err);
  file = xcalloc(1, sizeof(*file));
  file->name = xstrdup(path);
  file->dir = AT_FDCWD;
  file->existing = file->ending = -1;
  fd = open_target(file, &why);
  return why.code ? outfile_failed(file, err, &why) : outfile_opened(file, fd, err);
}

struct outfile *outfile_open_at(int dir, const char *name, const char *label, struct error *err)
{
  struct outfile *file = xcalloc(1, sizeof(*file));

  file->name = xstrdup(label);
  file->target = xstrdup(name);
  file->dir = dir;
  file->existing = file->ending = -1;
  return outfile_opened(file, open_temporary(file), err);
}

int outfile_check(const char *path, struct error *err)
{
  struct stat status;
  struct outfile *file;

  if (strcmp(path, "-") == 0)
    return 0;
  /* Opening a pipe may wait for its reader. */
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return access(path, W_OK) ? error_sys(err, errno, "%s", path) : 0;
  file = outfile_open(path, err);
  outfile_abandon(file);
  return file ? 0 : -1;
}

bool outfile_is_direct(const struct outfile *file)
{
  struct stat status;

  return libc_fstat(file->writer.fd, &status) != 0 || !S_ISREG(status.st_mode) ||
         is_stdout(&status);
}

int outfile_commit(struct outfile *file, struct error *err)
{
  int error = writer_flush(&file->writer);
  int fd = file->writer.fd;
  bool touched = false;

  file->writer.fd = -1;
  if (!error && file->nameless)
    error = give_name(file, fd);
  if (!error && file->existing >= 0) {
    error = copy_over(fd, file->existing, &touched);
    file->existing = -1;
  }
  if (close(fd) != 0 && !error)
    error = errno;
  if (!error && file->temporary)
    error = rename_over(file, &touched);
  if (error)
    error_sys(err, error, touched ? "%s: it is not whole now, for it could not be replaced" : "%s",
              outfile_label(file));
  else if (file->keeper)
    error = file->keeper->commit(file->keeper->context, file->target, err);
  outfile_abandon(file);
  return error ? -1 : 0;
}

void outfile_abandon(struct outfile *file)
{
  if (!file)
    return;
  if (file->temporary)
    unlinkat(file->dir, file->temporary, 0);
  outfile_free(file);
}
