/* The Link header: what is found stands in it, between angle brackets. */
#include <stdint.h>
#include <stdlib.h>

#include "net/http/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  /* Heads with NUL bytes are not looked into. */
  const char *nul = size ? memchr(data, '\0', size) : NULL;
  char *text =
      str_dup((struct str) { (const char *)data, nul ? (size_t)(nul - (const char *)data) : size });
  char *next = link_next((struct str) { text, strlen(text) });
  const char *found = next ? strstr(text, next) : NULL;

  if (next && (!found || strchr(next, '>') || !strchr(text, '<') || !strcasestr(text, "rel")))
    abort();
  free(next);
  free(text);
  return 0;
}
