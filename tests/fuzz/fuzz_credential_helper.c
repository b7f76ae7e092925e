/* What a credential helper answers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/auth/credential_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct credential found = { 0 };
  struct error err = { 0 };
  const int result =
      credential_helper_parse((struct str) { (const char *)data, size }, &found, &err);

  if (result == 1 && (!found.secret || !*found.secret || !found.user || found.registry ||
                      (found.identity && *found.user)))
    abort();
  if (result != 1 && (found.secret || found.user))
    abort();
  /* Whatever it says, it may be a secret. */
  if (result < 0 &&
      strcmp(err.message, "expected a JSON object with Username and Secret as its answer") != 0)
    abort();
  credential_release(&found);
  return 0;
}
