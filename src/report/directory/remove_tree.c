#include "report/directory/remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"

/* Directories below the top one are moved up to it before they are emptied, so that neither the
 * stack nor the number of open files grows with the depth of the tree. */
struct removal {
  int top;
  uint64_t moved; /* for names */
};

static bool is_dot(const char *name)
{
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Opens a directory to be emptied. */
static DIR *open_to_empty(int dir, const char *name)
{
  int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat(dir, name, flags);
  struct stat status;
  DIR *stream;

  if (fd < 0 && errno == EACCES && fchmodat(dir, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
    fd = openat(dir, name, flags);
  if (fd < 0)
    return NULL;
  /* A failure shows when something in it cannot be removed. */
  if (fstat(fd, &status) == 0 && (status.st_mode & 0700) != 0700)
    (void)!fchmod(fd, 0700);
  stream = fdopendir(fd);
  if (!stream)
    close(fd);
  return stream;
}

/* Removes a file or an empty directory. 1: it is a directory with something in it. */
static int remove_one(int dir, const char *name)
{
  int error;

  if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
    return 0;
  error = errno;
  if (error != EISDIR && error != EPERM)
    return -1;
  if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
    return 0;
  if (errno == ENOTEMPTY || errno == EEXIST)
    return 1;
  if (errno == ENOTDIR)
    errno = error;
  return -1;
}

static int move_up(struct removal *removal, int dir, const char *name)
{
  char free_name[32];
  bool made_writable = false;

  for (;;) {
    snprintf(free_name, sizeof(free_name), "%llu", (unsigned long long)removal->moved);
    if (renameat(dir, name, removal->top, free_name) == 0)
      return 0;
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) {
      removal->moved++;
    } else if (errno == EACCES && !made_writable) {
      if (fchmodat(dir, name, 0700, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
      made_writable = true;
    } else {
      return -1;
    }
  }
}

/* Calls remove_one for all that is in a directory; what is a directory and not empty is given to
 * `full`. Counts what it saw. */
static int sweep(struct removal *removal, DIR *stream,
                 int (*full)(struct removal *removal, int dir, const char *name), size_t *seen)
{
  const struct dirent *entry;

  *seen = 0;
  rewinddir(stream);
  while ((errno = 0, entry = readdir(stream))) {
    int result;

    if (is_dot(entry->d_name))
      continue;
    ++*seen;
    result = remove_one(dirfd(stream), entry->d_name);
    if (result < 0 || (result > 0 && full(removal, dirfd(stream), entry->d_name) != 0))
      return -1;
  }
  return errno ? -1 : 0;
}

/* Empties and removes one directory of the top one. */
static int remove_level(struct removal *removal, int dir, const char *name)
{
  DIR *stream = open_to_empty(dir, name);
  size_t seen = 0;
  int result;
  int error;

  if (!stream)
    return -1;
  do
    result = sweep(removal, stream, move_up, &seen);
  while (result == 0 && seen > 0);
  error = errno;
  closedir(stream);
  errno = error;
  return result == 0 ? unlinkat(dir, name, AT_REMOVEDIR) : -1;
}

static int empty_top(struct removal *removal, DIR *stream)
{
  size_t seen = 0;

  do
    if (sweep(removal, stream, remove_level, &seen) != 0)
      return -1;
  while (seen > 0);
  return 0;
}

int remove_tree(int dir, const char *name)
{
  struct removal removal = { 0 };
  int result = remove_one(dir, name);
  DIR *stream;
  int error;

  if (result <= 0)
    return result;
  stream = open_to_empty(dir, name);
  if (!stream)
    return -1;
  removal.top = dirfd(stream);
  result = empty_top(&removal, stream);
  error = errno;
  closedir(stream);
  errno = error;
  return result == 0 ? unlinkat(dir, name, AT_REMOVEDIR) : -1;
}
