#include "source/head.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/compression.h"
#include "base/str.h"

enum { HEAD_BYTES = 512 };

/* Printable ASCII, white space, and bytes that UTF-8 is made of. */
static bool is_text(struct str head)
{
  for (size_t i = 0; i < head.len; i++) {
    unsigned char c = (unsigned char)head.ptr[i];

    if ((c < ' ' && !strchr("\t\n\r\f", c)) || c == 0 || c == 0x7f || c > 0xf4)
      return false;
  }
  return head.len > 0;
}

/* Whether a line begins with "FROM", as one of every Dockerfile does. */
static bool has_from(struct str head)
{
  for (size_t i = 0; i + 5 <= head.len; i++) {
    if ((i == 0 || head.ptr[i - 1] == '\n') && strncasecmp(head.ptr + i, "FROM ", 5) == 0)
      return true;
  }
  return false;
}

/* Compressions that are known by their magic, but not read, or only if their library is there. */
static const char *foreign_compression(struct str head)
{
  if (head.len >= 6 && memcmp(head.ptr,
                              "\xfd"
                              "7zXZ",
                              6) == 0)
    return "xz";
  if (head.len >= 3 && memcmp(head.ptr, "BZh", 3) == 0)
    return "bzip2";
  if (head.len >= 4 && memcmp(head.ptr, "\x04\x22\x4d\x18", 4) == 0)
    return "lz4";
  if (head.len >= 4 && memcmp(head.ptr, "PK\x03\x04", 4) == 0)
    return "zip";
  return NULL;
}

int head_explain(int fd, struct error *err)
{
  char bytes[HEAD_BYTES];
  ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
  struct str head = { bytes, n > 0 ? (size_t)n : 0 };

  if (err->code != ERROR_CORRUPT)
    return -1;
  if (compression_detect_archive(head.ptr, head.len) == COMPRESSION_NONE &&
      foreign_compression(head))
    return error_set(err, ERROR_UNSUPPORTED,
                     "compressed with %s, which is not read: decompress it first",
                     foreign_compression(head));
  if (!is_text(head))
    return -1;
  if (has_from(head))
    return error_set(err, ERROR_UNSUPPORTED,
                     "a Dockerfile, not an image: build it first, for example with docker build");
  return error_set(err, ERROR_UNSUPPORTED, "a text file, not an image archive");
}
