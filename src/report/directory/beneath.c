#include "report/directory/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

void beneath_init(struct beneath *beneath, int root, bool plain)
{
  *beneath = (struct beneath) { .root = root, .plain = plain };
}

/* Closes the levels from n on. */
static void pop_to(struct beneath *beneath, size_t n)
{
  while (beneath->n > n)
    close(beneath->levels[--beneath->n].fd);
}

void beneath_release(struct beneath *beneath)
{
  pop_to(beneath, 0);
  free(beneath->path);
  beneath->path = NULL;
  beneath->cap = 0;
}

int beneath_open(struct beneath *beneath, int dir, const char *name, int flags, mode_t mode)
{
  struct open_how how = {
    .flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
    .mode = flags & O_CREAT ? mode : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };

  if (!beneath->plain) {
    int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));

    /* Containers' seccomp profiles may know nothing of it and answer either of these. */
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
      return fd;
    beneath->plain = true;
  }
  return openat(dir, name, (int)how.flags, mode);
}

/* Descends by one name. */
static int beneath_step(struct beneath *beneath, int dir, const char *name, bool create)
{
  int flags = O_RDONLY | O_DIRECTORY;
  int fd = beneath_open(beneath, dir, name, flags, 0);

  if (fd >= 0 || !create)
    return fd;
  if (errno == ENOTDIR || errno == ELOOP) {
    if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
      return -1;
  } else if (errno != ENOENT) {
    return -1;
  }
  if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST)
    return -1;
  return beneath_open(beneath, dir, name, flags, 0);
}

static bool is_prefix(const struct beneath *beneath, size_t level, struct str path)
{
  size_t end = beneath->levels[level].end;

  return end <= path.len && memcmp(beneath->path, path.ptr, end) == 0 &&
         (end == path.len || path.ptr[end] == '/');
}

static void push(struct beneath *beneath, int fd, size_t end)
{
  /* The deepest levels of a very deep path share the last place. */
  if (beneath->n == BENEATH_LEVELS)
    pop_to(beneath, BENEATH_LEVELS - 1);
  beneath->levels[beneath->n].fd = fd;
  beneath->levels[beneath->n].end = end;
  beneath->n++;
}

int beneath_directory(struct beneath *beneath, struct str path, bool create)
{
  char name[NAME_MAX + 1];
  size_t at;

  while (beneath->n > 0 && !is_prefix(beneath, beneath->n - 1, path))
    pop_to(beneath, beneath->n - 1);
  if (path.len > beneath->cap) {
    beneath->cap = path.len * 2;
    beneath->path = xreallocarray(beneath->path, beneath->cap, 1);
  }
  if (path.len)
    memcpy(beneath->path, path.ptr, path.len);
  at = beneath->n ? beneath->levels[beneath->n - 1].end : 0;
  while (at < path.len) {
    size_t start = at + (at > 0); /* over the slash */
    const char *slash = memchr(path.ptr + start, '/', path.len - start);
    size_t len = slash ? (size_t)(slash - path.ptr) - start : path.len - start;
    int fd;

    if (len > NAME_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy(name, path.ptr + start, len);
    name[len] = '\0';
    fd = beneath_step(beneath, beneath->n ? beneath->levels[beneath->n - 1].fd : beneath->root,
                      name, create);
    if (fd < 0)
      return -1;
    at = start + len;
    push(beneath, fd, at);
  }
  return beneath->n ? beneath->levels[beneath->n - 1].fd : beneath->root;
}
