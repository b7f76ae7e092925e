/* Entries of layers, into the overlay of their side, and layers of both sides that are read in
 * step. Private to src/diff/effective. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_STEP_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_STEP_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "diff/effective/effective_read.h"
#include "tar/entry.h"

/* Puts an entry into the overlay of a side (0, 1): its content, where it has one, as this digest,
 * or where that is NULL as the token. An error where no layer could have the name. */
MUST_CHECK int effective_step_add(struct effective_reading *reading, int side,
                                  const struct tar_entry *entry, const struct digest *digest,
                                  uint64_t token, struct error *err);

/* Reads the layers from[side] (the first is 0) up to, but not with, to[side] of both sides, pairs
 * their entries by name as far apart as there is room for, and puts all into the overlays. Contents
 * that meet and are equal get a token, the same on both sides; what differs or has no partner gets
 * a digest, or a token of its own where no partner can come. */
MUST_CHECK int effective_step(struct effective_reading *reading, const size_t from[2],
                              const size_t to[2], struct error *err);

#endif
