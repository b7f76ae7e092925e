/* Copies an image from a source into the store. */
#ifndef DIFFOCI_SOURCE_COPY_H
#define DIFFOCI_SOURCE_COPY_H

#include "image/platform.h"
#include "source/source.h"
#include "store/store.h"

/* What copying had to do, in configs and layers; atomic. */
struct copy_counts {
  uint64_t fetched, fetched_bytes; /* written into the store */
  uint64_t there, there_bytes;     /* it had them */
};

struct copy_options {
  const struct limits *limits;
  /* The manifests of an index to copy, and the attestations that belong to them; those whose
   * platform is not told are copied, too. NULL: all that the source has; what an index names and
   * the source lacks is then left out, unless that is all of it. */
  const struct platform_set *platforms;
  unsigned jobs;              /* blobs fetched at once, >= 1 */
  struct copy_counts *counts; /* NULL: not counted */
  /* For import_archive: as in struct source_options. */
  struct net *(*net)(void *context, struct error *err);
  void *net_context;
};

/* Writes all blobs of the image whose root is this descriptor; blobs that are in the store are not
 * read. Checked on the way. Does not touch index.json. ERROR_NOT_FOUND: no such platform. */
MUST_CHECK int copy_image(struct source *from, struct store *to, const struct descriptor *root,
                          const struct copy_options *options, struct error *err);
/* Writes one blob, unless it is there. */
MUST_CHECK int copy_blob(struct source *from, struct store *to, const struct descriptor *blob,
                         struct error *err);

#endif
