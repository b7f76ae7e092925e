/* The list of a directory, made by one process and read by another. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/wire.h"
#include "source/archive/path.h"
#include "source/archive/root_list.h"

enum { PIECE_BYTES = 64 * 1024, XATTR_NAME_MAX = 255 };

/* ---- writing ---- */

/* Writes what there is once it is a piece, or at the end. An errno value. */
static int wire_flush(struct buf *piece, int fd, bool end)
{
  if (piece->len < (end ? 1 : PIECE_BYTES))
    return 0;
  if (piece->overflow)
    return EFBIG;
  if (fd_write(fd, piece->ptr, piece->len))
    return errno;
  buf_clear(piece);
  return 0;
}

static void wire_put_text(struct buf *out, const char *text)
{
  wire_put_str(out, text ? str_of(text) : (struct str) { NULL, 0 });
}

static void wire_put_entry(struct buf *out, const struct root_entry *entry)
{
  wire_put_text(out, entry->path);
  wire_put_text(out, entry->link);
  wire_put_str(out, (struct str) { entry->pax, entry->pax_len });
  wire_put_number(out, entry->mode);
  wire_put_number(out, entry->uid);
  wire_put_number(out, entry->gid);
  wire_put_number(out, (int64_t)entry->size);
  wire_put_number(out, entry->mtime.tv_sec);
  wire_put_number(out, entry->mtime.tv_nsec);
  wire_put_number(out, (int64_t)entry->rdev);
  wire_put_number(out, entry->is_second);
}

static void wire_put_unseen(struct buf *out, const struct root_unseen *unseen)
{
  wire_put_number(out, (int64_t)unseen->n);
  wire_put_text(out, unseen->first);
}

int root_list_write(const struct root_list *list, int fd, struct error *err)
{
  AUTO_BUF piece = BUF_INIT(2 * (size_t)PIECE_BYTES + LIMIT_PAX_BYTES + 2 * MEMBER_PATH_MAX);
  struct stat root;
  int code = fstat(list->fd, &root) ? errno : 0;

  wire_put_number(&piece, (int64_t)root.st_dev);
  wire_put_number(&piece, (int64_t)root.st_ino);
  wire_put_unseen(&piece, &list->sockets);
  wire_put_unseen(&piece, &list->views);
  wire_put_unseen(&piece, &list->xattrs);
  wire_put_text(&piece, list->first_xattr);
  wire_put_number(&piece, (int64_t)list->n);
  for (size_t i = 0; i < list->n && code == 0; i++) {
    wire_put_entry(&piece, &list->items[i]);
    code = wire_flush(&piece, fd, false);
  }
  if (code == 0)
    code = wire_flush(&piece, fd, true);
  return code ? error_sys(err, code, "the list of the directory") : 0;
}

/* ---- reading ---- */

/* A text of the arena, with at most max bytes and no NUL among them; or NULL. */
static const char *wire_take_text(struct wire_reader *reader, struct arena *arena, size_t max)
{
  const struct str s = wire_take_str(reader, max);

  if (!s.ptr)
    return NULL;
  reader->bad |= memchr(s.ptr, '\0', s.len) != NULL;
  return arena_str(arena, s).ptr;
}

static void wire_take_entry(struct wire_reader *reader, struct arena *arena, struct root_entry *out)
{
  struct str pax;

  *out = (struct root_entry) { .path = wire_take_text(reader, arena, MEMBER_PATH_MAX) };
  out->link = wire_take_text(reader, arena, MEMBER_PATH_MAX);
  pax = wire_take_str(reader, LIMIT_PAX_BYTES);
  out->pax = pax.len ? arena_str(arena, pax).ptr : NULL;
  out->pax_len = pax.len;
  out->mode = (mode_t)wire_take_within(reader, 0, UINT32_MAX);
  out->uid = (uid_t)wire_take_within(reader, 0, UINT32_MAX);
  out->gid = (gid_t)wire_take_within(reader, 0, UINT32_MAX);
  out->size = (uint64_t)wire_take_within(reader, 0, INT64_MAX);
  out->mtime.tv_sec = wire_take_number(reader);
  out->mtime.tv_nsec = wire_take_within(reader, 0, 999999999);
  out->rdev = (dev_t)wire_take_number(reader);
  out->is_second = wire_take_within(reader, 0, 1) == 1;
  reader->bad |= !out->path || !out->path[0] || out->path[0] == '/' ||
                 (!out->link && (out->is_second || S_ISLNK(out->mode)));
}

static void wire_take_unseen(struct wire_reader *reader, struct arena *arena,
                             struct root_unseen *out)
{
  out->n = (uint64_t)wire_take_within(reader, 0, INT64_MAX);
  out->first = wire_take_text(reader, arena, MEMBER_PATH_MAX);
  reader->bad |= out->n && !out->first;
}

static void wire_take_list(struct wire_reader *reader, struct root_list *list)
{
  int64_t n;

  wire_take_unseen(reader, &list->arena, &list->sockets);
  wire_take_unseen(reader, &list->arena, &list->views);
  wire_take_unseen(reader, &list->arena, &list->xattrs);
  list->first_xattr = wire_take_text(reader, &list->arena, XATTR_NAME_MAX);
  reader->bad |= list->xattrs.n && !list->first_xattr;
  n = wire_take_within(reader, 0, INT64_MAX);
  for (int64_t i = 0; i < n && !reader->bad; i++) {
    list->items = xgrow(list->items, list->n, &list->cap, sizeof(*list->items));
    wire_take_entry(reader, &list->arena, &list->items[list->n]);
    list->n += !reader->bad;
  }
}

struct root_list *root_list_read(int fd, struct str bytes, struct error *err)
{
  struct root_list *list = xcalloc(1, sizeof(*list));
  struct wire_reader reader = { bytes, false };
  struct stat root;
  int64_t device, inode;

  list->fd = fd;
  device = wire_take_number(&reader);
  inode = wire_take_number(&reader);
  wire_take_list(&reader, list);
  if (!wire_is_done(&reader))
    error_set(err, ERROR_CORRUPT, "the list of the directory is not as it is made");
  else if (fstat(fd, &root))
    error_sys(err, errno, "the directory");
  else if ((int64_t)root.st_dev != device || (int64_t)root.st_ino != inode)
    error_set(err, ERROR_CORRUPT, "another directory than the one that was listed");
  else
    return list;
  root_list_free(list);
  return NULL;
}

/* ---- by the process that keeps its rights ---- */

/* The words by which it is asked. To be freed. */
static char *wire_task_name(const char *path)
{
  return xasprintf("list %s", path);
}

static int wire_list_there(void *context, int *fd, struct error *err)
{
  const int directory = dup((int)(intptr_t)context);
  struct root_list *list = directory < 0 ? NULL : root_list_here(directory, err);
  int result = -1;

  if (directory < 0)
    return error_sys(err, errno, "the directory");
  *fd = list ? memfd_create("list", MFD_CLOEXEC) : -1;
  if (list && *fd < 0)
    error_sys(err, errno, "the list of the directory");
  else if (list)
    result = root_list_write(list, *fd, err);
  root_list_free(list);
  if (result == 0)
    return 0;
  cleanup_close(fd);
  *fd = -1;
  return -1;
}

int root_list_allow(struct starter *starter, const char *path)
{
  const int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  AUTO_FREE char *name = wire_task_name(path);

  if (fd >= 0)
    starter_allow_task(starter, name, wire_list_there, (void *)(intptr_t)fd, fd);
  return fd;
}

/* fd is owned. */
static struct root_list *wire_ask(int fd, const char *name, struct error *err)
{
  AUTO_CLOSE int made = -1;
  struct root_list *list = NULL;
  struct stat status;
  void *bytes;

  if (starter_do(name, &made, err) == 0) {
    if (made < 0 || fstat(made, &status)) {
      error_sys(err, made < 0 ? EMFILE : errno, "the list of the directory");
    } else {
      bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, made, 0);
      if (bytes != MAP_FAILED) {
        list = root_list_read(fd, (struct str) { bytes, (size_t)status.st_size }, err);
        munmap(bytes, (size_t)status.st_size);
        return list;
      }
      error_sys(err, errno, "the list of the directory");
    }
  }
  close(fd);
  return NULL;
}

struct root_list *root_list_new(int fd, const char *path, struct error *err)
{
  AUTO_FREE char *name = wire_task_name(path);

  return starter_does(name) ? wire_ask(fd, name, err) : root_list_here(fd, err);
}
