/* A lease of the store, which may have been cut anywhere: what it lists, written again, lists the
 * same. */
#include <stdint.h>
#include <stdlib.h>

#include "store/local/local.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str text = { (const char *)data, size };
  struct wanted_set first = WANTED_INIT;
  struct wanted_set second = WANTED_INIT;
  AUTO_BUF again = BUF_INIT((size_t)16 * 1024 * 1024);

  lease_parse(text, &first);
  for (size_t i = 0; i < first.map.n; i++) {
    const struct wanted *wanted = first.map.entries[i].value;
    char digest[DIGEST_MAX_TEXT];

    buf_printf(&again, "%c %s\n", wanted->kind, digest_format(&wanted->digest, digest));
  }
  lease_parse(buf_str(&again), &second);
  if (first.map.n != second.map.n)
    abort();
  for (size_t i = 0; i < first.map.n; i++) {
    const struct wanted *a = first.map.entries[i].value;
    const struct wanted *b = second.map.entries[i].value;

    if (a->kind != b->kind || !digest_equal(&a->digest, &b->digest) ||
        !wanted_has(&second, &a->digest))
      abort();
  }
  wanted_release(&first);
  wanted_release(&second);
  return 0;
}
