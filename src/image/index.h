/* Image indexes (OCI image-index.md; Docker manifest lists). */
#ifndef DIFFOCI_IMAGE_INDEX_H
#define DIFFOCI_IMAGE_INDEX_H

#include "base/limits.h"
#include "image/descriptor.h"

struct index {  /* immutable once parsed */
  json_t *json; /* owned reference, the whole document */
  struct descriptor *manifests;
  size_t n_manifests;
  bool has_subject;
  struct descriptor subject;
};

/* Parses and checks: schemaVersion 2; `mediaType`, where given, is an index type; no
 * `config`/`layers` beside `manifests`; at most limits->manifests. */
MUST_CHECK int index_parse(struct index *out, struct str text, const struct limits *limits,
                           struct error *err);
void index_release(struct index *index);

/* The digest that a BuildKit attestation manifest refers to (annotations vnd.docker.reference.type
 * = attestation-manifest and vnd.docker.reference.digest); false if the descriptor is none. */
bool descriptor_is_attestation(const struct descriptor *descriptor, const char **refers_to);

#endif
