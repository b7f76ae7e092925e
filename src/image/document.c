#include "image/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/json.h"

static const char *kind_name(enum media_kind kind)
{
  return kind == MEDIA_INDEX ? "an index" : "a manifest";
}

static int document_check_version(const json_t *document, enum media_kind kind, struct error *err)
{
  int64_t version;

  if (!json_object_get(document, "schemaVersion"))
    return error_set(err, ERROR_CORRUPT, "%s: field \"schemaVersion\" is missing: expected 2",
                     kind_name(kind));
  if (json_get_int(document, "schemaVersion", &version, err) < 0)
    return -1;
  /* Whatever it says of its version, containerd takes it for that. */
  if ((version == 1 && kind == MEDIA_MANIFEST) || json_object_get(document, "fsLayers"))
    return error_set(err, ERROR_UNSUPPORTED,
                     "Docker image manifest schema 1 is not supported; convert the image, for "
                     "example with skopeo copy");
  if (version != 2)
    return error_set(err, ERROR_CORRUPT, "%s: field \"schemaVersion\": expected 2, found %lld",
                     kind_name(kind), (long long)version);
  return 0;
}

/* A manifest of Docker's type below an OCI descriptor, or the reverse, is read as what it says it
 * is, as engines do. */
static int check_media_type(const json_t *document, enum media_kind kind, struct error *err)
{
  const char *media_type;

  if (json_get_string(document, "mediaType", &media_type, err) < 0)
    return -1;
  if (!media_type[0])
    return 0;
  if (media_kind(media_type) != kind)
    return error_set(err, ERROR_CORRUPT,
                     "field \"mediaType\": expected the type of %s, found \"%.200s\"",
                     kind_name(kind), media_type);
  return 0;
}

json_t *document_parse(struct str text, enum media_kind kind, struct error *err)
{
  AUTO_JSON document = json_decode(text, &document_index_or_manifest, err);
  json_t *annotations;
  const char *artifact_type;

  if (!document)
    return NULL;
  if (!json_is_object(document)) {
    error_set(err, ERROR_CORRUPT, "expected %s (a JSON object)", kind_name(kind));
    return NULL;
  }
  if (document_check_version(document, kind, err) < 0 ||
      check_media_type(document, kind, err) < 0 ||
      json_get_string(document, "artifactType", &artifact_type, err) < 0 ||
      json_get_string_map(document, "annotations", &annotations, err) < 0)
    return NULL;
  return steal_pointer(&document);
}

int document_refuse(const json_t *document, const char *what, const char *key, struct error *err)
{
  if (json_object_get(document, key))
    return error_set(err, ERROR_CORRUPT, "field \"%s\": %s has none", key, what);
  return 0;
}

int document_descriptors(const json_t *document, const char *key, uint64_t max,
                         struct descriptor **out, size_t *n, struct error *err)
{
  struct descriptor *items = NULL;
  json_t *array;
  size_t len;

  if (json_get_array(document, key, &array, err) < 0)
    return -1;
  len = json_array_size(array);
  if (len > max)
    return error_set(err, ERROR_LIMIT,
                     "field \"%s\": at most %llu allowed, found %zu (see --max-scale)", key,
                     (unsigned long long)max, len);
  if (len)
    items = xcalloc(len, sizeof(*items));
  for (size_t i = 0; i < len; i++) {
    if (descriptor_from_json(&items[i], json_array_get(array, i), err) == 0)
      continue;
    error_wrap(err, "field \"%s\": element %zu", key, i);
    while (i-- > 0)
      descriptor_release(&items[i]);
    free(items);
    return -1;
  }
  *out = items;
  *n = len;
  return 0;
}

int document_subject(const json_t *document, bool *has, struct descriptor *out, struct error *err)
{
  struct descriptor subject = { 0 };
  json_t *object;

  if (json_get_object(document, "subject", &object, err) < 0)
    return -1;
  if (object && descriptor_from_json(&subject, object, err) < 0)
    return error_wrap(err, "field \"subject\"");
  *has = object != NULL;
  *out = subject;
  return 0;
}
