#include "source/archive/root_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/archive/path.h"

enum {
  XATTR_MAX = 64 * 1024, /* of one value, and of a file's list of names: the kernel has no more */
  XATTRS_MAX = LIMIT_PAX_BYTES - 2 * MEMBER_PATH_MAX - 4096, /* beside two paths and some numbers */
};

static void unseen_add(struct root_unseen *unseen, const char *path)
{
  if (!unseen->n++)
    unseen->first = path;
}

/* What somebody set. The other security.* are the host's labels, which it puts on every file
 * (SELinux, Smack, IMA), the other system.* and those of file systems (btrfs.*) are ways to tell
 * what mode, ACLs and flags are. */
static bool is_wanted(const char *xattr)
{
  static const char *const wanted[] = { "security.capability", "system.posix_acl_access",
                                        "system.posix_acl_default" };

  for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
    if (strcmp(xattr, wanted[i]) == 0)
      return true;
  return strncmp(xattr, "user.", 5) == 0 || strncmp(xattr, "trusted.", 8) == 0;
}

static void note_unwanted(struct root_list *list, const struct root_entry *entry, const char *xattr)
{
  if (!list->xattrs.n)
    list->first_xattr = arena_strdup(&list->arena, xattr);
  unseen_add(&list->xattrs, entry->path);
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
  if (n < 0 && errno == ENOENT && access("/proc/self/fd", F_OK) != 0)
    return error_set(err, ERROR_UNSUPPORTED,
                     "\"%s\": its extended attributes cannot be read: there is no /proc",
                     entry->path);
  if (n < 0)
    return error_sys(err, errno, "\"%s\": its extended attributes cannot be read", entry->path);
  for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
    ssize_t len;

    if (!is_wanted(name)) {
      note_unwanted(list, entry, name);
      continue;
    }
    len = lgetxattr(path, name, value, XATTR_MAX);
    if (len < 0)
      return error_sys(err, errno, "\"%s\": extended attribute %s", entry->path, name);
    if (strchr(name, '='))
      return error_set(err, ERROR_UNSUPPORTED,
                       "\"%s\": extended attribute %s: no PAX record can have a '=' in its name",
                       entry->path, name);
    snprintf(key, sizeof(key), "SCHILY.xattr.%s", name);
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
  if (read_xattrs(list, &entry, err))
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

/* Whether the file system is a view of what the kernel has, made while it is read. Files in it say
 * that they are empty, and what they hold is of the machine. */
static bool is_kernels(long type)
{
  static const unsigned long types[] = {
    PROC_SUPER_MAGIC,
    SYSFS_MAGIC,
    CGROUP_SUPER_MAGIC,
    CGROUP2_SUPER_MAGIC,
    DEBUGFS_MAGIC,
    TRACEFS_MAGIC,
    SECURITYFS_MAGIC,
    SELINUX_MAGIC,
    SMACK_MAGIC,
    DEVPTS_SUPER_MAGIC,
    PSTOREFS_MAGIC,
    EFIVARFS_MAGIC,
    BPF_FS_MAGIC,
    BINFMTFS_MAGIC,
    NSFS_MAGIC,
    RDTGROUP_SUPER_MAGIC,
    0x62656570 /* configfs */,
    0x65735543 /* fusectl */,
    0x67596969 /* rpc_pipefs */,
  };

  for (size_t i = 0; i < ARRAY_LEN(types); i++)
    if ((unsigned long)type == types[i])
      return true;
  return false;
}

static int add_directory(struct root_list *list, const char *path, dev_t device, struct error *err);

/* device: of the directory that it is in. */
static int add_name(struct root_list *list, const char *path, dev_t device, struct error *err)
{
  struct stat st;

  if (strlen(path) >= MEMBER_PATH_MAX)
    return error_set(err, ERROR_LIMIT, "a path of more than %d bytes", MEMBER_PATH_MAX);
  if (fstatat(list->fd, path, &st, AT_SYMLINK_NOFOLLOW))
    return error_sys(err, errno, "\"%s\"", path);
  if (S_ISSOCK(st.st_mode)) {
    unseen_add(&list->sockets, path);
    return 0;
  }
  if (add_entry(list, path, &st, err))
    return -1;
  return S_ISDIR(st.st_mode) ? add_directory(list, path, device, err) : 0;
}

/* The directory's file descriptor, or -1; -2 where it is one that is left out. *device: of the
 * directory above, and becomes its own. */
static int open_directory(struct root_list *list, const char *path, dev_t *device,
                          struct error *err)
{
  int fd = openat(list->fd, path[0] ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct statfs system;
  struct stat st;

  if (fd < 0)
    return error_sys(err, errno, "\"%s\"", path);
  if (fstat(fd, &st) || fstatfs(fd, &system)) {
    error_sys(err, errno, "\"%s\"", path);
    close(fd);
    return -1;
  }
  if (path[0] && st.st_dev == *device)
    return fd;
  *device = st.st_dev;
  if (!is_kernels(system.f_type))
    return fd;
  close(fd);
  if (!path[0])
    return error_set(err, ERROR_UNSUPPORTED, "no root file system: the kernel makes what it shows");
  unseen_add(&list->views, path);
  return -2;
}

/* Recursion ends with MEMBER_PATH_MAX; path "" is the root. Other file systems that are mounted
 * there belong to it, as they do to tar and to who looks at it. */
static int add_directory(struct root_list *list, const char *path, dev_t device, struct error *err)
{
  char **names = NULL;
  size_t n = 0;
  int status;
  int fd = open_directory(list, path, &device, err);

  if (fd < 0)
    return fd == -2 ? 0 : -1;
  status = read_names(fd, path, &names, &n, err);
  for (size_t i = 0; i < n; i++) {
    if (status == 0)
      status =
          add_name(list, arena_printf(&list->arena, "%s%s%s", path, path[0] ? "/" : "", names[i]),
                   device, err);
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

struct root_list *root_list_here(int fd, struct error *err)
{
  struct root_list *list = xcalloc(1, sizeof(*list));

  list->fd = fd;
  if (add_directory(list, "", 0, err) == 0) {
    own_by_root(list);
    return list;
  }
  root_list_free(list);
  return NULL;
}

static void tell_unseen(struct buf *out, const struct root_unseen *unseen, const char *what,
                        const char *of)
{
  if (!unseen->n)
    return;
  buf_printf(out, "%s%s%s \"%.200s\"", out->len ? "; " : "", what, of, unseen->first);
  if (unseen->n > 1)
    buf_printf(out, " and %llu more", (unsigned long long)(unseen->n - 1));
}

char *root_list_unseen(const struct root_list *list)
{
  AUTO_BUF out = BUF_INIT(4096);
  AUTO_FREE char *xattr = xasprintf("%.100s of", list->xattrs.n ? list->first_xattr : "");

  tell_unseen(&out, &list->sockets, "the socket", "");
  tell_unseen(&out, &list->views, "what the kernel shows at", "");
  tell_unseen(&out, &list->xattrs, "the extended attribute ", xattr);
  return out.len ? buf_detach(&out) : NULL;
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
