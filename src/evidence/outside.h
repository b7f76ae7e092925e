/* What lies beside the members of a file. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_OUTSIDE_H
#define DIFFOCI_EVIDENCE_OUTSIDE_H

#include "formats/format.h"

/* Whether the members' contents lie at the same places of both files, and all that is beside them
 * is the same. */
bool outside_members_same(struct format_parts *const parts[2]);

#endif
