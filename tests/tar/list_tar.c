/* Prints what our tar reader sees of archives, for a test that holds it against other readers:
 *
 *   list_tar <LIST
 *
 * Each line of the list is the path of an archive. Answers with a line for each entry, of fields
 * between tabs: type, name, link name, size, mode, uid, gid, mtime as SECONDS.NANOSECONDS, device,
 * SHA-256 of the content, xattrs as NAME=VALUE with commas between them; what may hold any byte is
 * in hexadecimal. Then "end", or "error" and what the reader says, as on a terminal. list_tar.go is
 * the same with Go's archive/tar. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/escape.h"
#include "layer/layer.h"

static void put_hex(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    printf("%02x", (unsigned)(unsigned char)s.ptr[i]);
}

static void print_xattrs(const struct tar_entry *entry)
{
  struct str xattr;
  const char *comma = "";

  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &xattr)) {
      fputs(comma, stdout);
      put_hex(xattr);
      putchar('=');
      put_hex(entry->records[i].value);
      comma = ",";
    }
}

static void print_entry(const struct tar_entry *entry, const struct digest *content)
{
  char text[DIGEST_MAX_TEXT];

  printf("%02x\t", (unsigned)(unsigned char)entry->type);
  put_hex(entry->name);
  putchar('\t');
  put_hex(entry->link_name);
  printf("\t%" PRId64 "\t%" PRIo64 "\t%" PRId64 "\t%" PRId64 "\t", entry->size, entry->mode & 07777,
         entry->uid, entry->gid);
  if (entry->mtime.set)
    printf("%" PRId64 ".%09" PRId32, entry->mtime.seconds, entry->mtime.nanoseconds);
  printf("\t%" PRId64 ":%" PRId64 "\t%s\t", entry->device_major, entry->device_minor,
         digest_hex(content, text));
  print_xattrs(entry);
  putchar('\n');
}

static int list_entries(struct layer *layer, struct error *err)
{
  struct hasher *hasher = hasher_new(DIGEST_SHA256);
  struct tar_entry entry;
  int got;

  while ((got = tar_next(layer->tar, &entry, err)) > 0) {
    struct tar_chunk chunk;
    struct digest digest;

    while ((got = tar_read(layer->tar, &chunk, err)) > 0)
      hasher_add(hasher, chunk.bytes, chunk.len);
    if (got < 0)
      break;
    digest = hasher_finish(hasher);
    print_entry(&entry, &digest);
  }
  hasher_free(hasher);
  return got;
}

/* A message may have any bytes of a name in it. */
static void print_error(const struct error *err)
{
  AUTO_BUF line = BUF_INIT(16 * sizeof(err->message));

  escape_terminal(&line, str_of(err->message));
  printf("error\t%s\n", line.ptr ? line.ptr : "");
}

static void list_archive(const char *path)
{
  struct limits limits = limits_scaled(1);
  struct layer layer;
  struct error err;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

  if (size < 0) {
    printf("error\tcannot open it\n");
    return;
  }
  layer_open(&layer, stream_of_file(fd, 1, 0, (uint64_t)size), NULL, &limits);
  if (list_entries(&layer, &err) < 0)
    print_error(&err);
  else
    printf("end\n");
  layer_close(&layer);
}

int main(void)
{
  char *line = NULL;
  size_t cap = 0;
  ssize_t len;

  while ((len = getline(&line, &cap, stdin)) > 0) {
    line[len - 1] = '\0';
    list_archive(line);
  }
  free(line);
  return fflush(stdout) ? 1 : 0;
}
