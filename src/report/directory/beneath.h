/* Directories below one directory, reached without ever leaving it: no symlink is followed, no ".."
 * is taken, whatever stands in the tree and however long the path is. */
#ifndef DIFFOCI_REPORT_DIRECTORY_BENEATH_H
#define DIFFOCI_REPORT_DIRECTORY_BENEATH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/str.h"

enum { BENEATH_LEVELS = 48 }; /* directories kept open from one entry to the next */

struct beneath {
  int root;   /* borrowed */
  bool plain; /* openat2 is not there, or not to be used */
  struct {
    int fd;
    size_t end; /* length of the path down to here */
  } levels[BENEATH_LEVELS];
  size_t n;
  char *path; /* of the deepest level; owned */
  size_t cap;
};

/* plain: do without openat2(2), as where the kernel does not have it. */
void beneath_init(struct beneath *beneath, int root, bool plain);
void beneath_release(struct beneath *beneath);

/* Opens the directory at path: names joined by single slashes, none of them "", "." or "..", no
 * NUL; "" is the root. create: makes what is missing, and puts directories in the place of anything
 * else that stands on the way. Returns a descriptor that stays the beneath's and is valid until the
 * next call, or -1 with errno. */
int beneath_directory(struct beneath *beneath, struct str path, bool create);

/* openat() of one name that is not to be followed if it is a symlink. */
int beneath_open(struct beneath *beneath, int dir, const char *name, int flags, mode_t mode);

#endif
