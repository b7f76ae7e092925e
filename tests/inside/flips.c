/* flips DIRECTORY: every small file of the directory that a reader of formats takes is read with
 * each of its bytes changed: what comes out differs, or is an error, or the byte is one that
 * docs/formats.md calls meaningless. Of formats that only show, whatever comes out is right, as
 * long as something does. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/format_dump.h"
#include "../common/tar_maker.h"
#include "base/alloc.h"

enum { SIZE_MAX_BYTES = 6 * 1024, SHOWN_MAX_BYTES = 1024 };

static size_t read_file(const char *path, char *bytes)
{
  FILE *file = fopen(path, "rb");
  size_t n = 0;

  if (!file)
    return 0;
  n = fread(bytes, 1, SIZE_MAX_BYTES + 1, file);
  fclose(file);
  return n;
}

/* Puts checksums of tar's headers right, so that what else of a header is changed is seen for
 * itself. */
static void repair_tar(unsigned char *bytes, size_t len)
{
  for (size_t at = 0; at + 512 <= len; at += 512)
    if (memcmp(bytes + at + 257, "ustar", 5) == 0)
      tar_make_checksum(bytes + at);
}

/* Of a format that only shows: with each byte changed, in memory of its own size. */
static void survive(const struct format *format, struct str content, const char *path)
{
  static const unsigned char changes[] = { 1, 0x40, 0xff };

  for (size_t at = 0; at < content.len; at++)
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
      AUTO_FREE char *copy = xmalloc(content.len);
      AUTO_BUF dump = BUF_INIT(64 * 1024 * 1024);

      memcpy(copy, content.ptr, content.len);
      copy[at] = (char)((unsigned char)copy[at] ^ changes[i]);
      format_dump(&dump, format, (struct str) { copy, content.len }, str_of(path));
    }
  printf("%s: %s, %zu bytes\n", path, format->name, content.len);
}

/* 1 if it was tried. */
static int try_file(const char *path, size_t *faults)
{
  AUTO_FREE char *bytes = xmalloc(SIZE_MAX_BYTES + 1);
  const size_t len = read_file(path, bytes);
  const struct str content = { bytes, len };
  const struct format *format;
  AUTO_BUF dump = BUF_INIT(64 * 1024 * 1024);
  size_t before = *faults;
  size_t meaningless;

  if (!len || len > SIZE_MAX_BYTES || !(format = format_detect(content, str_of(path))))
    return 0;
  if (!format->may_be_equal) {
    if (len <= SHOWN_MAX_BYTES)
      survive(format, content, path);
    return 0;
  }
  format_dump(&dump, format, content, str_of(path));
  if (str_has_prefix(buf_str(&dump), STR("ERROR")))
    return 0;
  meaningless = format_flip(format, content, str_of(path),
                            strcmp(format->name, "tar") == 0 ? repair_tar : NULL, faults);
  printf("%s: %s, %zu bytes, %zu meaningless%s\n", path, format->name, len, meaningless,
         *faults > before ? ": FAULTS" : "");
  return 1;
}

int main(int argc, char **argv)
{
  struct dirent **names;
  size_t faults = 0;
  int tried = 0;
  int n;

  if (argc != 2 || (n = scandir(argv[1], &names, NULL, alphasort)) < 0)
    return 2;
  for (int i = 0; i < n; i++) {
    AUTO_FREE char *path = xasprintf("%s/%s", argv[1], names[i]->d_name);

    tried += try_file(path, &faults);
    free(names[i]);
  }
  free(names);
  printf("%d files, %zu faults\n", tried, faults);
  return tried < 10 || faults ? 1 : 0;
}
