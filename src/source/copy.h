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
   * platform is not told are copied, too. NULL: all that the source has. What an index names and an
   * archive lacks is left out, unless it was asked for by its platform, or is all of it: docker
   * save of an image that was pulled lacks its attestations. */
  const struct platform_set *platforms;
  /* They were asked for, so that an image of a single other one, without an index, is an error. */
  bool platforms_asked;
  unsigned jobs; /* blobs fetched at once, >= 1 */
  /* Told what was left out, as a line for people. NULL allowed. */
  void (*notice)(void *context, const char *line);
  void *notice_context;
  bool check;                 /* what the store has is read, and fetched anew if it is damaged */
  struct copy_counts *counts; /* NULL: not counted */
  /* For import_archive: as in struct source_options. */
  struct stream *(*fetch)(void *context, const struct descriptor *blob, struct error *err);
  void *fetch_context;
};

/* Writes all blobs of the image whose root is this descriptor; blobs that are in the store are not
 * read. Checked on the way. Does not touch index.json. ERROR_NOT_FOUND: no such platform. */
MUST_CHECK int copy_image(struct source *from, struct store *to, const struct descriptor *root,
                          const struct copy_options *options, struct error *err);

#endif
