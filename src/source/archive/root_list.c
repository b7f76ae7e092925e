/* A directory as a tar archive (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header
 * Block"), made while it is read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "source/archive/path.h"
#include "source/archive/root.h"

enum {
  TAR_BLOCK = 512,
  XATTR_MAX = 64 * 1024, /* of one value, and of a file's list of names: the kernel has no more */
  PAX_MAX = LIMIT_PAX_BYTES,                         /* the tar reader takes no more */
  XATTRS_MAX = PAX_MAX - 2 * MEMBER_PATH_MAX - 4096, /* beside two paths and some numbers */
};

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

struct root_list {
  int fd;
  dev_t device;
  struct arena arena;
  struct map inodes; /* of files with several names -> struct root_entry of the first */
  struct root_entry *items;
  size_t n, cap;
};

struct root_tar {
  struct stream base;
  struct root_list *list;
  size_t next;       /* the entry to come */
  struct buf header; /* being handed out, from `at` on */
  size_t at;
  struct stream *content;
  uint64_t left; /* of the content */
  bool end;
};

/* ---- the list ---- */

static void pax_add(struct buf *out, const char *key, const char *value, size_t len)
{
  char number[24];
  size_t base = strlen(key) + len + 3; /* ' ', '=', '\n' */
  size_t total = base + 1;

  while (total != base + (size_t)snprintf(number, sizeof(number), "%zu", total))
    total = base + strlen(number);
  buf_printf(out, "%s %s=", number, key);
  buf_add(out, value, len);
  buf_putc(out, '\n');
}

/* What engines write into layers, and what users set. */
static bool is_wanted(const char *xattr)
{
  return strcmp(xattr, "security.capability") == 0 || strncmp(xattr, "user.", 5) == 0;
}

static int read_xattrs(struct root_list *list, struct root_entry *entry, struct error *err)
{
  AUTO_FREE char *path = xasprintf("/proc/self/fd/%d/%s", list->fd, entry->path);
  AUTO_FREE char *names = xmalloc(XATTR_MAX);
  AUTO_FREE char *value = xmalloc(XATTR_MAX);
  AUTO_BUF records = BUF_INIT(XATTRS_MAX);
  ssize_t n = llistxattr(path, names, XATTR_MAX);
  char key[300];

  if (n < 0 && errno != ENOTSUP)
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
      pax_add(&records, key, value, (size_t)len);
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

/* ---- the stream ---- */

static char type_of(const struct root_entry *entry)
{
  if (entry->is_second)
    return '1';
  switch (entry->mode & S_IFMT) {
  case S_IFLNK:
    return '2';
  case S_IFCHR:
    return '3';
  case S_IFBLK:
    return '4';
  case S_IFDIR:
    return '5';
  case S_IFIFO:
    return '6';
  default:
    return '0';
  }
}

static void put_octal(char *field, int width, uint64_t value)
{
  snprintf(field, (size_t)width, "%0*llo", width - 1, (unsigned long long)value);
}

static void put_header(struct buf *out, const char *name, const char *link, char type,
                       const struct root_entry *entry, uint64_t size)
{
  struct {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[8],
        user[32], group[32], major[8], minor[8], rest[167];
  } block = { .type = type, .sum = { ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ' } };
  unsigned sum = 0;

  _Static_assert(sizeof(block) == TAR_BLOCK, "a tar header");
  memcpy(block.name, name, MIN_OF(strlen(name), sizeof(block.name)));
  memcpy(block.link, link, MIN_OF(strlen(link), sizeof(block.link)));
  memcpy(block.magic, "ustar\00000", 8);
  put_octal(block.mode, 8, entry->mode & 07777);
  put_octal(block.uid, 8, entry->uid & 07777777);
  put_octal(block.gid, 8, entry->gid & 07777777);
  put_octal(block.size, 12, size & 077777777777);
  put_octal(block.mtime, 12, entry->mtime.tv_sec < 0 ? 0 : entry->mtime.tv_sec & 077777777777);
  put_octal(block.major, 8, major(entry->rdev) & 07777777);
  put_octal(block.minor, 8, minor(entry->rdev) & 07777777);
  for (size_t i = 0; i < sizeof(block); i++)
    sum += ((const unsigned char *)&block)[i];
  snprintf(block.sum, sizeof(block.sum), "%06o", sum);
  block.sum[7] = ' ';
  buf_add(out, &block, sizeof(block));
}

static void pax_add_number(struct buf *out, const char *key, uint64_t value, uint64_t max)
{
  char text[24];

  if (value <= max)
    return;
  snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
  pax_add(out, key, text, strlen(text));
}

/* What the header's whole, unsigned seconds cannot tell. */
static void pax_add_time(struct buf *out, const char *key, const struct timespec *time)
{
  const bool below = time->tv_sec < 0 && time->tv_nsec; /* -1 s and 0.75 s are "-0.25" */
  const long long seconds = (long long)time->tv_sec + below;
  const long nanoseconds = below ? 1000000000 - time->tv_nsec : time->tv_nsec;
  char text[48];

  if (!time->tv_nsec && time->tv_sec >= 0 && time->tv_sec <= 077777777777)
    return;
  if (nanoseconds)
    snprintf(text, sizeof(text), "%s%lld.%09ld", below && !seconds ? "-" : "", seconds,
             nanoseconds);
  else
    snprintf(text, sizeof(text), "%lld", seconds);
  pax_add(out, key, text, strlen(text));
}

static void pad(struct buf *out, uint64_t size)
{
  static const char zeros[TAR_BLOCK];

  buf_add(out, zeros, (size_t)(-size & (TAR_BLOCK - 1)));
}

static int write_header(struct buf *out, const struct root_entry *entry, struct error *err)
{
  static const struct root_entry records = { .mode = 0644 };
  const char type = type_of(entry);
  const char *link = entry->link ? entry->link : "";
  AUTO_FREE char *name = xasprintf("%s%s", entry->path, type == '5' ? "/" : "");
  AUTO_BUF pax = BUF_INIT(PAX_MAX);

  if (strlen(name) > 100)
    pax_add(&pax, "path", name, strlen(name));
  if (strlen(link) > 100)
    pax_add(&pax, "linkpath", link, strlen(link));
  pax_add_number(&pax, "size", type == '0' ? entry->size : 0, 077777777777);
  pax_add_number(&pax, "uid", entry->uid, 07777777);
  pax_add_number(&pax, "gid", entry->gid, 07777777);
  pax_add_time(&pax, "mtime", &entry->mtime);
  if (entry->pax)
    buf_add(&pax, entry->pax, entry->pax_len);
  if (pax.len) {
    put_header(out, "PaxHeaders/entry", "", 'x', &records, pax.len);
    buf_add_str(out, buf_str(&pax));
    pad(out, pax.len);
  }
  put_header(out, name, link, type, entry, type == '0' ? entry->size : 0);
  if (pax.overflow || out->overflow)
    return error_set(err, ERROR_LIMIT, "\"%s\": a header of more than %d bytes", entry->path,
                     PAX_MAX);
  return 0;
}

static int open_content(struct root_tar *tar, const struct root_entry *entry, struct error *err)
{
  int fd = openat(tar->list->fd, entry->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;

  if (fd < 0)
    return error_sys(err, errno, "\"%s\"", entry->path);
  if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != entry->size) {
    close(fd);
    return error_set(err, ERROR_CORRUPT, "\"%s\" was changed while it was read", entry->path);
  }
  tar->content = stream_of_file(fd, 1, 0, entry->size);
  tar->left = entry->size;
  return 0;
}

static int begin_entry(struct root_tar *tar, struct error *err)
{
  const struct root_entry *entry;

  buf_clear(&tar->header);
  tar->at = 0;
  if (tar->next == tar->list->n) {
    static const char zeros[2 * TAR_BLOCK];

    buf_add(&tar->header, zeros, sizeof(zeros));
    tar->end = true;
    return 0;
  }
  entry = &tar->list->items[tar->next++];
  if (write_header(&tar->header, entry, err))
    return -1;
  return type_of(entry) == '0' && entry->size ? open_content(tar, entry, err) : 0;
}

static ssize_t root_tar_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct root_tar *tar = (struct root_tar *)stream;
  ssize_t n;

  while (tar->at == tar->header.len && !tar->content) {
    if (tar->end)
      return 0;
    if (begin_entry(tar, err))
      return -1;
  }
  if (tar->at < tar->header.len) {
    n = (ssize_t)MIN_OF(size, tar->header.len - tar->at);
    memcpy(buffer, tar->header.ptr + tar->at, (size_t)n);
    tar->at += (size_t)n;
    return n;
  }
  n = stream_read(tar->content, buffer, (size_t)MIN_OF((uint64_t)size, tar->left), err);
  if (n == 0)
    n = error_set(err, ERROR_CORRUPT, "a file was changed while it was read");
  if (n < 0)
    return -1;
  tar->left -= (uint64_t)n;
  if (!tar->left) {
    stream_close(tar->content);
    tar->content = NULL;
    buf_clear(&tar->header);
    tar->at = 0;
    pad(&tar->header, tar->list->items[tar->next - 1].size);
  }
  return n;
}

static void root_tar_close(struct stream *stream)
{
  struct root_tar *tar = (struct root_tar *)stream;

  stream_close(tar->content);
  buf_release(&tar->header);
  free(tar);
}

struct stream *root_list_stream(struct root_list *list)
{
  static const struct stream_ops ops = { root_tar_read, root_tar_close };
  struct root_tar *tar = xcalloc(1, sizeof(*tar));

  *tar = (struct root_tar) {
    .base = { &ops },
    .list = list,
    .header = BUF_INIT(PAX_MAX + 3 * TAR_BLOCK),
  };
  return &tar->base;
}
