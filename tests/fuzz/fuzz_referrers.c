/* A list of referrers, as a registry answers it: no digest twice, never more than allowed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "image/index.h"
#include "source/referrers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct limits limits = limits_scaled(1);
  struct referrers found = { 0 };
  struct index index;
  struct error err;

  if (index_parse(&index, (struct str) { (const char *)data, size }, &limits, &err))
    return 0;
  for (size_t i = 0; i < index.n_manifests; i++)
    if (referrers_add(&found, &index.manifests[i], MOST, &err) && err.code != ERROR_LIMIT)
      abort();
  if (found.n > MOST || (index.n_manifests && !found.n))
    abort();
  for (size_t i = 0; i < found.n; i++) {
    char tag[REFERRERS_TAG_MAX];

    /* 128 characters at most are a tag (distribution-spec, "Pulling manifests"). */
    if (strlen(referrers_tag(&found.items[i].digest, tag)) >= sizeof(tag) || strchr(tag, ':'))
      abort();
    for (size_t j = 0; j < i; j++)
      if (digest_equal(&found.items[i].digest, &found.items[j].digest))
        abort();
  }
  referrers_release(&found);
  index_release(&index);
  return 0;
}
