/* Artifacts: what a registry keeps and no engine runs. Private to src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_ARTIFACT_H
#define DIFFOCI_DIFF_DOCUMENTS_ARTIFACT_H

#include "diff/compare.h"

/* Whether a layer of an artifact (kind MEDIA_LAYER) is a tar stream, as its media type says: what
 * `oras push` writes has that type whatever it is. Reads the beginning of the blob, once. *is is
 * set on success. The error names input and blob. */
MUST_CHECK int artifact_is_tar(struct diff *diff, int side, const struct descriptor *blob, bool *is,
                               struct error *err);

#endif
