/* Sound archives that a program of a few bytes makes, in the formats that there are: they read as
 * what they were made from. Then one byte is changed, with the header's checksum made right or not:
 * whatever that is, reading ends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "tar/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ITEMS = 16, NAME_MAX_BYTES = 300, BLOCK = 512, ARCHIVE_MAX = 1 << 20 };

struct made {
  char name[NAME_MAX_BYTES + 1];
  size_t content;
};

static void name_of(struct made *made, unsigned number, uint8_t length)
{
  const size_t len = 8 + (size_t)length;

  snprintf(made->name, sizeof(made->name), "%07u", number);
  for (size_t i = 7; i < len && i < NAME_MAX_BYTES; i++)
    made->name[i] = i % 50 == 49 ? '/' : 'n';
  made->name[len < NAME_MAX_BYTES ? len : NAME_MAX_BYTES] = '\0';
  if (made->name[strlen(made->name) - 1] == '/')
    made->name[strlen(made->name) - 1] = 'n';
}

/* A long name as PAX or GNU have it, then the entry. */
static void write_item(struct buf *out, const struct made *made, uint8_t how)
{
  static char zeros[1024];
  struct tar_item item = { .name = made->name, .content = { zeros, made->content } };
  char begin[101];

  memset(zeros, 'c', sizeof(zeros));
  if (strlen(made->name) > 100 || how & 4) {
    snprintf(begin, sizeof(begin), "%.100s", made->name);
    if (how & 1) {
      tar_make_pax(out, 'x', "path", made->name, NULL);
    } else {
      const struct tar_item name = {
        .magic = MAGIC_GNU,
        .name = "././@LongLink",
        .type = 'L',
        .content = { made->name, strlen(made->name) + 1 },
      };

      tar_make(out, &name);
      item.magic = MAGIC_GNU;
    }
    item.name = begin;
  }
  tar_make(out, &item);
}

/* How many entries it has; -1: it is damaged. made: what they have to be; NULL: anything. */
static int read_all(struct str archive, const struct made *made)
{
  struct tar_memory memory = { .rest = archive, .piece = 1000 };
  struct tar_reader *reader = tar_reader_new(tar_memory_source(&memory));
  struct tar_entry entry;
  struct error err;
  int n = 0;
  int got;

  while ((got = tar_next(reader, &entry, &err)) > 0) {
    if (made &&
        (!str_equal(entry.name, str_of(made[n].name)) || entry.size != (int64_t)made[n].content))
      abort();
    n++;
  }
  tar_reader_free(reader);
  return got < 0 ? -1 : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_BUF archive = BUF_INIT(ARCHIVE_MAX);
  struct made made[ITEMS];
  size_t at;
  int n = 0;

  if (size < 7)
    return 0;
  for (; n < ITEMS && size >= 7 + 3; n++, data += 3, size -= 3) {
    name_of(&made[n], (unsigned)n, data[0]);
    made[n].content = (size_t)data[1] * 4;
    write_item(&archive, &made[n], data[2]);
  }
  tar_make_end(&archive);
  if (read_all(buf_str(&archive), made) != n)
    abort();
  at = ((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % archive.len;
  archive.ptr[at] = (char)((uint8_t)archive.ptr[at] ^ (data[3] | 1U));
  if (data[4] & 1)
    tar_make_checksum((unsigned char *)archive.ptr + at / BLOCK * BLOCK);
  (void)read_all(buf_str(&archive), NULL);
  return 0;
}
