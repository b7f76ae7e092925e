/* Statements of the in-toto attestation framework (its Statement layer, v0.1 and v1), as BuildKit
 * and others attach them to images. */
#ifndef DIFFOCI_IMAGE_STATEMENT_H
#define DIFFOCI_IMAGE_STATEMENT_H

#include "image/descriptor.h"

#define MEDIA_IN_TOTO "application/vnd.in-toto+json"
/* On the layer that holds a statement: its predicateType. */
#define ANNOTATION_PREDICATE_TYPE "in-toto.io/predicate-type"

struct statement { /* immutable once parsed */
  json_t *json;    /* owned reference, the whole document */
  const char *predicate_type;
};

/* Parses and checks: an object whose _type is that of a statement, with a predicateType, whose
 * subject, where given, is an array of objects with strings as name and as digests by algorithm. */
MUST_CHECK int statement_parse(struct statement *out, struct str text, struct error *err);
void statement_release(struct statement *statement);

/* A copy of the whole document, less what only tells when something was done: start and end of the
 * build (SLSA provenance v0.2 and v1), when an SBOM was made (SPDX, CycloneDX). A new reference. */
json_t *statement_without_times(const struct statement *statement);

/* Whether the blob is a statement, by its media type. */
bool descriptor_is_statement(const struct descriptor *blob);

#endif
