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
  struct overlay *overlays[2];
  size_t below;    /* so many layers at the bottom, that both have, are not read: then overlays are
                      those of upper layers */
  bool hash_all;   /* no token is given out, since nothing can be read once more */
  bool keep_lazy;  /* files that only help to pull a layer lazily (eStargz) are files like others */
  uint64_t tokens; /* given out */
  bool lazy;       /* such files were met */
};

/* Layers with the same digest on both sides, at the bottom, at the top, or of the same number, are
 * read once and given to both. The others are walked in step: contents that meet and are equal get
 * a token, the same on both sides; what differs or has no partner gets a digest, or a token of its
 * own where no partner can come. */
MUST_CHECK int effective_read(struct effective_reading *reading, struct error *err);

/* Goes on with a reading that left layers unread: reads these, once for both sides, and puts what
 * was read upon them. Then overlays are those of whole images, and below is 0. The overlays that
 * were there are freed, also where this fails. */
MUST_CHECK int effective_read_below(struct effective_reading *reading, struct error *err);

/* How many layers both sides have in common, from the bottom up. */
size_t effective_shared(const struct effective_image images[2]);
/* How many of them are worth leaving unread at first: a base image is often much larger than what
 * stands upon it, and what that does to it most often the same on both sides (overlay_same_effect).
 * None where nothing may be read twice, or all is to be verified. */
size_t effective_leave_unread(const struct diff *diff, const struct effective_image images[2]);

#endif
