/* Which image of several an argument's REF means. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_CHOOSE_H
#define DIFFOCI_SOURCE_ARCHIVE_CHOOSE_H

#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/str.h"
#include "image/platform.h"

struct candidate {
  const char *name;     /* an image name, full or familiar, such as alpine:3.18; NULL: none */
  const char *ref_name; /* org.opencontainers.image.ref.name, a tag or a name; NULL: none */
  struct digest digest; /* what it is; candidates of the same digest are one image */
  const struct platform *platform; /* for messages; NULL: none given */
};

/* *out: position of the candidate that ref means (NULL: there must be one image only). A name that
 * is equal as written wins over one that is equal after normalisation, and that over an equal tag.
 * ERROR_NOT_FOUND, ERROR_AMBIGUOUS list what there is. */
MUST_CHECK int choose_candidate(const struct candidate *candidates, size_t n, const char *ref,
                                size_t *out, struct error *err);
/* The same, where what index.json lists by platform may be one image: *n of the positions in
 * chosen, which has room for all, are set. More than one only if they have one name, or none has a
 * name, each tells its platform, and no two the same one (of unknown/unknown, as attestations have
 * it, there may be several). */
MUST_CHECK int choose_candidates(const struct candidate *candidates, size_t n, const char *ref,
                                 size_t *chosen, size_t *n_chosen, struct error *err);
/* Whether ref names a digest: "sha256:HEX", "NAME@sha256:HEX", or 64 hex digits alone. */
bool choose_by_digest(const char *ref, struct digest *out);
/* Whether ref is "@N", which counts the images of an archive from 0 (containers-transports(5)). 1:
 * yes, *out is N; 0: no; -1: there are not so many among the n. */
MUST_CHECK int choose_by_position(const char *ref, size_t n, size_t *out, struct error *err);

#endif
