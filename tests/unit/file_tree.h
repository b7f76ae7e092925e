/* Directories for tests: made, listed as text, compared, removed. */
#ifndef DIFFOCI_TESTS_FILE_TREE_H
#define DIFFOCI_TESTS_FILE_TREE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/escape.h"

enum { TREE_TEXT_MAX = 1 << 20, TREE_NAMES_MAX = 64, TREE_CONTENT_MAX = 64 };

/* Makes a new directory below $TMPDIR, or else in memory where that is possible (making and
 * removing thousands of directories takes minutes on some disks); to be freed. */
static inline char *tree_new(void)
{
  const char *const bases[] = { getenv("TMPDIR"), "/dev/shm", "/tmp" };

  for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
    char *path = xasprintf("%s/diffoci-test-XXXXXX", bases[i] ? bases[i] : "");

    if (bases[i] && *bases[i] && mkdtemp(path))
      return path;
    free(path);
  }
  abort();
}

static inline int tree_compare_names(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline void tree_list_below(struct buf *out, const char *path, const char *name);

/* One line for what stands at path: "d 755 NAME", "f 644 NAME CONTENT", "l NAME -> TARGET"; then
 * what is below it. Permissions that keep us from reading are lifted after they were listed. */
static inline void tree_list_one(struct buf *out, const char *path, const char *name)
{
  char content[TREE_CONTENT_MAX + 1] = "";
  struct stat status;
  ssize_t len;

  if (lstat(path, &status) != 0)
    abort();
  if (S_ISLNK(status.st_mode)) {
    len = readlink(path, content, TREE_CONTENT_MAX);
    buf_printf(out, "l %s -> %.*s\n", name, (int)len, content);
  } else if (S_ISDIR(status.st_mode)) {
    buf_printf(out, "d %03o %s\n", (unsigned)status.st_mode & 07777, name);
    if ((status.st_mode & 0700) != 0700 && chmod(path, 0700) != 0)
      abort();
    tree_list_below(out, path, name);
  } else if (S_ISREG(status.st_mode)) {
    int fd;

    buf_printf(out, "f %03o %s ", (unsigned)status.st_mode & 07777, name);
    if (!(status.st_mode & 0400) && chmod(path, 0600) != 0)
      abort();
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    len = fd < 0 ? -1 : read(fd, content, TREE_CONTENT_MAX);
    if (fd >= 0)
      close(fd);
    escape_terminal(out, (struct str) { content, len > 0 ? (size_t)len : 0 });
    buf_putc(out, '\n');
  } else {
    buf_printf(out, "? %o %s\n", (unsigned)status.st_mode, name);
  }
}

static inline void tree_list_below(struct buf *out, const char *path, const char *name)
{
  char *names[TREE_NAMES_MAX];
  size_t n = 0;
  DIR *dir = opendir(path);
  struct dirent *entry;

  if (!dir)
    abort();
  while ((entry = readdir(dir)))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && n < TREE_NAMES_MAX)
      names[n++] = xstrdup(entry->d_name);
  closedir(dir);
  qsort(names, n, sizeof(*names), tree_compare_names);
  for (size_t i = 0; i < n; i++) {
    AUTO_FREE char *below = xasprintf("%s/%s", path, names[i]);
    AUTO_FREE char *shown = *name ? xasprintf("%s/%s", name, names[i]) : xstrdup(names[i]);

    tree_list_one(out, below, shown);
    free(names[i]);
  }
}

/* What is below a directory, in the order of the names; to be freed. */
static inline char *tree_list(const char *path)
{
  struct buf out = BUF_INIT(TREE_TEXT_MAX);

  tree_list_below(&out, path, "");
  return buf_detach(&out);
}

static inline void tree_write(const char *dir, const char *name, const char *content)
{
  AUTO_FREE char *path = xasprintf("%s/%s", dir, name);
  FILE *file = fopen(path, "w");

  if (!file || fputs(content, file) < 0 || fclose(file) != 0)
    abort();
}

#endif
