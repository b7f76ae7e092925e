#include "source/archive/root_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/archive/path.h"

enum {
  XATTR_MAX = 64 * 1024, /* of one value, and of a file's list of names: the kernel has no more */
  XATTRS_MAX = LIMIT_PAX_BYTES - 2 * MEMBER_PATH_MAX - 4096, /* beside two paths and some numbers */
};

/* What engines write into layers, and what users set. */
static bool is_wanted(const char *xattr)
{
  return strcmp(xattr, "security.capability") == 0 || strncmp(xattr, "user.", 5) == 0;
}

static int read_xattrs(struct root_list *list, struct root_entry *entry, struct error *err)
{
  AUTO_FREE char *path = xasprintf("/proc/self/fd/%d/%s", list->fd, entry->path);
  AUTO_FREE char *names = NULL;
  AUTO_FREE char *value = NULL;
  AUTO_BUF records = BUF_INIT(XATTRS_MAX);
  ssize_t n = llistxattr(path, NULL, 0);
  char key[300];

  if (n == 0 || (n < 0 && errno == ENOTSUP)) /* as for nearly all files */
    return 0;
  names = xmalloc(XATTR_MAX);
  value = xmalloc(XATTR_MAX);
  n = llistxattr(path, names, XATTR_MAX);
  if (n < 0)
    return error_sys(err, errno, "\"%s\": its extended attributes cannot be read", entry->path);
  for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
    ssize_t len = is_wanted(name) ? lgetxattr(path, name, value, XATTR_MAX) : -2;

    if (len == -1)
      return error_sys(err, errno, "\"%s\": extended attribute %s", entry->path, name);
    if (len >= 0 && strchr(name, '='))
      return error_set(err, ERROR_UNSUPPORTED,
                       "\"%s\": extended attribute %s: no PAX record can have a '=' in its name",
                       entry->path, name);
    snprintf(key, sizeof(key), "SCHILY.xattr.%s", name);
    if (len >= 0)
      root_pax_add(&records, key, value, (size_t)len);
  }
  if (records.overflow)
    return error_set(err, ERROR_LIMIT, "\"%s\": more than %d bytes of extended attributes",
                     entry->path, XATTRS_MAX);
  entry->pax = records.len ? arena_str(&list->arena, buf_str(&records)).ptr : NULL;
  entry->pax_len = records.len;
  return 0;
}

static int read_link(struct root_list *list, struct root_entry *entry, struct error *err)
{
  char target[MEMBER_PATH_MAX + 1];
  ssize_t n = readlinkat(list->fd, entry->path, target, sizeof(target));

  if (n < 0 || n == (ssize_t)sizeof(target))
    return error_sys(err, n < 0 ? errno : ENAMETOOLONG, "\"%s\"", entry->path);
  target[n] = '\0';
  entry->link = arena_strdup(&list->arena, target);
  return 0;
}

/* The first name of a file that has several; the entry itself if it is that. */
static const char *first_name(struct root_list *list, const struct root_entry *entry,
                              const struct stat *st)
{
  const uint64_t inode[2] = { st->st_dev, st->st_ino };
  struct str key = { (const char *)inode, sizeof(inode) };
  struct map_entry *found = map_put(&list->inodes, key);

  if (found->value)
    return found->value;
  found->key = arena_str(&list->arena, key);
  found->value = (void *)(uintptr_t)entry->path;
  return NULL;
}

static int add_entry(struct root_list *list, const char *path, const struct stat *st,
                     struct error *err)
{
  struct root_entry entry = {
    .path = path,
    .mode = st->st_mode,
    .uid = st->st_uid,
    .gid = st->st_gid,
    .mtime = st->st_mtim,
    .rdev = st->st_rdev,
  };

  if (S_ISREG(st->st_mode))
    entry.size = (uint64_t)st->st_size;
  if (S_ISLNK(st->st_mode) && read_link(list, &entry, err))
    return -1;
  if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
    const char *first = first_name(list, &entry, st);

    entry.is_second = first != NULL;
    entry.link = first ? first : entry.link;
  }
  if (!S_ISLNK(st->st_mode) && read_xattrs(list, &entry, err))
    return -1;
  list->items = xgrow(list->items, list->n, &list->cap, sizeof(*list->items));
  list->items[list->n++] = entry;
  return 0;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a directory, sorted. fd is owned. */
static int read_names(int fd, const char *path, char ***names, size_t *n, struct error *err)
{
  DIR *dir = fdopendir(fd);
  struct dirent *item;
  size_t cap = 0;
  int fault;

  if (!dir) {
    error_sys(err, errno, "\"%s\"", path);
    close(fd);
    return -1;
  }
  while (errno = 0, (item = readdir(dir))) {
    if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
      continue;
    *names = xgrow(*names, *n, &cap, sizeof(**names));
    (*names)[(*n)++] = xstrdup(item->d_name);
  }
  fault = errno;
  closedir(dir);
  if (fault)
    return error_sys(err, fault, "\"%s\"", path);
  if (*n)
    qsort(*names, *n, sizeof(**names), by_name);
  return 0;
}

static int add_directory(struct root_list *list, const char *path, struct error *err);

static int add_name(struct root_list *list, const char *path, struct error *err)
{
  struct stat st;

  if (strlen(path) >= MEMBER_PATH_MAX)
    return error_set(err, ERROR_LIMIT, "a path of more than %d bytes", MEMBER_PATH_MAX);
  if (fstatat(list->fd, path, &st, AT_SYMLINK_NOFOLLOW))
    return error_sys(err, errno, "\"%s\"", path);
  if (S_ISSOCK(st.st_mode))
    return 0;
  if (add_entry(list, path, &st, err))
    return -1;
  return S_ISDIR(st.st_mode) && st.st_dev == list->device ? add_directory(list, path, err) : 0;
}

/* Recursion ends with MEMBER_PATH_MAX; path "" is the root. */
static int add_directory(struct root_list *list, const char *path, struct error *err)
{
  char **names = NULL;
  size_t n = 0;
  int status;
  int fd = openat(list->fd, path[0] ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return error_sys(err, errno, "\"%s\"", path);
  status = read_names(fd, path, &names, &n, err);
  for (size_t i = 0; i < n; i++) {
    if (status == 0)
      status = add_name(
          list, arena_printf(&list->arena, "%s%s%s", path, path[0] ? "/" : "", names[i]), err);
    free(names[i]);
  }
  free(names);
  return status;
}

/* Makes root's what belongs to who runs this, unless something belongs to root already: two owners
 * would become one. */
static void own_by_root(struct root_list *list)
{
  const uid_t user = geteuid();
  const gid_t group = getegid();
  bool map_user = user != 0, map_group = user != 0;

  for (size_t i = 0; i < list->n; i++) {
    map_user = map_user && list->items[i].uid != 0;
    map_group = map_group && list->items[i].gid != 0;
  }
  for (size_t i = 0; i < list->n; i++) {
    struct root_entry *entry = &list->items[i];

    if (map_user && entry->uid == user)
      entry->uid = 0;
    if (map_group && entry->gid == group)
      entry->gid = 0;
  }
}

struct root_list *root_list_new(int fd, struct error *err)
{
  struct root_list *list = xcalloc(1, sizeof(*list));
  struct stat st;

  list->fd = fd;
  if (fstat(fd, &st)) {
    error_sys(err, errno, "cannot be read");
  } else {
    list->device = st.st_dev;
    if (add_directory(list, "", err) == 0) {
      own_by_root(list);
      return list;
    }
  }
  root_list_free(list);
  return NULL;
}

void root_list_free(struct root_list *list)
{
  if (!list)
    return;
  close(list->fd);
  map_release(&list->inodes);
  arena_release(&list->arena);
  free(list->items);
  free(list);
}
