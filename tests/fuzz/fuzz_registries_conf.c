/* registries.conf: the TOML reader, and what is made of it. */
#include <stdlib.h>

#include "net/config/registries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const domains[] = { "docker.io", "a.x.io", "localhost:5000" };
  struct registries *registries = registries_new();
  struct error err;

  if (registries_add(registries, (struct str) { (const char *)data, size }, &err) == 0) {
    for (size_t i = 0; i < 2 * ARRAY_LEN(domains); i++) {
      struct endpoint_list list = { 0 };

      if (registries_endpoints(registries, domains[i / 2], "library/a", i % 2, &list, &err) == 0 &&
          list.n == 0)
        abort();
      endpoint_list_release(&list);
    }
    (void)registries_alias(registries, STR("a"));
  }
  registries_free(registries);
  return 0;
}
