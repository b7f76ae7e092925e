#include "image/index.h"

#include <stdlib.h>
#include <string.h>

#include "image/document.h"
#include "image/json.h"

static int read_manifests(struct index *index, const struct limits *limits, struct error *err)
{
  if (document_refuse(index->json, "an index", "config", err) < 0 ||
      document_refuse(index->json, "an index", "layers", err) < 0)
    return -1;
  return document_descriptors(index->json, "manifests", limits->manifests, &index->manifests,
                              &index->n_manifests, err);
}

int index_parse(struct index *out, struct str text, const struct limits *limits, struct error *err)
{
  struct index index = { 0 };

  index.json = document_parse(text, MEDIA_INDEX, err);
  if (!index.json)
    return -1;
  if (read_manifests(&index, limits, err) < 0 ||
      document_subject(index.json, &index.has_subject, &index.subject, err) < 0) {
    index_release(&index);
    return -1;
  }
  *out = index;
  return 0;
}

void index_release(struct index *index)
{
  for (size_t i = 0; i < index->n_manifests; i++)
    descriptor_release(&index->manifests[i]);
  free(index->manifests);
  descriptor_release(&index->subject);
  json_decref(index->json);
  *index = (struct index) { 0 };
}

bool descriptor_is_attestation(const struct descriptor *descriptor, const char **refers_to)
{
  const char *type = descriptor_annotation(descriptor, "vnd.docker.reference.type");
  const char *digest = descriptor_annotation(descriptor, "vnd.docker.reference.digest");

  if (!type || strcmp(type, "attestation-manifest") != 0 || !digest)
    return false;
  *refers_to = digest;
  return true;
}
