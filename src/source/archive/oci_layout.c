#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/index.h"
#include "image/json.h"
#include "source/archive/agreement.h"
#include "source/archive/choose.h"
#include "source/archive/layout_referrers.h"
#include "source/kinds.h"

#define ANNOTATION_NAME "io.containerd.image.name"
#define ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"

struct oci_layout {
  struct source base;
  struct members *members;
  const struct limits *limits;
  char *ref; /* NULL: none */
  /* Where index.json lists the platforms of one image: the index that it ought to name. */
  char *joined; /* owned; NULL: not so */
  struct digest joined_digest;
};

static int oci_layout_check_version(struct members *members, const struct limits *limits,
                                    struct error *err)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  AUTO_JSON json = NULL;
  const char *version;

  if (members_read(members, STR("oci-layout"), limits->json_bytes, &text, err) < 0) {
    if (err->code == ERROR_NOT_FOUND)
      return error_set(err, ERROR_NOT_FOUND, "no OCI image layout: it has no file \"oci-layout\"");
    return -1;
  }
  json = json_decode(buf_str(&text), &document_layout, err);
  if (!json)
    return error_wrap(err, "\"oci-layout\"");
  if (!json_is_object(json))
    return error_set(err, ERROR_CORRUPT, "\"oci-layout\": expected a JSON object");
  if (json_get_string(json, "imageLayoutVersion", &version, err) < 0)
    return error_wrap(err, "\"oci-layout\"");
  if (strncmp(version, "1.", 2) != 0)
    return error_set(err, ERROR_UNSUPPORTED,
                     "\"oci-layout\": expected imageLayoutVersion 1.x, found \"%.100s\"", version);
  return 0;
}

static int read_index(struct oci_layout *oci, struct index *out, struct error *err)
{
  AUTO_BUF text = BUF_INIT(oci->limits->json_bytes);

  if (members_read(oci->members, STR("index.json"), oci->limits->json_bytes, &text, err) < 0)
    return -1;
  if (index_parse(out, buf_str(&text), oci->limits, err) < 0)
    return error_wrap(err, "\"index.json\"");
  return 0;
}

/* A manifest as an index would have it: what index.json says beside, such as names, is no part of
 * an image, but for what an attestation is about. */
static json_t *joined_item(const struct descriptor *manifest)
{
  static const char *const members[] = { "mediaType", "digest", "size", "platform" };
  const char *refers_to;
  json_t *item = json_object();

  for (size_t i = 0; i < ARRAY_LEN(members); i++)
    json_object_set(item, members[i], json_object_get(manifest->json, members[i]));
  if (descriptor_is_attestation(manifest, &refers_to))
    json_object_set_new(item, "annotations",
                        json_pack("{s:s, s:s}", "vnd.docker.reference.type", "attestation-manifest",
                                  "vnd.docker.reference.digest", refers_to));
  return item;
}

static int join(struct oci_layout *oci, const struct index *index, const size_t *chosen, size_t n,
                struct descriptor *out, struct error *err)
{
  json_t *manifests = json_array();
  AUTO_JSON json = json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType", MEDIA_OCI_INDEX,
                             "manifests", manifests);

  for (size_t i = 0; i < n; i++)
    json_array_append_new(manifests, joined_item(&index->manifests[chosen[i]]));
  free(oci->joined);
  oci->joined = json_dumps(json, JSON_COMPACT);
  if (!oci->joined || json_array_size(manifests) != n)
    return error_set(err, ERROR_LIMIT, "out of memory");
  oci->joined_digest = digest_of(DIGEST_SHA256, oci->joined, strlen(oci->joined));
  *out = descriptor_make(MEDIA_OCI_INDEX, &oci->joined_digest, (int64_t)strlen(oci->joined));
  return 0;
}

static int choose_top(struct oci_layout *oci, const struct index *index, struct descriptor *out,
                      struct error *err)
{
  AUTO_FREE struct candidate *candidates = xcalloc(index->n_manifests + 1, sizeof(*candidates));
  AUTO_FREE size_t *chosen = xcalloc(index->n_manifests + 1, sizeof(*chosen));
  size_t n = 1;
  int found = choose_by_position(oci->ref, index->n_manifests, &chosen[0], err);

  if (found < 0)
    return -1;
  for (size_t i = 0; i < index->n_manifests; i++) {
    const struct descriptor *manifest = &index->manifests[i];

    candidates[i] = (struct candidate) {
      .name = descriptor_annotation(manifest, ANNOTATION_NAME),
      .ref_name = descriptor_annotation(manifest, ANNOTATION_REF_NAME),
      .digest = manifest->digest,
      .platform = manifest->has_platform ? &manifest->platform : NULL,
    };
  }
  if (!found && choose_candidates(candidates, index->n_manifests, oci->ref, chosen, &n, err) < 0)
    return -1;
  if (n > 1)
    return join(oci, index, chosen, n, out, err);
  *out = descriptor_copy(&index->manifests[chosen[0]]);
  return 0;
}

/* A walk through nested indexes for one digest. */
struct nested_search {
  struct oci_layout *oci;
  const struct digest *digest;
  uint64_t left; /* indexes that may still be read */
};

/* 1: found, *out filled; 0: not below this index; -1: failed. */
static int search_nested(struct nested_search *search, const struct index *index, int depth,
                         struct descriptor *out, struct error *err);

static int search_child(struct nested_search *search, const struct descriptor *child, int depth,
                        struct descriptor *out, struct error *err)
{
  const struct limits *limits = search->oci->limits;
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  struct index index;
  struct error why;
  int result;

  if (depth >= LIMIT_INDEX_DEPTH)
    return error_set(err, ERROR_LIMIT, "indexes nested more than %d levels deep",
                     LIMIT_INDEX_DEPTH);
  if (search->left-- == 0)
    return error_set(err, ERROR_LIMIT, "more than %llu nested indexes",
                     (unsigned long long)limits->manifests);
  if (source_read(&search->oci->base, child, limits->json_bytes, &text, &why) < 0) {
    if (why.code == ERROR_NOT_FOUND) /* layouts may hold part of an image only */
      return 0;
    *err = why;
    return -1;
  }
  if (index_parse(&index, buf_str(&text), limits, err) < 0)
    return -1;
  result = search_nested(search, &index, depth + 1, out, err);
  index_release(&index);
  return result;
}

static int search_nested(struct nested_search *search, const struct index *index, int depth,
                         struct descriptor *out, struct error *err)
{
  for (size_t i = 0; i < index->n_manifests; i++) {
    const struct descriptor *manifest = &index->manifests[i];
    int result;

    if (digest_equal(&manifest->digest, search->digest)) {
      *out = descriptor_copy(manifest);
      return 1;
    }
    if (manifest->kind != MEDIA_INDEX)
      continue;
    result = search_child(search, manifest, depth, out, err);
    if (result != 0)
      return result;
  }
  return 0;
}

static int resolve_in(struct oci_layout *oci, const struct index *index, struct descriptor *out,
                      struct error *err)
{
  struct nested_search search = { .oci = oci, .left = oci->limits->manifests };
  struct digest digest;

  if (oci->ref && choose_by_digest(oci->ref, &digest)) {
    int found;

    search.digest = &digest;
    found = search_nested(&search, index, 0, out, err);
    if (found != 0)
      return found < 0 ? -1 : 0;
  }
  return choose_top(oci, index, out, err);
}

static int oci_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct oci_layout *oci = (struct oci_layout *)source;
  struct index index;
  int result;

  if (read_index(oci, &index, err) < 0)
    return -1;
  result = resolve_in(oci, &index, out, err);
  index_release(&index);
  return result;
}

static struct stream *oci_open(struct source *source, const struct descriptor *blob,
                               struct error *err)
{
  struct oci_layout *oci = (struct oci_layout *)source;
  char hex[DIGEST_MAX_TEXT];
  char path[DIGEST_MAX_TEXT + 16];
  uint64_t size;
  struct stream *stream;

  if (oci->joined && digest_equal(&blob->digest, &oci->joined_digest))
    return stream_of_memory(oci->joined, strlen(oci->joined));
  snprintf(path, sizeof(path), "blobs/%s/%s", digest_algorithm_name(blob->digest.algorithm),
           digest_hex(&blob->digest, hex));
  stream = members_open(oci->members, str_of(path), &size, err);
  if (!stream && err->code == ERROR_NOT_FOUND)
    error_set(err, ERROR_NOT_FOUND, "not in the image layout");
  return stream;
}

static int oci_referrers(struct source *source, const struct descriptor *subject,
                         struct referrers *out, struct error *err)
{
  struct oci_layout *oci = (struct oci_layout *)source;
  struct index index;
  int result;

  if (read_index(oci, &index, err) < 0)
    return -1;
  result = layout_referrers(source, &index, subject, oci->limits, out, err);
  index_release(&index);
  return result;
}

static void oci_free(struct source *source)
{
  struct oci_layout *oci = (struct oci_layout *)source;

  members_free(oci->members);
  free(oci->ref);
  free(oci->joined);
  free(oci);
}

struct source *source_of_oci_layout(struct members *members, const char *ref,
                                    const struct source_options *options, struct error *err)
{
  static const struct source_ops ops = {
    .resolve = oci_resolve,
    .open = oci_open,
    .free = oci_free,
    .referrers = oci_referrers,
  };
  struct oci_layout *oci;

  if (oci_layout_check_version(members, options->limits, err) < 0 ||
      layout_check_agreement(members, options->limits, err) < 0) {
    members_free(members);
    return NULL;
  }
  oci = xcalloc(1, sizeof(*oci));
  oci->base.ops = &ops;
  oci->members = members;
  oci->limits = options->limits;
  oci->ref = ref ? xstrdup(ref) : NULL;
  return &oci->base;
}
