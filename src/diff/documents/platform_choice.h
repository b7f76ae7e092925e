/* Which platforms are compared. Private to src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_PLATFORM_CHOICE_H
#define DIFFOCI_DIFF_DOCUMENTS_PLATFORM_CHOICE_H

#include "diff/compare.h"

/* Sets diff->platforms: those asked for. Where none were, and one side is an image of a single
 * platform, that platform (of both, if both are), which is noted if it is not the host's; else the
 * host's. What cannot be read is for the comparison to complain about. */
void platform_choice_make(struct diff *diff);

/* Fails if platforms were asked for and a lone manifest is of another one: ERROR_NOT_FOUND says
 * which. (Beside an index, without --effective, it is a warning, and the manifest is compared with
 * what was asked for, as the Go tool does; that differs at least in the root's media type.) */
MUST_CHECK int platform_choice_check(struct diff *diff, struct error *err);

#endif
