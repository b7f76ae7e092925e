/* A shortest edit script between two sequences: which elements have no partner in the other one.
 * After E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (Algorithmica 1, 1986),
 * section 4b: the middle of a shortest path is looked for from both ends, so that memory is linear.
 * Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_EDITS_H
#define DIFFOCI_EVIDENCE_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EDITS_MAX = 1 << 24 }; /* elements of one side */

/* Two sequences of n[0] and n[1] elements, at most EDITS_MAX each; equal numbers are equal
 * elements. Sets lone[side][i] where the i-th element of a side has no partner; the others, which
 * stand in the same order on both sides, are left as they are: false at first. The fewest possible
 * are set as long as *work, a number of steps of a few nanoseconds of which is taken what was done
 * (equal elements that were gone along are steps), lasts; then a script is taken that is correct
 * and may be longer, in time that grows with the sizes alone. */
void edits_find(const uint32_t *const ids[2], const size_t n[2], uint64_t *work,
                bool *const lone[2]);

#endif
