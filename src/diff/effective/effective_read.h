/* Reads the layers of two images into an overlay each, both at the same time. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_READ_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_READ_H

#include "diff/effective/effective.h"
#include "layer/overlay/overlay.h"

struct effective_reading {
  struct diff *diff;
  const struct effective_image *images; /* of both sides */
  uint32_t ignore;                      /* the rules for entries */
  const struct task_resources *resources;
  /* Whether what was read of upper layers is enough, whatever those hold that both begin with. */
  bool (*needs_no_lower)(struct overlay *const uppers[2]);

  /* Set by effective_read. The overlays are the caller's to free, also where it fails. */
  struct overlay *overlays[2];
  size_t below;    /* so many layers at the bottom, that both have, were not read: then overlays are
                      those of upper layers */
  bool hash_all;   /* no token is given out, since nothing can be read once more */
  uint64_t tokens; /* given out */
};

/* Layers with the same digest on both sides, at the bottom, at the top, or of the same number, are
 * read once and given to both. The others are walked in step: contents that meet and are equal get
 * a token, the same on both sides; what differs or has no partner gets a digest, or a token of its
 * own where no partner can come. Layers that both begin with are read only if they are needed. */
MUST_CHECK int effective_read(struct effective_reading *reading, struct error *err);

/* How many layers both sides have in common, from the bottom up. */
size_t effective_shared(const struct effective_image images[2]);

#endif
