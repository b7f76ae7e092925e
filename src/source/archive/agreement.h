/* An archive that is both an OCI image layout and a Docker archive, as docker save has written
 * since v25, says twice which images it holds: in index.json and in manifest.json. Some programs
 * read the one, some the other. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_AGREEMENT_H
#define DIFFOCI_SOURCE_ARCHIVE_AGREEMENT_H

#include "source/archive/members.h"

/* 0 if each image in manifest.json, where there is one, has a config that index.json leads to, too.
 * The config decides: Docker checks layers against the diff_ids in it. Else ERROR_CORRUPT names the
 * image. What the archive lacks leads nowhere, and nobody can load it. */
MUST_CHECK int layout_check_agreement(struct members *members, const struct limits *limits,
                                      struct error *err);

#endif
