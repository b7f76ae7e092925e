/* Binary contents in which values of another length have moved all that follows. Private to
 * evidence/. */
#ifndef DIFFOCI_EVIDENCE_SHIFTED_H
#define DIFFOCI_EVIDENCE_SHIFTED_H

#include "evidence/content.h"

/* Goes through both contents side by side. What differs may be the path of a build directory, a
 * date, or a number of 1, 2, 4 or 8 bytes that is the length of what follows, in which again only
 * these differ: as in compiled Python, pickles and class files. True if that accounts for every
 * byte, and a path is among it; what was found is then in *out. Else *out has the paths that were
 * seen, and nothing is proven. */
bool shifted_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                  struct content_evidence *out);

#endif
