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

enum {
  OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
  LINKS_MAX = 40, /* path_resolution(7) */
};

/* Puts what a link leads to in the place of the path's first component, whose end is a slash or NUL
 * of it. -1 with errno. */
static int put_target(char path[MEMBER_PATH_MAX], const char *end, const char *target, size_t len)
{
  const size_t left = strlen(end) + 1;

  if (len && target[0] == '/') {
    errno = EXDEV;
    return -1;
  }
  if (len + left > MEMBER_PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memmove(path + len, end, left);
  memcpy(path, target, len);
  return 0;
}

/* Whether a name without a link in it may have another behind it; errno says why not. */
static bool is_passable(int dir, const struct member_path *path)
{
  struct stat status;

  if (path->len == 0)
    return true;
  if (fstatat(dir, path->text, &status, AT_SYMLINK_NOFOLLOW))
    return false;
  errno = ENOTDIR;
  return S_ISDIR(status.st_mode);
}

/* The path without a link in it, as RESOLVE_BENEATH of openat2(2) follows them. -1 with errno:
 * EXDEV where one leads out of the directory. */
static int follow_links(int dir, struct member_path *path)
{
  struct member_path done = { .len = 0 };
  struct member_path next;
  char rest[MEMBER_PATH_MAX];
  char target[MEMBER_PATH_MAX];
  int links = 0;

  memcpy(rest, path->text, path->len + 1);
  while (*rest) {
    const char *end = strchrnul(rest, '/');
    ssize_t len;

    if (!member_path_resolve(&next, member_path_str(&done),
                             (struct str) { rest, (size_t)(end - rest) })) {
      errno = EXDEV;
      return -1;
    }
    len = readlinkat(dir, next.text, target, sizeof(target));
    if (len < 0) { /* no link, or nothing: opening it tells, if it is the last */
      if (*end == '/' && !is_passable(dir, &next))
        return -1;
      done = next;
      memmove(rest, end + (*end == '/'), strlen(end + (*end == '/')) + 1);
    } else if (++links > LINKS_MAX) {
      errno = ELOOP;
      return -1;
    } else if (put_target(rest, end, target, (size_t)len)) {
      return -1;
    }
  }
  *path = done;
  return 0;
}

/* What became a link meanwhile is an error. The path is clean, so that it cannot lead up. */
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
  /* Before Linux 5.6, and in some sandboxes, of which ours is one. */
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    return follow_links(dir, path) ? -1 : open_without_links(dir, path->text);
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
