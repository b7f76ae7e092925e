/* What the files about containerd as a store share. */
#ifndef DIFFOCI_STORE_CONTAINERD_CONTAINERD_STORE_H
#define DIFFOCI_STORE_CONTAINERD_CONTAINERD_STORE_H

#include "store/containerd/containerd_client.h"
#include "store/ops.h"

struct containerd *containerd_of(struct store *store);
/* An image record was made or, if replaced, changed from another image to this one. */
void containerd_store_named(struct store *store, bool replaced);

/* store_ops. */
MUST_CHECK int containerd_list(struct store *store, struct store_images *out, struct error *err);
MUST_CHECK int containerd_find(struct store *store, const char *name, struct descriptor *out,
                               struct error *err);
MUST_CHECK int containerd_put_image(struct store *store, const char *name,
                                    const struct descriptor *root, bool cached, struct error *err);
MUST_CHECK int containerd_remove(struct store *store, const char *name, char **removed,
                                 struct error *err);

#endif
