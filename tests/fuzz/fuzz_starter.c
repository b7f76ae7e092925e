/* What a process that was taken over may send to the one that starts programs for it: what is
 * started is one of the plans, with words behind it that may stand there. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/starter_plans.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_short(const void *context, const char *const *words, size_t n)
{
  (void)context;
  for (size_t i = 0; i < n; i++)
    if (strlen(words[i]) > 4)
      return false;
  return n <= 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const fixed[] = { "docker", "version", NULL };
  static const char *const longer[] = { "docker", "save", NULL };
  const struct program_wanted plans[] = { { fixed, NULL, PROGRAM_WRITES, NULL },
                                          { longer, NULL, PROGRAM_WRITES, NULL } };
  struct starter *starter = starter_new();
  const char *argv[STARTER_ARGV_MAX];
  struct program_wanted out;
  AUTO_FREE char *bytes = xcalloc(1, size + 1);
  size_t n = 0;
  int number;

  if (size)
    memcpy(bytes, data, size);
  starter_allow(starter, &plans[0], NULL, NULL);
  starter_allow(starter, &plans[1], is_short, NULL);
  number = starter_read_request(starter, bytes, size, &out, argv, STARTER_ARGV_MAX);
  if (number >= 0) {
    while (argv[n])
      n++;
    if (number > 1 || n < 2 || n > 5 || (number == 0 && n != 2) || strcmp(argv[0], "docker") != 0 ||
        strcmp(argv[1], number ? "save" : "version") != 0 || out.argv != argv)
      abort();
    for (size_t i = 2; i < n; i++)
      if (strlen(argv[i]) > 4)
        abort();
  }
  starter_free(starter);
  return 0;
}
