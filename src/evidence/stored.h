/* Two layers as they are stored: whether what comes out of the decompressor is the same, and then
 * what differs in the compressed form. */
#ifndef DIFFOCI_EVIDENCE_STORED_H
#define DIFFOCI_EVIDENCE_STORED_H

#include "base/limits.h"
#include "base/stream.h"
#include "evidence/values.h"

struct stored_comparison {
  bool same_inside; /* the bytes that come out are the same */
  /* If so, what differs outside: "algorithm", "MTIME", "XFL", "OS", "FNAME", "members", … (RFC
   * 1952, section 2.3; RFC 8878, section 3.1.1.1). In the arena. */
  struct values values;
};

/* Reads both blobs, as stored, to their ends. Owns the streams. -1: *failed_side could not be read
 * or is damaged. */
MUST_CHECK int stored_compare(struct stream *const blobs[2], const struct limits *limits,
                              struct arena *arena, struct stored_comparison *out, int *failed_side,
                              struct error *err);

#endif
