#include "image/manifest.h"

#include <stdlib.h>

#include "image/document.h"
#include "image/json.h"

static int read_config(struct manifest *manifest, struct error *err)
{
  json_t *config;

  if (json_get_object(manifest->json, "config", &config, err) < 0)
    return -1;
  if (!config)
    return error_set(err, ERROR_CORRUPT, "field \"config\": missing");
  if (descriptor_from_json(&manifest->config, config, err) < 0)
    return error_wrap(err, "field \"config\"");
  return 0;
}

static void classify(struct manifest *manifest)
{
  manifest->is_artifact = manifest->config.kind != MEDIA_CONFIG;
  for (size_t i = 0; i < manifest->n_layers && manifest->is_artifact; i++)
    if (manifest->layers[i].kind == MEDIA_OTHER && media_is_tar(manifest->layers[i].media_type))
      manifest->layers[i].kind = MEDIA_LAYER;
}

static int manifest_read_fields(struct manifest *manifest, const struct limits *limits,
                                struct error *err)
{
  if (document_refuse(manifest->json, "a manifest", "manifests", err) < 0 ||
      json_get_string(manifest->json, "artifactType", &manifest->artifact_type, err) < 0 ||
      read_config(manifest, err) < 0 ||
      document_descriptors(manifest->json, "layers", limits->layers, &manifest->layers,
                           &manifest->n_layers, err) < 0)
    return -1;
  return document_subject(manifest->json, &manifest->has_subject, &manifest->subject, err);
}

int manifest_parse(struct manifest *out, struct str text, const struct limits *limits,
                   struct error *err)
{
  struct manifest manifest = { 0 };

  manifest.json = document_parse(text, MEDIA_MANIFEST, err);
  if (!manifest.json)
    return -1;
  if (manifest_read_fields(&manifest, limits, err) < 0) {
    manifest_release(&manifest);
    return -1;
  }
  classify(&manifest);
  *out = manifest;
  return 0;
}

void manifest_release(struct manifest *manifest)
{
  for (size_t i = 0; i < manifest->n_layers; i++)
    descriptor_release(&manifest->layers[i]);
  free(manifest->layers);
  descriptor_release(&manifest->config);
  descriptor_release(&manifest->subject);
  json_decref(manifest->json);
  *manifest = (struct manifest) { 0 };
}
