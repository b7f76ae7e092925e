/* What was done differently when two images were built, by their histories. */
#ifndef DIFFOCI_REPORT_CHANGES_HISTORY_DIFF_H
#define DIFFOCI_REPORT_CHANGES_HISTORY_DIFF_H

#include <jansson.h>

#include "base/str.h"

/* Calls line for each instruction (image/history.h) that only one of two histories (arrays as
 * config_parse leaves them, or NULL) has, in order: a longest common subsequence stays out, as with
 * diff(1). Where what differs is over a few hundred instructions, all of one side come before all
 * of the other. mark: '-' or '+'. text is as in the image, and valid during the call. */
void history_diff(const json_t *const histories[2],
                  void (*line)(void *context, char mark, struct str text), void *context);

#endif
