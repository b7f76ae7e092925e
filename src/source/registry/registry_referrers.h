/* The referrers of an image in a registry. Only for the files registry*.c. */
#ifndef DIFFOCI_SOURCE_REGISTRY_REGISTRY_REFERRERS_H
#define DIFFOCI_SOURCE_REGISTRY_REGISTRY_REFERRERS_H

#include "source/referrers.h"
#include "source/registry/registry_place.h"

/* Asks the API, page by page; where the registry has none, the tag. */
MUST_CHECK int place_referrers(struct place *place, const struct descriptor *subject,
                               const struct limits *limits, struct referrers *out,
                               struct error *err);

#endif
