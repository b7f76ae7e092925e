/* What index and manifest have in common: both are JSON documents with a schema version, a media
 * type of their own, lists of descriptors, a subject and annotations. */
#ifndef DIFFOCI_IMAGE_DOCUMENT_H
#define DIFFOCI_IMAGE_DOCUMENT_H

#include "image/descriptor.h"

/* Parses text and checks that it is an object with schemaVersion 2, whose mediaType, where given,
 * is of this kind (though not of need the one of its descriptor: what Docker's type says below an
 * OCI descriptor, or the reverse, engines read as what it says it is), whose artifactType is a
 * string and whose annotations are a map of strings. A new reference. */
json_t *document_parse(struct str text, enum media_kind kind, struct error *err);
/* Fails if the document has the member key: WHAT (such as "an index") has none. */
MUST_CHECK int document_refuse(const json_t *document, const char *what, const char *key,
                               struct error *err);
/* The member key, an array of at most max descriptors, as an array to be released one by one and
 * freed; NULL and 0 if it is missing. */
MUST_CHECK int document_descriptors(const json_t *document, const char *key, uint64_t max,
                                    struct descriptor **out, size_t *n, struct error *err);
/* The member "subject"; *out is all zero if it is missing. */
MUST_CHECK int document_subject(const json_t *document, bool *has, struct descriptor *out,
                                struct error *err);

#endif
