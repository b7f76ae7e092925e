/* The manifests of two indexes, and which of them are compared with which. Private to src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_INDEX_ITEMS_H
#define DIFFOCI_DIFF_DOCUMENTS_INDEX_ITEMS_H

#include "diff/compare.h"

/* One manifest of an index, and what decides which one it is compared with. */
struct item {
  const struct descriptor *descriptor;
  size_t position; /* in the index */
  bool has_platform;
  struct platform platform;
  /* No engine runs it: it tells no platform and its config is of no image's type. */
  bool is_artifact;
  const char *refers_to;    /* the digest that an attestation is about; NULL: it is none */
  const struct item *about; /* the item of that digest, if it is there */
  const struct item *pair;  /* on the other side */
};

struct items {
  struct item *list; /* owned */
  size_t n;
  size_t cap;      /* while they are selected */
  bool holds_more; /* the index is not just these: artifacts were passed over, or indexes opened */
};

/* Those of an index that are to be compared: of the platforms chosen, and what attests these.
 * In the effective comparison, artifacts are passed over and indexes within that tell no platform
 * are looked into, as engines do. ERROR_LIMIT where all indexes visited so far hold too many
 * entries. */
MUST_CHECK int items_select(struct diff *diff, int side, const struct index *index,
                            struct items *items, struct error *err);
void items_release(struct items *items);
/* First those of the very same platform, then those whose variants are nearest
 * (image/platform_match.h); of several of one platform, first those of equal digest, then those
 * with equal annotations, then the n-th with the n-th. Attestations follow what they are about. */
void items_pair(struct items *items0, struct items *items1);
/* The item to compare with a lone manifest: one of the manifest's own platform where that is
 * selected, else the first in the order in which the platforms were asked for. NULL: there is none.
 */
const struct item *items_counterpart(struct diff *diff, int manifest_side,
                                     const struct descriptor *manifest_blob,
                                     const struct items *items);
/* The first image of that item's platform, which is what engines take; NULL: there is none. */
const struct item *items_first_like(const struct items *items, const struct item *like);
/* Of several of that item's build of Windows, the one with the highest patch level, which is what
 * containerd takes (platforms, windowsMatchComparer); NULL: it is not for Windows, or there is
 * none.
 */
const struct item *items_latest_like(const struct items *items, const struct item *like);
/* Whether one of them is, or may be, of that platform. */
bool items_have_platform(const struct items *items, const struct platform *platform);
/* "platform linux/amd64", "attestation of sha256:…" */
enum { ITEM_MAX_TEXT = PLATFORM_MAX_TEXT + PLATFORM_PART_MAX + 200 };
const char *item_describe(const struct item *item, char text[ITEM_MAX_TEXT]);

#endif
