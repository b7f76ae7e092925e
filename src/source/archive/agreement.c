#include "source/archive/agreement.h"

#include "base/arena.h"
#include "base/map.h"
#include "image/json.h"

struct agreement {
  struct members *members;
  const struct limits *limits;
  struct arena arena;
  struct map configs; /* "ALGORITHM:HEX" of each config that index.json leads to */
  uint64_t left;      /* documents that may still be read */
};

/* A member's JSON; NULL without an error where it is not there, or is no JSON object or array. */
static json_t *read_json(const struct agreement *agreement, const char *path,
                         const struct digest *digest, const struct json_field *type)
{
  AUTO_BUF text = BUF_INIT(agreement->limits->json_bytes);
  struct error ignored;
  struct digest found;

  if (members_read(agreement->members, str_of(path), agreement->limits->json_bytes, &text,
                   &ignored) < 0)
    return NULL;
  if (digest) {
    found = digest_of(digest->algorithm, text.ptr, text.len);
    if (!digest_equal(&found, digest))
      return NULL;
  }
  return json_decode(buf_str(&text), type, &ignored);
}

static int add_document(struct agreement *agreement, const json_t *json, int depth,
                        struct error *err);

static int agreement_add_manifest(struct agreement *agreement, const json_t *descriptor, int depth,
                                  struct error *err)
{
  const char *text = json_string_value(json_object_get(descriptor, "digest"));
  char hex[DIGEST_MAX_TEXT];
  char path[DIGEST_MAX_TEXT + 16];
  AUTO_JSON json = NULL;
  struct digest digest;
  struct error ignored;

  if (!text || digest_parse(&digest, str_of(text), &ignored) < 0)
    return 0;
  if (agreement->left-- == 0)
    return error_set(err, ERROR_LIMIT, "more than %llu manifests in all (see --max-scale)",
                     (unsigned long long)agreement->limits->manifests);
  snprintf(path, sizeof(path), "blobs/%s/%s", digest_algorithm_name(digest.algorithm),
           digest_hex(&digest, hex));
  json = read_json(agreement, path, &digest, &document_index_or_manifest);
  return json ? add_document(agreement, json, depth, err) : 0;
}

/* An index or a manifest. */
static int add_document(struct agreement *agreement, const json_t *json, int depth,
                        struct error *err)
{
  const json_t *config = json_object_get(json, "config");
  const char *text = json_string_value(json_object_get(config, "digest"));
  const json_t *manifest;
  size_t i;

  if (depth > LIMIT_INDEX_DEPTH)
    return error_set(err, ERROR_LIMIT, "indexes nested more than %d levels deep",
                     LIMIT_INDEX_DEPTH);
  if (text)
    map_put(&agreement->configs, arena_str(&agreement->arena, str_of(text)));
  json_array_foreach(json_object_get(json, "manifests"), i, manifest)
  {
    if (agreement_add_manifest(agreement, manifest, depth + 1, err) < 0)
      return -1;
  }
  return 0;
}

static int check_image(struct agreement *agreement, const json_t *image, size_t position,
                       struct error *err)
{
  const char *path = json_string_value(json_object_get(image, "Config"));
  const char *name = json_string_value(json_array_get(json_object_get(image, "RepoTags"), 0));
  AUTO_BUF text = BUF_INIT(agreement->limits->json_bytes);
  char shown[DIGEST_MAX_TEXT];
  struct digest digest;
  struct error ignored;

  if (!path || members_read(agreement->members, str_of(path), agreement->limits->json_bytes, &text,
                            &ignored) < 0)
    return 0;
  digest = digest_of(DIGEST_SHA256, text.ptr, text.len);
  if (map_find(&agreement->configs, str_of(digest_format(&digest, shown))))
    return 0;
  return error_set(err, ERROR_CORRUPT,
                   "it says two things: image %zu of \"manifest.json\" (%.200s, config %s), which "
                   "docker load reads, is none of those that \"index.json\" names",
                   position, name ? name : "without a name", shown);
}

int layout_check_agreement(struct members *members, const struct limits *limits, struct error *err)
{
  struct agreement agreement = { .members = members, .limits = limits, .left = limits->manifests };
  AUTO_JSON images = read_json(&agreement, "manifest.json", NULL, &document_docker_archive);
  AUTO_JSON index =
      images ? read_json(&agreement, "index.json", NULL, &document_index_or_manifest) : NULL;
  const json_t *image;
  int result = 0;
  size_t i;

  if (json_is_object(index))
    result = add_document(&agreement, index, 0, err);
  json_array_foreach(json_is_object(index) ? images : NULL, i, image)
  {
    if (result == 0)
      result = check_image(&agreement, image, i, err);
  }
  map_release(&agreement.configs);
  arena_release(&agreement.arena);
  return result;
}
