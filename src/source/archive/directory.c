#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "source/archive/members.h"
#include "source/archive/path.h"

struct directory {
  struct members base;
  int fd;
};

enum { OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY };

/* Where the kernel has no openat2 (before 5.6, some sandboxes): without following any link. The
 * path is clean, so that it cannot lead up. */
static int open_without_links(int dir, char *path)
{
  AUTO_CLOSE int at = -1;

  for (;;) {
    char *slash = strchr(path, '/');
    int next;

    if (!slash)
      return openat(at < 0 ? dir : at, path, OPEN_FLAGS | O_NOFOLLOW);
    *slash = '\0';
    next = openat(at < 0 ? dir : at, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0)
      return -1;
    cleanup_close(&at);
    at = next;
    path = slash + 1;
  }
}

static int open_beneath(int dir, struct member_path *path)
{
  struct open_how how = {
    .flags = OPEN_FLAGS,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
  };
  int fd;

  do {
    fd = (int)syscall(SYS_openat2, dir, path->text, &how, sizeof(how));
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    return open_without_links(dir, path->text);
  return fd;
}

static struct stream *directory_open(struct members *members, struct str path, uint64_t *size,
                                     struct error *err)
{
  struct directory *directory = (struct directory *)members;
  AUTO_CLOSE int fd = -1;
  struct member_path clean;
  struct stat st;
  int file;

  if (!member_path_resolve(&clean, (struct str) { NULL, 0 }, path) || clean.len == 0) {
    error_set(err, ERROR_NOT_FOUND, "\"%.*s\" is no path in the directory", STR_ARGS(path));
    return NULL;
  }
  fd = open_beneath(directory->fd, &clean);
  if (fd < 0 && errno == EXDEV) {
    error_set(err, ERROR_CORRUPT, "\"%.*s\": a link to outside the directory", STR_ARGS(path));
    return NULL;
  }
  if (fd < 0 || fstat(fd, &st) < 0) {
    error_sys(err, errno, "\"%.*s\"", STR_ARGS(path));
    return NULL;
  }
  if (!S_ISREG(st.st_mode)) {
    error_set(err, ERROR_CORRUPT, "\"%.*s\": not a regular file", STR_ARGS(path));
    return NULL;
  }
  *size = (uint64_t)st.st_size;
  file = fd;
  fd = -1;
  return stream_of_file(file, 1, 0, *size);
}

static bool directory_has_directory(struct members *members, struct str path)
{
  AUTO_FREE char *name = str_dup(path);
  struct stat st;

  return fstatat(((struct directory *)members)->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(st.st_mode);
}

static void directory_free(struct members *members)
{
  struct directory *directory = (struct directory *)members;

  close(directory->fd);
  free(directory);
}

struct members *members_of_directory(int fd)
{
  static const struct members_ops ops = { directory_open, NULL, directory_free,
                                          directory_has_directory, NULL };
  struct directory *directory = xcalloc(1, sizeof(*directory));

  *directory = (struct directory) { { &ops }, fd };
  return &directory->base;
}
