#include "source/archive/docker_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compression.h"
#include "base/path.h"
#include "image/config.h"
#include "image/json.h"
#include "image/reference.h"

enum { HASH_BLOCK = 64 * 1024 };

struct builder {
  struct docker_image image;
  struct members *members;
  const struct limits *limits;
  struct config config;
  json_t *layers; /* of the entry: member names */
};

int docker_image_read_config(struct members *members, const json_t *entry, struct buf *out,
                             struct error *err)
{
  const char *path;

  if (json_get_string(entry, "Config", &path, err) < 0)
    return -1;
  if (!path[0])
    return error_set(err, ERROR_CORRUPT, "field \"Config\": missing");
  if (members_read(members, str_of(path), out->max, out, err) < 0)
    return error_wrap(err, "field \"Config\"");
  return 0;
}

static json_t *descriptor_json(const char *media_type, const struct digest *digest, uint64_t size)
{
  char text[DIGEST_MAX_TEXT];

  return json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest",
                   digest_format(digest, text), "size", (json_int_t)size);
}

static void add_part(struct builder *builder, const char *path, const struct digest *digest)
{
  struct docker_part *part = &builder->image.parts[builder->image.n_parts++];

  part->digest = *digest;
  part->path = xstrdup(path);
}

static int hash_member(struct builder *builder, const char *path, struct digest *out,
                       struct error *err)
{
  uint64_t size;
  AUTO_STREAM stream = members_open(builder->members, str_of(path), &size, err);
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  AUTO_FREE char *block = xmalloc(HASH_BLOCK);
  ssize_t n;

  if (!stream)
    return -1;
  if (size > builder->limits->blob_bytes)
    return error_set(err, ERROR_LIMIT, "%llu bytes, at most %llu allowed (see --max-scale)",
                     (unsigned long long)size, (unsigned long long)builder->limits->blob_bytes);
  while ((n = stream_read(stream, block, HASH_BLOCK, err)) > 0)
    hasher_add(hasher, block, (size_t)n);
  if (n < 0)
    return -1;
  *out = hasher_finish(hasher);
  return 0;
}

/* blobs/sha256/HEX, or HEX.tar.gz. */
static bool digest_in_name(const char *path, struct digest *out)
{
  struct str base = str_of(path_name_of(path));
  char text[DIGEST_MAX_TEXT] = "sha256:";
  struct error ignored;

  if (str_has_suffix(base, STR(".tar.gz")))
    base.len -= strlen(".tar.gz");
  else if (!str_has_prefix(str_of(path), STR("blobs/sha256/")))
    return false;
  if (base.len != 64)
    return false;
  memcpy(text + strlen("sha256:"), base.ptr, base.len);
  return digest_parse(out, (struct str) { text, strlen("sha256:") + base.len }, &ignored) == 0;
}

static int digest_of_layer(struct builder *builder, size_t i, const char *path, bool compressed,
                           struct digest *out, struct error *err)
{
  struct digest diff_id;

  if (digest_parse(&diff_id, str_of(json_string_value(json_array_get(builder->config.diff_ids, i))),
                   err) < 0)
    return error_wrap(err, "config: diff_id");
  if (!compressed) {
    *out = diff_id;
    builder->image.digests_claimed = true;
    return 0;
  }
  /* A name that is the diff_id is that of the uncompressed layer. */
  if (digest_in_name(path, out) && !digest_equal(out, &diff_id)) {
    builder->image.digests_claimed = true;
    return 0;
  }
  return hash_member(builder, path, out, err);
}

static int add_layer(struct builder *builder, size_t i, json_t *layers, struct error *err)
{
  const char *path = json_string_value(json_array_get(builder->layers, i));
  char magic[8];
  struct digest digest;
  struct stream *stream;
  uint64_t size;
  bool compressed;
  ssize_t n = members_peek(builder->members, str_of(path), magic, sizeof(magic), err);

  if (n < 0)
    return -1;
  compressed = compression_detect(magic, (size_t)n) != COMPRESSION_NONE;
  if (digest_of_layer(builder, i, path, compressed, &digest, err) < 0)
    return -1;
  stream = members_open(builder->members, str_of(path), &size, err);
  if (!stream)
    return -1;
  stream_close(stream);
  add_part(builder, path, &digest);
  json_array_append_new(
      layers,
      descriptor_json(compressed ? MEDIA_DOCKER_LAYER ".gzip" : MEDIA_DOCKER_LAYER, &digest, size));
  return 0;
}

static int add_layers(struct builder *builder, json_t *layers, struct error *err)
{
  size_t n = json_array_size(builder->layers);
  size_t n_ids = json_array_size(builder->config.diff_ids);

  if (n > builder->limits->layers)
    return error_set(err, ERROR_LIMIT,
                     "field \"Layers\": at most %llu allowed, found %zu (see --max-scale)",
                     (unsigned long long)builder->limits->layers, n);
  if (n != n_ids)
    return error_set(err, ERROR_CORRUPT,
                     "field \"Layers\": expected %zu, as the config's diff_ids, found %zu", n_ids,
                     n);
  for (size_t i = 0; i < n; i++) {
    if (add_layer(builder, i, layers, err) < 0)
      return error_wrap(err, "layer %zu", i);
  }
  return 0;
}

/* The config's platform in the order and form that Go's encoder gives it. */
static json_t *platform_json(const struct config *config)
{
  struct platform platform = platform_normalize(&config->platform);
  json_t *features = json_object_get(config->json, "os.features");
  json_t *json = json_pack("{s:s, s:s}", "architecture", platform.architecture, "os", platform.os);

  if (platform.os_version[0])
    json_object_set_new(json, "os.version", json_string(platform.os_version));
  if (json_array_size(features))
    json_object_set(json, "os.features", features);
  if (platform.variant[0])
    json_object_set_new(json, "variant", json_string(platform.variant));
  return json;
}

/* The annotations that an import gives to an image of this name; NULL if it is none. */
static json_t *name_annotations(const char *name)
{
  struct reference reference;
  struct error ignored;
  AUTO_FREE char *full = NULL;
  json_t *json;

  if (!name || reference_parse(&reference, str_of(name), &ignored) < 0)
    return NULL;
  full = reference_format(&reference);
  json = json_pack("{s:s}", "io.containerd.image.name", full);
  if (reference.tag)
    json_object_set_new(json, "org.opencontainers.image.ref.name", json_string(reference.tag));
  reference_release(&reference);
  return json;
}

static int make_descriptor(struct builder *builder, const char *name, struct error *err)
{
  struct docker_image *image = &builder->image;
  size_t len = strlen(image->manifest);
  struct digest digest = digest_of(DIGEST_SHA256, image->manifest, len);
  AUTO_JSON json = descriptor_json(MEDIA_DOCKER_MANIFEST, &digest, len);
  json_t *annotations = name_annotations(name);

  if (annotations)
    json_object_set_new(json, "annotations", annotations);
  json_object_set_new(json, "platform", platform_json(&builder->config));
  return descriptor_from_json(&image->descriptor, json, err);
}

static int build(struct builder *builder, const json_t *entry, const char *name, struct error *err)
{
  AUTO_BUF text = BUF_INIT(builder->limits->json_bytes);
  AUTO_JSON manifest = NULL;
  json_t *layers = json_array();
  struct digest digest;

  manifest = json_pack("{s:i, s:s, s:n, s:o}", "schemaVersion", 2, "mediaType",
                       MEDIA_DOCKER_MANIFEST, "config", "layers", layers);
  if (json_get_string_array(entry, "Layers", &builder->layers, err) < 0 ||
      docker_image_read_config(builder->members, entry, &text, err) < 0)
    return -1;
  if (config_parse(&builder->config, buf_str(&text), err) < 0)
    return error_wrap(err, "config");
  digest = digest_of(DIGEST_SHA256, text.ptr, text.len);
  json_object_set_new(manifest, "config", descriptor_json(MEDIA_DOCKER_CONFIG, &digest, text.len));
  builder->image.parts =
      xcalloc(json_array_size(builder->layers) + 1, sizeof(*builder->image.parts));
  add_part(builder, json_string_value(json_object_get(entry, "Config")), &digest);
  if (add_layers(builder, layers, err) < 0)
    return -1;
  builder->image.manifest = json_dumps(manifest, JSON_COMPACT);
  if (!builder->image.manifest)
    return error_set(err, ERROR_CORRUPT, "its manifest cannot be written as JSON");
  return make_descriptor(builder, name, err);
}

int docker_image_build(struct docker_image *out, struct members *members, const json_t *entry,
                       const char *name, const struct limits *limits, struct error *err)
{
  struct builder builder = { .members = members, .limits = limits };
  int result = build(&builder, entry, name, err);

  config_release(&builder.config);
  if (result < 0)
    docker_image_release(&builder.image);
  else
    *out = builder.image;
  return result;
}

void docker_image_release(struct docker_image *image)
{
  for (size_t i = 0; i < image->n_parts; i++)
    free(image->parts[i].path);
  free(image->parts);
  free(image->manifest);
  descriptor_release(&image->descriptor);
  *image = (struct docker_image) { 0 };
}
