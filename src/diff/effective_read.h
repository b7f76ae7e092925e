/* Reads the layers of two images into an overlay each, both at the same time. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_READ_H
#define DIFFOCI_DIFF_EFFECTIVE_READ_H

#include "diff/effective.h"
#include "layer/overlay.h"

struct effective_reading {
  struct diff *diff;
  const struct effective_image *images; /* of both sides */
  uint32_t ignore;                      /* the rules for entries */
  const struct task_resources *resources;
  struct overlay *overlays[2];
  size_t below;    /* so many layers at the bottom, that both have, are not read */
  bool hash_all;   /* no token is given out, since nothing can be read once more */
  uint64_t tokens; /* given out */
};

/* Layers with the same digest on both sides, at the bottom, at the top, or of the same number, are
 * read once and given to both. The others are walked in step: contents that meet and are equal get
 * a token, the same on both sides; what differs or has no partner gets a digest, or a token of its
 * own where no partner can come. */
MUST_CHECK int effective_read(struct effective_reading *reading, struct error *err);

#endif
