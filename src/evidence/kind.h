/* Kinds of files that are known by how they begin, and that nobody looks into. Private to
 * evidence/. */
#ifndef DIFFOCI_EVIDENCE_KIND_H
#define DIFFOCI_EVIDENCE_KIND_H

#include "base/str.h"

/* The cause for which two files of one kind usually differ; NULL if they are of none. */
const char *kind_cause(const struct str content[2]);

#endif
