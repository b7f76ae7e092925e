/* A partial file becomes a blob. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "store/local/local.h"

enum { COPY_BLOCK = 256 * 1024 };

/* Whether all bytes of the partial file are in fd, and on the disk; else errno. */
static bool place_copy_to(const struct local_writer *writer, int fd)
{
  AUTO_FREE char *block = xmalloc(COPY_BLOCK);
  uint64_t done = 0;

  while (done < writer->written) {
    const ssize_t n = pread(writer->fd, block, COPY_BLOCK, (off_t)done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      errno = n ? errno : EIO;
      return false;
    }
    if (fd_write(fd, block, (size_t)n))
      return false;
    done += (uint64_t)n;
  }
  return fchmod(fd, 0444) == 0 && fsync(fd) == 0;
}

/* Gives a file without a name the blob's. Unlike a rename that replaces nothing: a blob of this
 * size is one that another process has just made, anything else is damaged. What cannot be looked
 * at stays, since it may be whole. */
static bool place_name(const struct local_writer *writer, int fd, const char *path)
{
  const int dir = writer->store->dir_fd;
  char own[64];

  snprintf(own, sizeof(own), "/proc/self/fd/%d", fd);
  for (;;) {
    AUTO_CLOSE int other = -1;

    if (linkat(AT_FDCWD, own, dir, path, AT_SYMLINK_FOLLOW) == 0)
      return true;
    if (errno != EEXIST)
      return false;
    other = blob_open(writer->store, &writer->digest, (int64_t)writer->written);
    if (other >= 0)
      return true;
    if (errno != ENOENT && errno != ELOOP)
      return false;
    if (unlinkat(dir, path, 0) && errno != ENOENT)
      return false;
  }
}

static int place_copy(const struct local_writer *writer, const char *dir, const char *path,
                      struct error *err)
{
  const struct local_store *store = writer->store;
  AUTO_CLOSE int fd = openat(store->dir_fd, dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    return error_sys(err, errno, "%s/%s: no file moves there, and no copy can be made", store->dir,
                     path);
  if (!place_copy_to(writer, fd) || !place_name(writer, fd, path))
    return error_sys(err, errno, "%s/%s: cannot be made", store->dir, path);
  /* Others that wait for its lock see that it is gone, and find the blob. */
  unlinkat(store->dir_fd, writer->partial, 0);
  return 0;
}

int blob_place(struct local_writer *writer, struct error *err)
{
  struct local_store *store = writer->store;
  char path[BLOB_PATH_MAX];
  char dir[32];

  snprintf(dir, sizeof(dir), "blobs/%s", digest_algorithm_name(writer->digest.algorithm));
  blob_path(&writer->digest, path);
  /* Others may wait for the lock of the partial file: it must stay open to them until it is gone.
   */
  if (fchmod(writer->fd, 0644) < 0 || fsync(writer->fd) < 0)
    return error_sys(err, errno, "store %s: writing a blob", store->dir);
  if ((mkdirat(store->dir_fd, "blobs", 0755) < 0 && errno != EEXIST) ||
      (mkdirat(store->dir_fd, dir, 0755) < 0 && errno != EEXIST))
    return error_sys(err, errno, "%s/%s: cannot be made", store->dir, dir);
  if (renameat(store->dir_fd, writer->partial, store->dir_fd, path) == 0) {
    (void)!fchmod(writer->fd, 0444); /* a blob that is complete is never written to */
    return 0;
  }
  return errno == EXDEV ? place_copy(writer, dir, path, err)
                        : error_sys(err, errno, "%s/%s: cannot be made", store->dir, path);
}
