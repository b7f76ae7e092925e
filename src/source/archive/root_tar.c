/* A directory as a tar archive (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header
 * Block"), made while it is read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/archive/root_list.h"

enum { TAR_BLOCK = 512 };

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

void root_pax_add(struct buf *out, const char *key, const char *value, size_t len)
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
  root_pax_add(out, key, text, strlen(text));
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
  root_pax_add(out, key, text, strlen(text));
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
  AUTO_BUF pax = BUF_INIT(LIMIT_PAX_BYTES);

  if (strlen(name) > 100)
    root_pax_add(&pax, "path", name, strlen(name));
  if (strlen(link) > 100)
    root_pax_add(&pax, "linkpath", link, strlen(link));
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
                     LIMIT_PAX_BYTES);
  return 0;
}

/* Files whose content is made while it is read say that they are empty. */
static int check_end(int fd, const struct root_entry *entry, struct error *err)
{
  char byte;
  ssize_t n;

  do
    n = pread(fd, &byte, 1, (off_t)entry->size);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return error_sys(err, errno, "\"%s\"", entry->path);
  return n ? error_set(err, ERROR_CORRUPT, "\"%s\" holds more than the %llu bytes that it says",
                       entry->path, (unsigned long long)entry->size)
           : 0;
}

static int open_content(struct root_tar *tar, const struct root_entry *entry, struct error *err)
{
  int fd = openat(tar->list->fd, entry->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  int status;

  if (fd < 0)
    return error_sys(err, errno, "\"%s\"", entry->path);
  if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != entry->size) {
    close(fd);
    return error_set(err, ERROR_CORRUPT, "\"%s\" was changed while it was read", entry->path);
  }
  status = check_end(fd, entry, err);
  if (status || !entry->size) {
    close(fd);
    return status;
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
  return type_of(entry) == '0' ? open_content(tar, entry, err) : 0;
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
    .header = BUF_INIT(LIMIT_PAX_BYTES + 3 * TAR_BLOCK),
  };
  return &tar->base;
}
