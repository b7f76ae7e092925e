#include "source/archive/layout_referrers.h"

#include <string.h>

#include "base/log.h"
#include "image/json.h"
#include "image/manifest.h"

#define ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"

struct search {
  struct source *source;
  const struct descriptor *subject;
  const struct limits *limits;
  struct referrers *out;
  char tag[REFERRERS_TAG_MAX];
};

static bool is_subject(const struct search *search, bool has_subject,
                       const struct descriptor *subject)
{
  return has_subject && digest_equal(&subject->digest, &search->subject->digest);
}

/* The entry of index.json as it would stand in a registry's list of referrers: with the artifact
 * type and the annotations of its manifest. */
static int layout_referrers_add_manifest(const struct search *search,
                                         const struct descriptor *entry,
                                         const struct manifest *manifest, struct error *err)
{
  const char *type =
      *manifest->artifact_type ? manifest->artifact_type : manifest->config.media_type;
  json_t *annotations = json_object_get(manifest->json, "annotations");
  AUTO_JSON json = json_copy(entry->json);
  struct descriptor listed;
  int result;

  json_object_set_new(json, "artifactType", json_string(type));
  if (annotations)
    json_object_set(json, "annotations", annotations);
  else
    json_object_del(json, "annotations");
  if (descriptor_from_json(&listed, json, err) < 0)
    return -1;
  result = referrers_add(search->out, &listed, search->limits->manifests, err);
  descriptor_release(&listed);
  return result;
}

static int look_into_manifest(const struct search *search, const struct descriptor *entry,
                              struct str text, struct error *err)
{
  struct manifest manifest;
  struct error ignored;
  int result = 0;

  if (manifest_parse(&manifest, text, search->limits, &ignored) < 0)
    return 0;
  if (is_subject(search, manifest.has_subject, &manifest.subject))
    result = layout_referrers_add_manifest(search, entry, &manifest, err);
  manifest_release(&manifest);
  return result;
}

static int look_into_index(const struct search *search, const struct descriptor *entry,
                           struct str text, struct error *err)
{
  const char *name = descriptor_annotation(entry, ANNOTATION_REF_NAME);
  struct index index;
  struct error ignored;
  int result = 0;

  if (index_parse(&index, text, search->limits, &ignored) < 0)
    return 0;
  if (is_subject(search, index.has_subject, &index.subject))
    result = referrers_add(search->out, entry, search->limits->manifests, err);
  else if (name && strcmp(name, search->tag) == 0)
    for (size_t i = 0; result == 0 && i < index.n_manifests; i++)
      result = referrers_add(search->out, &index.manifests[i], search->limits->manifests, err);
  index_release(&index);
  return result;
}

static int look_into(const struct search *search, const struct descriptor *entry, struct error *err)
{
  AUTO_BUF text = BUF_INIT(search->limits->json_bytes);
  struct error why;

  if (entry->kind != MEDIA_MANIFEST && entry->kind != MEDIA_INDEX)
    return 0;
  if (source_read(search->source, entry, search->limits->json_bytes, &text, &why) < 0) {
    log_debug("referrers: %s", why.message);
    return 0;
  }
  return entry->kind == MEDIA_INDEX ? look_into_index(search, entry, buf_str(&text), err)
                                    : look_into_manifest(search, entry, buf_str(&text), err);
}

int layout_referrers(struct source *source, const struct index *index,
                     const struct descriptor *subject, const struct limits *limits,
                     struct referrers *out, struct error *err)
{
  struct search search = { source, subject, limits, out, "" };

  referrers_tag(&subject->digest, search.tag);
  for (size_t i = 0; i < index->n_manifests; i++) {
    if (look_into(&search, &index->manifests[i], err) < 0)
      return -1;
  }
  return 0;
}
