/* Items of a list that stand in one line. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_ROW_H
#define DIFFOCI_EVIDENCE_ROW_H

#include <stdbool.h>

#include "base/str.h"

/* Whether two lines differ only in the order of three or more plain values between commas, as
 * programs write sets and the keys of hash tables: "{'b', 'a', 'c'}", "keys=b,a,c". A value that is
 * a call, or holds a list, is not plain. */
bool row_is_reordered(struct str a, struct str b);

#endif
