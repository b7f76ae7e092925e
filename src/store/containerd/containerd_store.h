/* What the files about containerd as a store share. */
#ifndef DIFFOCI_STORE_CONTAINERD_CONTAINERD_STORE_H
#define DIFFOCI_STORE_CONTAINERD_CONTAINERD_STORE_H

#include "store/containerd/containerd_client.h"
#include "store/ops.h"

struct containerd *containerd_of(struct store *store);
/* An image record was made or, if replaced, changed from another image to this one. */
void containerd_store_named(struct store *store, bool replaced);

/* What the name of an image record begins with that a comparison made, before the image's: under
 * its own name, an image of which only the layers that differ were fetched would be one that others
 * try to run. */
#define CACHED_PREFIX "diffoci.cached/"
/* The image's name, of a record's; a part of it. */
const char *containerd_image_name(const char *record);
/* As containerd_list, with the names of the records. */
MUST_CHECK int containerd_list_records(struct store *store, struct store_images *out,
                                       struct error *err);
/* sync: wait until what only it used is gone. ERROR_NOT_FOUND. */
MUST_CHECK int containerd_delete_record(struct containerd *containerd, const char *name, bool sync,
                                        struct error *err);
/* Fills *err: no image of that name is there; or the namespace is not, which is the likelier
 * mistake. Returns -1. */
int containerd_no_image(struct store *store, const char *name, struct error *err);

/* store_ops. */
MUST_CHECK int containerd_list(struct store *store, struct store_images *out, struct error *err);
MUST_CHECK int containerd_find(struct store *store, const char *name, struct descriptor *out,
                               struct error *err);
MUST_CHECK int containerd_put_image(struct store *store, const char *name,
                                    const struct descriptor *root, bool cached, struct error *err);
MUST_CHECK int containerd_remove(struct store *store, const char *name, struct buf *removed,
                                 struct error *err);

#endif
