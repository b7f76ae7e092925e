/* Which platforms of a stored image are complete. */
#ifndef DIFFOCI_STORE_PLATFORMS_H
#define DIFFOCI_STORE_PLATFORMS_H

#include "store/store.h"

struct store_platform {
  struct platform platform;
  uint64_t bytes; /* of its manifest, config and layers, as stored; a layer that it has twice counts
                     twice */
};

/* The platforms of the image with this root whose manifest, config and layers are all in the store,
 * in the order of its index; attestations do not count. *out is to be freed. An error is that the
 * root is an index that is not there or cannot be read, or that the system failed to read any. */
MUST_CHECK int store_platforms(struct store *store, const struct descriptor *root,
                               struct store_platform **out, size_t *n, struct error *err);

#endif
