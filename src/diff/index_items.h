/* The manifests of two indexes, and which of them are compared with which. Private to src/diff. */
#ifndef DIFFOCI_DIFF_INDEX_ITEMS_H
#define DIFFOCI_DIFF_INDEX_ITEMS_H

#include "diff/compare.h"

/* One manifest of an index, and what decides which one it is compared with. */
struct item {
  const struct descriptor *descriptor;
  size_t position; /* in the index */
  bool has_platform;
  struct platform platform;
  const char *refers_to;    /* the digest that an attestation is about; NULL: it is none */
  const struct item *about; /* the item of that digest, if it is there */
  const struct item *pair;  /* on the other side */
};

struct items {
  struct item *list; /* owned */
  size_t n;
};

/* Those of an index that are to be compared: of the platforms chosen, and what attests these. */
void items_select(struct diff *diff, int side, const struct index *index, struct items *items);
void items_release(struct items *items);
/* The n-th of a platform with the n-th: first those of the very same platform, then those whose
 * variants are nearest (image/platform_match.h). Attestations follow what they are about. */
void items_pair(struct items *items0, struct items *items1);
/* The item to compare with a lone manifest: one of the manifest's own platform where that is
 * selected, else the first in the order in which the platforms were asked for. NULL: there is none.
 */
const struct item *items_counterpart(struct diff *diff, int manifest_side,
                                     const struct descriptor *manifest_blob,
                                     const struct items *items);
/* Whether one of them is, or may be, of that platform. */
bool items_have_platform(const struct items *items, const struct platform *platform);
/* "platform linux/amd64", "attestation of sha256:…" */
enum { ITEM_MAX_TEXT = PLATFORM_MAX_TEXT + PLATFORM_PART_MAX + 200 };
const char *item_describe(const struct item *item, char text[ITEM_MAX_TEXT]);

#endif
