/* Which platforms are compared. Private to src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_PLATFORM_CHOICE_H
#define DIFFOCI_DIFF_DOCUMENTS_PLATFORM_CHOICE_H

#include "diff/compare.h"

/* Sets diff->platforms: those asked for. Where none were, and one side is an image of a single
 * platform, that platform (of both, if both are); else the host's. What cannot be read is for the
 * comparison to complain about. */
void platform_choice_make(struct diff *diff);

/* Fails if platforms were asked for, both sides are lone manifests, and one is of another platform:
 * ERROR_NOT_FOUND says which. (Beside an index it is compared with what was asked for, as the Go
 * tool does; the platforms then differ.) */
MUST_CHECK int platform_choice_check(struct diff *diff, struct error *err);

#endif
