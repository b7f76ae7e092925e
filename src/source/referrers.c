#include "source/referrers.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

int source_referrers(struct source *source, const struct descriptor *subject, struct referrers *out,
                     struct error *err)
{
  *out = (struct referrers) { 0 };
  if (!source->ops->referrers)
    return 0;
  if (source->ops->referrers(source, subject, out, err) == 0)
    return 0;
  referrers_release(out);
  return -1;
}

void referrers_release(struct referrers *referrers)
{
  for (size_t i = 0; i < referrers->n; i++)
    descriptor_release(&referrers->items[i]);
  free(referrers->items);
  *referrers = (struct referrers) { 0 };
}

int referrers_add(struct referrers *referrers, const struct descriptor *descriptor, uint64_t max,
                  struct error *err)
{
  for (size_t i = 0; i < referrers->n; i++) {
    if (digest_equal(&referrers->items[i].digest, &descriptor->digest))
      return 0;
  }
  if (referrers->n >= max)
    return error_set(err, ERROR_LIMIT, "more than %llu referrers (see --max-scale)",
                     (unsigned long long)max);
  referrers->items = xreallocarray(referrers->items, referrers->n + 1, sizeof(*referrers->items));
  referrers->items[referrers->n++] = descriptor_copy(descriptor);
  return 0;
}

/* distribution-spec, "Referrers Tag Schema": both parts may be cut; nothing in ours is not allowed
 * in a tag. */
const char *referrers_tag(const struct digest *digest, char tag[REFERRERS_TAG_MAX])
{
  char hex[DIGEST_MAX_TEXT];

  snprintf(tag, REFERRERS_TAG_MAX, "%.32s-%.64s", digest_algorithm_name(digest->algorithm),
           digest_hex(digest, hex));
  return tag;
}
