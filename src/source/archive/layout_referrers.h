/* The referrers of an image in an image layout. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_LAYOUT_REFERRERS_H
#define DIFFOCI_SOURCE_ARCHIVE_LAYOUT_REFERRERS_H

#include "image/index.h"
#include "source/referrers.h"

/* Those entries of index.json whose document says that subject is its subject, and what an index
 * that is named by the tag for referrers lists. Documents that are missing or damaged are none. */
MUST_CHECK int layout_referrers(struct source *source, const struct index *index,
                                const struct descriptor *subject, const struct limits *limits,
                                struct referrers *out, struct error *err);

#endif
