/* swapped DIRECTORY: every small file of the directory that a format takes is held against itself
 * with each of its bytes changed, one way round and the other. Both say the same. Where nothing is
 * left out, only bytes that docs/formats.md calls the compressed form, or what follows from the
 * rest, may change unseen; formats that only show never call two files equal. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diff/ignore.h"
#include "diff/inside/inside_compare.h"
#include "formats/format.h"

enum { SIZE_MAX_BYTES = 2 * 1024, SIZE_SHORT = 450, OUT_MAX = 16 * 1024 * 1024 };

static size_t faults;

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

static void take_row(struct inside_sink *sink, const struct inside_row *row)
{
  (void)sink, (void)row;
}

static enum inside_outcome compare(struct str a, struct str b, const char *name, uint32_t ignore,
                                   uint64_t *rows)
{
  struct inside_sink sink = { take_row };
  const struct inside_input input = { .bytes = { a, b },
                                      .names = { str_of(name), str_of(name) },
                                      .ignore = ignore,
                                      .max_bytes = OUT_MAX,
                                      .sink = &sink };
  struct inside_result *result = xmalloc(sizeof(*result));
  enum inside_outcome outcome;

  inside_compare(&input, result);
  outcome = result->outcome;
  *rows = result->rows;
  free(result);
  return outcome;
}

/* Whether a rule says of the byte that it is the form, or follows from the rest. */
static bool is_form(const struct format_parts *parts, size_t at)
{
  for (size_t i = 0; i < parts->n_ranges; i++)
    if (parts->ranges[i].from <= at && at < parts->ranges[i].to)
      return parts->ranges[i].rule && parts->ranges[i].rule->class == FORMAT_FORM;
  return false;
}

static void try_byte(const struct format *format, const struct format_parts *parts, char *changed,
                     size_t at, const char *name)
{
  static const uint32_t ignores[] = { 0, IGNORE_ALL_SEMANTIC };
  const struct str content = parts->bytes;
  const struct str other = { changed, content.len };

  for (size_t i = 0; i < ARRAY_LEN(ignores); i++) {
    uint64_t rows[2];
    const enum inside_outcome one = compare(content, other, name, ignores[i], &rows[0]);
    const enum inside_outcome two = compare(other, content, name, ignores[i], &rows[1]);

    if (one == two && rows[0] == rows[1] &&
        (one != INSIDE_EQUAL || (format->may_be_equal && (i == 1 || is_form(parts, at)))))
      continue;
    printf("%s, byte %zu, %02x: %d with %d rows, swapped %d with %d\n", name, at,
           (unsigned char)changed[at], one, (int)rows[0], two, (int)rows[1]);
    faults++;
  }
}

/* 1 if it was tried. $DIFFOCI_TEST_ALL: larger files, too, and each byte changed in three ways. */
static int try_file(const char *path)
{
  static const unsigned char changes[] = { 1, 0x20, 0x80 };
  AUTO_FREE char *bytes = xmalloc(SIZE_MAX_BYTES + 1);
  AUTO_FREE char *changed = xmalloc(SIZE_MAX_BYTES + 1);
  const size_t len = read_file(path, bytes);
  const struct str content = { bytes, len };
  const bool all = getenv("DIFFOCI_TEST_ALL") != NULL;
  const struct format *format = len ? format_detect(content, str_of(path)) : NULL;
  struct format_budget budget = { OUT_MAX };
  struct format_parts parts;
  struct error err;

  if (!len || len > (all ? SIZE_MAX_BYTES : SIZE_SHORT) || !format)
    return 0;
  if (format_read(format, &parts, content, str_of(path), &budget, &err) == 0)
    for (size_t i = 0; i < len; i++)
      for (size_t j = 0; j < ARRAY_LEN(changes); j++) {
        if (!all && i % ARRAY_LEN(changes) != j)
          continue;
        memcpy(changed, bytes, len);
        changed[i] = (char)(changed[i] ^ changes[j]);
        try_byte(format, &parts, changed, i, path);
      }
  format_release(&parts);
  return 1;
}

int main(int argc, char **argv)
{
  struct dirent **names;
  int tried = 0;
  int n;

  if (argc != 2 || (n = scandir(argv[1], &names, NULL, alphasort)) < 0)
    return 2;
  for (int i = 0; i < n; i++) {
    AUTO_FREE char *path = xasprintf("%s/%s", argv[1], names[i]->d_name);

    tried += try_file(path);
    free(names[i]);
  }
  free(names);
  printf("%d files, %zu faults\n", tried, faults);
  return tried < 15 || faults ? 1 : 0;
}
