/* Two contents that differ, as lines: which have known causes, and which do not. Private to
 * evidence/. */
#ifndef DIFFOCI_EVIDENCE_CONTENT_LINES_H
#define DIFFOCI_EVIDENCE_CONTENT_LINES_H

#include "evidence/content.h"

/* Whether one of them has a byte that is NUL. */
bool content_is_binary(const struct str content[2]);
/* Two texts: whether they have the same items of a list, a line each, in another order, but for the
 * commas that all but the last end in. Then that is told, as likely, since nobody knows whether the
 * order counts; else nothing is. */
bool content_look_at_items(const struct str content[2], struct arena *arena,
                           struct content_evidence *out);
/* Aligns the lines of both (what stands between NULs, too), and adds what is found in those that
 * differ, or leaves them. */
void content_look_at_lines(const struct str content[2], const struct content_file *file,
                           struct arena *arena, struct content_evidence *out);

#endif
