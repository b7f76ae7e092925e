/* compile_causes CAUSES.yaml TABLE.c EXAMPLES.c PAGE.md: run while diffoci is built. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "policy/causes_source.h"
#include "policy/yaml_value.h"

static _Noreturn void die(const char *path)
{
  fprintf(stderr, "%s: %s\n", path, strerror(errno));
  exit(1);
}

void out_of_memory(void)
{
  die("memory");
}

static void read_all(const char *path, struct buf *text)
{
  FILE *in = fopen(path, "re");
  char piece[4096];
  size_t got;

  if (!in)
    die(path);
  while ((got = fread(piece, 1, sizeof(piece), in)) > 0)
    buf_add(text, piece, got);
  if (ferror(in) || fclose(in) != 0)
    die(path);
}

static void write_all(const char *path, const struct causes_source *causes,
                      void (*write)(const struct causes_source *causes, FILE *out))
{
  FILE *out = fopen(path, "we");

  if (!out)
    die(path);
  write(causes, out);
  if (ferror(out) || fclose(out) != 0)
    die(path);
}

int main(int argc, char **argv)
{
  AUTO_BUF text = BUF_INIT(YAML_MAX_BYTES);
  struct causes_source causes = { 0 };

  if (argc != 5) {
    fprintf(stderr, "usage: compile_causes CAUSES.yaml TABLE.c EXAMPLES.c PAGE.md\n");
    return 2;
  }
  read_all(argv[1], &text);
  causes_read(&causes, buf_str(&text), argv[1]);
  write_all(argv[2], &causes, causes_write_table);
  write_all(argv[3], &causes, causes_write_examples);
  write_all(argv[4], &causes, causes_write_page);
  arena_release(&causes.arena);
  free(causes.causes);
  free(causes.examples);
  return 0;
}
