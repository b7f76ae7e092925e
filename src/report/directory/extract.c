#include "report/directory/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fd.h"
#include "base/libc.h"
#include "report/directory/beneath.h"
#include "report/directory/entry_path.h"
#include "report/directory/remove_tree.h"

enum { SHOWN_PATH = 1000 }; /* bytes of a path in an error */

/* What a directory entry says of the directory, applied when all is written. */
struct attributes {
  struct str path; /* below the root */
  size_t order;
  mode_t mode;
  struct tar_time mtime;
};

struct extract {
  struct beneath beneath;
  char *label; /* the root's name */
  struct buf path, target;
  size_t prefix; /* length of the directory's part of path, with its slash */
  struct attributes *directories;
  size_t n_directories, cap_directories;
  struct arena arena; /* what directories point to */
  struct notes notes;
  size_t without_attributes;
};

struct extract *extract_new(int root, const char *path, bool plain)
{
  struct extract *extract = xcalloc(1, sizeof(*extract));

  beneath_init(&extract->beneath, root, plain);
  extract->label = xstrdup(path);
  extract->path = BUF_INIT(INT_MAX);
  extract->target = BUF_INIT(INT_MAX);
  return extract;
}

void extract_free(struct extract *extract)
{
  if (!extract)
    return;
  beneath_release(&extract->beneath);
  free(extract->label);
  buf_release(&extract->path);
  buf_release(&extract->target);
  free(extract->directories);
  notes_release(&extract->notes);
  arena_release(&extract->arena);
  free(extract);
}

const struct notes *extract_notes(const struct extract *extract)
{
  return &extract->notes;
}

size_t extract_without_attributes(const struct extract *extract)
{
  return extract->without_attributes;
}

void extract_in(struct extract *extract, const char *directory)
{
  buf_clear(&extract->path);
  buf_puts(&extract->path, directory);
  if (*directory)
    buf_putc(&extract->path, '/');
  extract->prefix = extract->path.len;
}

/* Returns 0, so that `return note(…)` reads well: what was left out is no failure. */
static int PRINTF_LIKE(3, 4) note(struct extract *extract, struct str name, const char *fmt, ...)
{
  struct str directory = { extract->path.ptr, extract->prefix ? extract->prefix - 1 : 0 };
  va_list args;

  va_start(args, fmt);
  notes_add(&extract->notes, directory, name, fmt, args);
  va_end(args);
  return 0;
}

/* Of a path that is too long for a message, both ends are shown. */
static int extract_fail(const struct extract *extract, int error, struct error *err)
{
  struct str path = buf_str(&extract->path);

  if (path.len <= SHOWN_PATH)
    return error_sys(err, error, "%s/%.*s", extract->label, STR_ARGS(path));
  return error_sys(err, error, "%s/%.*s\xe2\x80\xa6%.*s", extract->label, SHOWN_PATH / 2, path.ptr,
                   SHOWN_PATH / 2, path.ptr + path.len - SHOWN_PATH / 2);
}

/* Errors that are about this one name, and that the file system rather than this program has. */
static bool is_about_name(int error)
{
  return error == ENAMETOOLONG || error == EILSEQ || error == EINVAL;
}

static int extract_refused(struct extract *extract, const struct tar_entry *entry, int error,
                           struct error *err)
{
  char text[128];

  if (is_about_name(error))
    return note(extract, entry->name, "%s", libc_error_text(error, text, sizeof(text)));
  return extract_fail(extract, error, err);
}

static struct timespec time_of(const struct tar_time *time)
{
  if (!time->set || time->nanoseconds < 0 || time->nanoseconds >= 1000000000)
    return (struct timespec) { 0, UTIME_OMIT };
  return (struct timespec) { (time_t)time->seconds, time->nanoseconds };
}

static void set_attributes(struct extract *extract, int fd, int64_t mode,
                           const struct tar_time *mtime)
{
  const struct timespec times[2] = { { 0, UTIME_OMIT }, time_of(mtime) };

  if (fchmod(fd, (mode_t)mode) != 0 || futimens(fd, times) != 0)
    extract->without_attributes++;
}

/* Makes the way free for something new. */
static int clear_way(int dir, const char *name)
{
  if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
    return 0;
  return remove_tree(dir, name);
}

/* Holes stay holes. */
static int write_content(struct extract *extract, int fd, const struct extract_content *content,
                         struct error *err)
{
  struct tar_chunk chunk;
  off_t offset = 0;
  bool ends_in_hole = false;
  int result;

  while ((result = content->next(content->context, &chunk, err)) > 0) {
    if (chunk.len > (size_t)(INT64_MAX - offset))
      return extract_fail(extract, EFBIG, err);
    ends_in_hole = !chunk.block;
    if (chunk.block && fd_write_at(fd, chunk.bytes, chunk.len, (uint64_t)offset) != 0)
      return extract_fail(extract, errno, err);
    offset += (off_t)chunk.len;
  }
  if (result == 0 && ends_in_hole && ftruncate(fd, offset) != 0)
    return extract_fail(extract, errno, err);
  return result;
}

static int extract_file(struct extract *extract, int dir, const char *name,
                        const struct tar_entry *entry, const struct extract_content *content,
                        struct error *err)
{
  int flags = O_WRONLY | O_CREAT | O_EXCL;
  AUTO_CLOSE int fd = beneath_open(&extract->beneath, dir, name, flags, 0600);

  if (fd < 0 && errno == EEXIST && clear_way(dir, name) == 0)
    fd = beneath_open(&extract->beneath, dir, name, flags, 0600);
  if (fd < 0)
    return extract_refused(extract, entry, errno, err);
  if (write_content(extract, fd, content, err) != 0) {
    unlinkat(dir, name, 0);
    return -1;
  }
  set_attributes(extract, fd, entry->mode & 0777, &entry->mtime);
  return 0;
}

static int extract_symlink(struct extract *extract, int dir, const char *name,
                           const struct tar_entry *entry, struct error *err)
{
  const struct timespec times[2] = { { 0, UTIME_OMIT }, time_of(&entry->mtime) };
  AUTO_FREE char *target = str_dup(entry->link_name);
  int result = symlinkat(target, dir, name);

  if (result != 0 && errno == EEXIST && clear_way(dir, name) == 0)
    result = symlinkat(target, dir, name);
  if (result != 0 && (errno == ENOENT || errno == EPERM))
    return note(extract, entry->name, "a symbolic link to \"%.*s\", which cannot be made here",
                NOTES_MAX_NAME, target);
  if (result != 0)
    return extract_refused(extract, entry, errno, err);
  if (utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) != 0)
    extract->without_attributes++;
  return 0;
}

/* Whatever stands at the name of something that is left out was replaced by it in the layer. */
static int forget(struct extract *extract, struct error *err)
{
  const char *name;
  int dir = beneath_directory(&extract->beneath,
                              entry_path_directory(buf_str(&extract->path), &name), false);

  if (dir >= 0 && clear_way(dir, name) != 0)
    return extract_fail(extract, errno, err);
  return 0;
}

/* Opens the directory of a hard link's target: a descriptor for the caller to close, or -1; then
 * *reason, which says that the target is the link itself, is left alone or replaced. */
static int open_link_target(struct extract *extract, const struct tar_entry *entry,
                            const char **name, const char **reason)
{
  struct buf *path = &extract->target;
  struct stat status;
  int dir;

  buf_clear(path);
  buf_add(path, extract->path.ptr, extract->prefix);
  if (entry_path_add(path, entry->link_name) || path->len == extract->prefix) {
    *reason = "which is not a name in the layer";
    return -1;
  }
  if (str_equal(buf_str(path), buf_str(&extract->path)))
    return -1;
  *reason = "which is not among the files written";
  dir = beneath_directory(&extract->beneath, entry_path_directory(buf_str(path), name), false);
  if (dir < 0 || fstatat(dir, *name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return -1;
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
    *reason = "which is not a file";
    return -1;
  }
  return fcntl(dir, F_DUPFD_CLOEXEC, 0);
}

static int extract_link(struct extract *extract, const struct tar_entry *entry, struct error *err)
{
  static const char itself[] = "which is itself";
  const char *target_name;
  const char *name;
  const char *reason = itself;
  AUTO_CLOSE int target = open_link_target(extract, entry, &target_name, &reason);
  int dir;

  if (target >= 0) {
    dir = beneath_directory(&extract->beneath, entry_path_directory(buf_str(&extract->path), &name),
                            true);
    if (dir < 0 || clear_way(dir, name) != 0)
      return extract_refused(extract, entry, errno, err);
    if (linkat(target, target_name, dir, name, 0) == 0)
      return 0;
    /* EXDEV: the first version of Landlock lets none be made between two directories. */
    if (errno != ENOENT && errno != EMLINK && errno != EPERM && errno != EOPNOTSUPP &&
        errno != EXDEV)
      return extract_fail(extract, errno, err);
    reason = "to which no hard link can be made here";
  } else if (reason != itself && forget(extract, err) != 0) {
    return -1;
  }
  return note(extract, entry->name, "a hard link to \"%.*s\", %s",
              (int)MIN_OF(entry->link_name.len, (size_t)NOTES_MAX_NAME), entry->link_name.ptr,
              reason);
}

static int extract_directory(struct extract *extract, const struct tar_entry *entry,
                             struct error *err)
{
  struct attributes *attributes;

  if (beneath_directory(&extract->beneath, buf_str(&extract->path), true) < 0)
    return extract_refused(extract, entry, errno, err);
  extract->directories = xgrow(extract->directories, extract->n_directories,
                               &extract->cap_directories, sizeof(*extract->directories));
  attributes = &extract->directories[extract->n_directories];
  *attributes = (struct attributes) {
    .path = arena_str(&extract->arena, buf_str(&extract->path)),
    .order = extract->n_directories++,
    .mode = (mode_t)(entry->mode & 01777),
    .mtime = entry->mtime,
  };
  return 0;
}

static int extract_special(struct extract *extract, const struct tar_entry *entry)
{
  long long major = entry->device_major;
  long long minor = entry->device_minor;

  switch (entry->type) {
  case TAR_CHAR:
    return note(extract, entry->name, "a character device %lld:%lld", major, minor);
  case TAR_BLOCK:
    return note(extract, entry->name, "a block device %lld:%lld", major, minor);
  case TAR_FIFO:
    return note(extract, entry->name, "a named pipe");
  default:
    return note(extract, entry->name, "a global header, which is no file");
  }
}

static int extract_named(struct extract *extract, const struct tar_entry *entry,
                         const struct extract_content *content, struct error *err)
{
  const char *name;
  int dir;

  switch (entry->type) {
  case TAR_LINK:
    return extract_link(extract, entry, err);
  case TAR_DIR:
    return extract_directory(extract, entry, err);
  case TAR_CHAR:
  case TAR_BLOCK:
  case TAR_FIFO:
    return forget(extract, err) ? -1 : extract_special(extract, entry);
  case TAR_GLOBAL:
    return extract_special(extract, entry);
  default:
    break;
  }
  dir = beneath_directory(&extract->beneath, entry_path_directory(buf_str(&extract->path), &name),
                          true);
  if (dir < 0)
    return extract_refused(extract, entry, errno, err);
  return entry->type == TAR_SYMLINK ? extract_symlink(extract, dir, name, entry, err)
                                    : extract_file(extract, dir, name, entry, content, err);
}

int extract_entry(struct extract *extract, const struct tar_entry *entry,
                  const struct extract_content *content, struct error *err)
{
  const char *reason;

  extract->path.len = extract->prefix;
  if (extract->prefix) /* an entry for the root ends the path before it */
    extract->path.ptr[extract->prefix - 1] = '/';
  reason = entry_path_add(&extract->path, entry->name);
  if (reason)
    return note(extract, entry->name, "%s", reason);
  if (extract->path.len == extract->prefix) {
    if (entry->type != TAR_DIR)
      return note(extract, entry->name, "not a directory, at the root of the layer");
    if (extract->prefix > 0)
      extract->path.len--;
  }
  if (extract->path.ptr)
    extract->path.ptr[extract->path.len] = '\0';
  return extract_named(extract, entry, content, err);
}

/* Below before above, so that a directory is closed when nothing in it is to be reached any more;
 * what came last for one directory before what came earlier. */
static int compare_attributes(const void *a, const void *b)
{
  const struct attributes *attributes_a = a;
  const struct attributes *attributes_b = b;
  int order = str_compare(attributes_b->path, attributes_a->path);

  if (order)
    return order;
  return attributes_a->order > attributes_b->order ? -1 : 1;
}

void extract_finish(struct extract *extract)
{
  if (extract->n_directories > 0)
    qsort(extract->directories, extract->n_directories, sizeof(*extract->directories),
          compare_attributes);
  for (size_t i = 0; i < extract->n_directories; i++) {
    const struct attributes *attributes = &extract->directories[i];
    int dir;

    if (i > 0 && str_equal(attributes->path, attributes[-1].path))
      continue;
    /* Something else may have taken its place since. */
    dir = beneath_directory(&extract->beneath, attributes->path, false);
    if (dir >= 0)
      set_attributes(extract, dir, attributes->mode, &attributes->mtime);
  }
}
