/* Files with credentials. */
#include <stdlib.h>

#include "image/json.h"
#include "net/auth/docker_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const domains[] = { "docker.io", "x.io", "localhost:5000" };
  struct error err;
  AUTO_JSON config = docker_config_parse((struct str) { (const char *)data, size }, &err);

  for (size_t i = 0; config && i < ARRAY_LEN(domains); i++) {
    struct credential credential = { 0 };
    const char *helper;
    int found = docker_config_find(config, domains[i], "team/app", &credential, &err);

    if ((found > 0) != (credential.user && credential.secret))
      abort();
    credential_release(&credential);
    if (docker_config_helper(config, domains[i], &helper, &err) == 0 && helper && !*helper)
      abort();
  }
  return 0;
}
