#include "cli/memory.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/cli.h"

/* Any thread may be here, with any lock held: nothing is flushed or unwound. What is half written
 * is in files without names, or under names that the store knows to be partial. */
void out_of_memory(void)
{
  static const char message[] = "diffoci: out of memory\n";

  (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(EXIT_TROUBLE);
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
  (void)file;
  (void)line;
  return library_malloc(size);
}

static void *crypto_realloc(void *old, size_t size, const char *file, int line)
{
  (void)file;
  (void)line;
  return library_realloc(old, size);
}

static void crypto_free(void *memory, const char *file, int line)
{
  (void)file;
  (void)line;
  free(memory);
}

void memory_guard_libraries(void)
{
  json_set_alloc_funcs(library_malloc, free);
  /* Refused only if libcrypto has allocated already: then it keeps its own, which fail. */
  (void)CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
}
