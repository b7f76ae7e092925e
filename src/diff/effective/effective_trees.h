/* The comparison of two merged images, path by path. Private to src/diff. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_TREES_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_TREES_H

#include "diff/effective/effective.h"
#include "layer/overlay/overlay.h"

struct effective_trees {
  struct diff *diff;
  const struct event_node *parent; /* of the events */
  const struct effective_image *images;
  uint32_t ignore; /* the rules for entries */
  struct overlay *overlays[2];
  const struct event_origin *origins[2]; /* by layer */
};

/* Sends what differs. Reads contents again where two tokens, or a token and a digest, meet.
 * *differ: whether anything was sent. */
MUST_CHECK int effective_compare_trees(const struct effective_trees *trees, bool *differ,
                                       struct error *err);

#endif
