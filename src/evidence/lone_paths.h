/* Paths of builds in contents that are different all over. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_LONE_PATHS_H
#define DIFFOCI_EVIDENCE_LONE_PATHS_H

#include "evidence/content.h"

/* Adds, as likely, paths that stand on one side only and are those of two builds: one of each side,
 * with the same end, or both where builds are made and before the same bytes. For what is written
 * around such paths, and numbered anew behind them, so that neither lines nor places have partners
 * (Python's pickles). */
void lone_paths_look(const struct str content[2], struct arena *arena,
                     struct content_evidence *out);

#endif
