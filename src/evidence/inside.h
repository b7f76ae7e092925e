/* Two files of one format (formats/format.h): what differs inside. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_INSIDE_H
#define DIFFOCI_EVIDENCE_INSIDE_H

#include "evidence/content.h"

/* False, and nothing is done, if the files are of no format that is read, or not of the same one,
 * or one of them cannot be read. */
bool inside_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                 struct content_evidence *out);

#endif
