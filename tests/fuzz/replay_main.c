/* Runs a fuzz target over the files of the directories and files named on the command line: what
 * the fuzzer once found stays found. Fails if there is nothing to run. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_run;

static void fail(const char *path)
{
  fprintf(stderr, "%s: %s\n", path, strerror(errno));
  exit(1);
}

static void run_file(const char *path, size_t size)
{
  FILE *file = fopen(path, "re");
  /* Exactly as large as the input, so that reading past it is seen. */
  uint8_t *data = xmalloc(size ? size : 1);

  if (!file || fread(data, 1, size, file) != size)
    fail(path);
  fclose(file);
  fprintf(stderr, "%s\n", path); /* the last line names the input that crashed */
  (void)LLVMFuzzerTestOneInput(data, size);
  free(data);
  n_run++;
}

static void run_path(const char *path)
{
  struct stat st;
  struct dirent **names = NULL;
  int n;

  if (stat(path, &st) < 0)
    fail(path);
  if (!S_ISDIR(st.st_mode)) {
    run_file(path, (size_t)st.st_size);
    return;
  }
  n = scandir(path, &names, NULL, alphasort);
  if (n < 0)
    fail(path);
  for (int i = 0; i < n; i++) {
    char *inner = xasprintf("%s/%s", path, names[i]->d_name);

    if (names[i]->d_name[0] != '.')
      run_path(inner);
    free(inner);
    free(names[i]);
  }
  free(names);
}

int main(int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    run_path(argv[i]);
  printf("%zu inputs\n", n_run);
  return n_run > 0 ? 0 : 1;
}
