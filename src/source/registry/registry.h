/* Images in registries (the OCI distribution specification, 1.1, "Pull"). */
#ifndef DIFFOCI_SOURCE_REGISTRY_REGISTRY_H
#define DIFFOCI_SOURCE_REGISTRY_REGISTRY_H

#include "image/reference.h"
#include "net/net.h"
#include "source/source.h"

/* The image of that name. The reference is copied; net must outlive the source and its streams.
 * typed: the name as the user wrote it, for what a failure says of engines' images; NULL: unknown.
 * Nothing is asked before resolve or open. Errors: blocked by registries.conf, bad certificates
 * for the registry. */
struct source *source_registry_open(struct net *net, const struct reference *reference,
                                    const char *typed, const struct limits *limits,
                                    struct error *err);

/* The full reference that an argument NAME[:TAG][@DIGEST] means: as reference_parse, but first a
 * name without a registry is looked up among the short-name aliases of registries.conf. */
MUST_CHECK int source_registry_name(struct reference *out, const struct registries *registries,
                                    struct str text, struct error *err);

#endif
