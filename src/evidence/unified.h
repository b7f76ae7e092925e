/* A difference of two texts in the unified format. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_UNIFIED_H
#define DIFFOCI_EVIDENCE_UNIFIED_H

#include "evidence/patch.h"

/* Appends to text what differs, and adds to out->more what is not shown of it. False, and nothing
 * is done, if there are too many lines or they would take more memory than there is. */
bool unified_diff(const struct str content[2], const struct patch_limits *limits, struct buf *text,
                  struct patch *out);

#endif
