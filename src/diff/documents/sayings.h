/* Which digests of uncompressed layers (rootfs.diff_ids) cannot both be right. Private to
 * documents/. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_SAYINGS_H
#define DIFFOCI_DIFF_DOCUMENTS_SAYINGS_H

#include "image/descriptor.h"

/* What a config says of a layer. */
struct saying {
  int side;
  const struct descriptor *layer; /* borrowed */
  const char *diff_id;            /* borrowed */
  bool is_read;                   /* the fingerprint of its content is known */
  uint64_t fingerprint;
};

/* One content has one digest: where two are said of one blob, or of two blobs with one content, or
 * one of two contents, what one of the sayings is about is refused by every engine. Finds the first
 * saying that contradicts an earlier one, in found[1], and the first that it contradicts, in
 * found[0]. *compared: how often two were held against each other, at most three times for each
 * saying. */
bool sayings_contradict(const struct saying *sayings, size_t n,
                        const struct saying *found[static 2], size_t *compared);

#endif
