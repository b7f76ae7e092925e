/* What refers to an image: manifests whose `subject` it is (OCI manifest.md, distribution-spec
 * "Listing Referrers"): signatures, SBOMs, attestations. */
#ifndef DIFFOCI_SOURCE_REFERRERS_H
#define DIFFOCI_SOURCE_REFERRERS_H

#include "source/source.h"

struct referrers {
  struct descriptor *items; /* owned; in the order of the source, no digest twice */
  size_t n;
};

/* Those of the image behind subject; empty where the source knows none. Where a descriptor does not
 * tell the artifact type, it is "". */
MUST_CHECK int source_referrers(struct source *source, const struct descriptor *subject,
                                struct referrers *out, struct error *err);
void referrers_release(struct referrers *referrers);

/* For sources. */
/* Adds a reference to it, unless its digest is there. More than max: ERROR_LIMIT. */
MUST_CHECK int referrers_add(struct referrers *referrers, const struct descriptor *descriptor,
                             uint64_t max, struct error *err);
/* The tag under which registries without an API for it, and image layouts, list the referrers of a
 * digest: "sha256-HEX". */
enum { REFERRERS_TAG_MAX = 32 + 1 + 64 + 1 };
const char *referrers_tag(const struct digest *digest, char tag[REFERRERS_TAG_MAX]);

#endif
