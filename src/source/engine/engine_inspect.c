#include "source/engine/engine_inspect.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "image/json.h"
#include "image/media_type.h"
#include "image/reference.h"

enum {
  CLIENT_WITH_PLATFORM = 28,
  API_WITH_PLATFORM = 48, /* 1.48 */
};

static bool has_tag_or_digest(const char *name)
{
  return strchr(path_name_of(name), ':') || strchr(name, '@');
}

/* Whether one of the tags is name with the tag latest. */
static bool is_latest(const json_t *tags, const char *name)
{
  AUTO_FREE char *full = NULL;
  const json_t *tag;
  size_t i;

  if (has_tag_or_digest(name))
    return false;
  full = reference_full_name(name);
  json_array_foreach(tags, i, tag)
  {
    AUTO_FREE char *other = full ? reference_full_name(json_string_value(tag)) : NULL;

    if (other && strcmp(full, other) == 0)
      return true;
  }
  return false;
}

static int parse_layers(struct layer_ids *out, const json_t *image, const struct limits *limits,
                        struct error *err)
{
  json_t *rootfs;
  json_t *layers;
  const json_t *layer;
  size_t i;

  if (json_get_object(image, "RootFS", &rootfs, err) < 0)
    return -1;
  if (!rootfs)
    return 0;
  if (json_get_string_array(rootfs, "Layers", &layers, err) < 0)
    return error_wrap(err, "field \"RootFS\"");
  if (json_array_size(layers) > limits->layers)
    return error_set(err, ERROR_LIMIT, "at most %llu layers allowed, found %zu",
                     (unsigned long long)limits->layers, json_array_size(layers));
  out->diff_ids = xcalloc(json_array_size(layers) + 1, sizeof(*out->diff_ids));
  json_array_foreach(layers, i, layer)
  {
    if (digest_parse(&out->diff_ids[out->n++], str_of(json_string_value(layer)), err) < 0)
      return error_wrap(err, "layer %zu", i);
  }
  return 0;
}

int engine_image_parse(struct engine_image *out, struct str answer, const char *name,
                       const struct limits *limits, struct error *err)
{
  AUTO_JSON json = json_parse(answer, err);
  struct engine_image image = { 0 };
  const json_t *first = json_array_get(json, 0);
  const char *id;
  const char *type;
  json_t *tags;

  if (!json)
    return -1;
  if (!json_is_object(first))
    return error_set(err, ERROR_CORRUPT, "expected an array with an object");
  if (parse_layers(&image.layers, first, limits, err) < 0 ||
      json_get_string(first, "Id", &id, err) < 0 ||
      json_get_string(first, "ManifestType", &type, err) < 0 ||
      json_get_string_array(first, "RepoTags", &tags, err) < 0) {
    engine_image_release(&image);
    return -1;
  }
  image.id = id[0] ? xstrdup(id) : NULL;
  image.is_latest = is_latest(tags, name);
  image.is_oci = strcmp(type, MEDIA_OCI_MANIFEST) == 0;
  *out = image;
  return 0;
}

void engine_image_release(struct engine_image *image)
{
  layer_ids_release(&image->layers);
  free(image->id);
  *image = (struct engine_image) { 0 };
}

char *engine_image_save_name(const struct engine_image *image, const char *name)
{
  const char *hex = image->id;

  if (has_tag_or_digest(name))
    return xstrdup(name);
  if (image->is_latest)
    return xasprintf("%s:latest", name);
  if (hex && strncmp(hex, "sha256:", 7) == 0)
    hex += 7;
  return xstrdup(hex && strncmp(hex, name, strlen(name)) == 0 ? image->id : name);
}

/* The number at the beginning of text, up to the byte given; -1: none. */
static int number_before(const char *text, char end)
{
  const char *stop = text ? strchr(text, end) : NULL;
  uint64_t value;

  if (!stop || !str_to_u64((struct str) { text, (size_t)(stop - text) }, 100000, &value))
    return -1;
  return (int)value;
}

bool engine_version_has_platform(struct str answer)
{
  struct error ignored;
  AUTO_JSON json = json_parse(answer, &ignored);
  const json_t *client = json_object_get(json, "Client");
  const char *version = json_string_value(json_object_get(client, "Version"));
  const char *api = json_string_value(json_object_get(client, "ApiVersion"));
  uint64_t minor;

  if (number_before(version, '.') < CLIENT_WITH_PLATFORM || !api)
    return false;
  if (number_before(api, '.') != 1)
    return number_before(api, '.') > 1;
  return str_to_u64(str_of(strchr(api, '.') + 1), 100000, &minor) && minor >= API_WITH_PLATFORM;
}
