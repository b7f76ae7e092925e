/* The digests of contents that were read without being hashed, and turn out to be needed: fetched
 * by a second pass over just their layers. Private to src/diff. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_CONTENTS_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_CONTENTS_H

#include "diff/effective/effective.h"
#include "layer/overlay/overlay.h"

struct effective_contents {
  struct budget *memory;
  struct paged *paged;
  struct map wanted[2]; /* by side: layer and position -> struct wanted_content */
  struct arena arena;
};

/* memory: NULL: no limit. Borrowed, lives longer. */
void effective_contents_init(struct effective_contents *contents, struct budget *memory);
void effective_contents_release(struct effective_contents *contents);
/* Of the item's object, which has a token. */
void effective_contents_want(struct effective_contents *contents, int side,
                             const struct overlay_item *item);
bool effective_contents_wanted(const struct effective_contents *contents); /* anything */
/* Reads the layers that hold what is wanted. ERROR_LIMIT where the budget has no room to list it.
 */
MUST_CHECK int effective_contents_fetch(struct effective_contents *contents, struct diff *diff,
                                        const struct effective_image images[2], struct error *err);
/* The digest of an item's content: the overlay's, or the one fetched; NULL if it has none, or it
 * was not wanted. As long as item and contents. */
const struct digest *effective_contents_of(const struct effective_contents *contents, int side,
                                           const struct overlay_item *item);

#endif
