/* What the two arguments stand for. Private to src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_ROOTS_H
#define DIFFOCI_DIFF_DOCUMENTS_ROOTS_H

#include "diff/compare.h"

/* Sets diff->roots, after diff_walk. Nothing is read for it: of what was not opened no platform is
 * told. */
void roots_tell(struct diff *diff);

#endif
