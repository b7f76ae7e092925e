/* What a directory holds, listed once for all its streams. Private to root_list.c, which lists,
 * root_tar.c, which writes, and root_wire.c, which has another process list. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_ROOT_LIST_H
#define DIFFOCI_SOURCE_ARCHIVE_ROOT_LIST_H

#include <sys/types.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "source/archive/root.h"

struct root_entry {
  const char *path; /* from the root, without '/' before and behind */
  const char *link; /* of a symbolic link its target, of a further name the first one; or NULL */
  const char *pax;  /* records of xattrs */
  size_t pax_len;
  mode_t mode;
  uid_t uid;
  gid_t gid;
  uint64_t size;
  struct timespec mtime;
  dev_t rdev;
  bool is_second; /* a hard link */
};

/* What is there and in no tar archive, or nobody's who made the files. */
struct root_unseen {
  uint64_t n;
  const char *first; /* its path */
};

struct root_list {
  int fd;
  struct arena arena;
  struct map inodes; /* of files with several names -> struct root_entry of the first */
  struct root_entry *items;
  size_t n, cap;
  struct root_unseen sockets, views /* of the kernel */, xattrs;
  const char *first_xattr; /* the name of the first */
};

/* Lists the directory by this process. fd: as of root_list_new. */
struct root_list *root_list_here(int fd, struct error *err);
/* Writes the list to a file, from where that stands, for root_list_read, which makes another of it,
 * for the same directory: fd is that, and owned, also on failure. bytes: all of the file, borrowed.
 * ERROR_CORRUPT: they are no list, or the directory is another. */
MUST_CHECK int root_list_write(const struct root_list *list, int fd, struct error *err);
struct root_list *root_list_read(int fd, struct str bytes, struct error *err);
/* Appends a PAX record (POSIX.1-2017, pax, "pax Extended Header"): its length, key, '=', value and
 * a newline. What has no room shows in out->overflow. */
void root_pax_add(struct buf *out, const char *key, const char *value, size_t len);

#endif
