/* Image manifests (OCI manifest.md; Docker image manifest version 2, schema 2). */
#ifndef DIFFOCI_IMAGE_MANIFEST_H
#define DIFFOCI_IMAGE_MANIFEST_H

#include "base/limits.h"
#include "image/descriptor.h"

struct manifest { /* immutable once parsed */
  json_t *json;   /* owned reference, the whole document */
  struct descriptor config;
  struct descriptor *layers;
  size_t n_layers;
  const char *artifact_type; /* "" if there is none */
  /* Its config is of no image's type, so no engine makes a container of it: a chart, a signature, a
   * file. Of its layers, those whose type says that they are tar streams have kind MEDIA_LAYER. */
  bool is_artifact;
  bool has_subject;
  struct descriptor subject;
};

/* As index_parse; `manifests` beside `config`/`layers` is refused, and so is schema version 1. */
MUST_CHECK int manifest_parse(struct manifest *out, struct str text, const struct limits *limits,
                              struct error *err);
void manifest_release(struct manifest *manifest);

#endif
