#include "image/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "image/json.h"

static int check_data(const struct descriptor *descriptor, struct error *err)
{
  AUTO_FREE unsigned char *bytes = NULL;
  char expected[DIGEST_MAX_TEXT];
  char found[DIGEST_MAX_TEXT];
  struct digest digest;
  const char *data;
  ssize_t len;

  if (json_get_string(descriptor->json, "data", &data, err) < 0)
    return -1;
  if (!data[0] && !json_is_string(json_object_get(descriptor->json, "data")))
    return 0;
  bytes = xmalloc(strlen(data) + 1);
  len = base64_decode(bytes, str_of(data));
  if (len < 0)
    return error_set(err, ERROR_CORRUPT, "field \"data\": not base64");
  if (len != descriptor->size)
    return error_set(err, ERROR_CORRUPT, "field \"data\": expected %lld bytes, found %zd",
                     (long long)descriptor->size, len);
  digest = digest_of(descriptor->digest.algorithm, bytes, (size_t)len);
  if (!digest_equal(&digest, &descriptor->digest))
    return error_set(err, ERROR_CORRUPT, "field \"data\": expected digest %s, found %s",
                     digest_format(&descriptor->digest, expected), digest_format(&digest, found));
  return 0;
}

void *descriptor_data(const struct descriptor *descriptor)
{
  const json_t *data = json_object_get(descriptor->json, "data");
  AUTO_FREE unsigned char *bytes = NULL;

  if (!json_is_string(data))
    return NULL;
  bytes = xmalloc(json_string_length(data) + 1);
  if (base64_decode(bytes, str_of(json_string_value(data))) != descriptor->size)
    return NULL;
  return steal_pointer(&bytes);
}

static int read_digest(struct descriptor *out, json_t *object, struct error *err)
{
  const char *digest;

  if (json_get_string(object, "digest", &digest, err) < 0)
    return -1;
  if (!digest[0])
    return error_set(err, ERROR_CORRUPT, "field \"digest\": missing");
  if (digest_parse(&out->digest, str_of(digest), err) < 0)
    return error_wrap(err, "field \"digest\"");
  return 0;
}

static int read_platform(struct descriptor *out, json_t *object, struct error *err)
{
  json_t *platform;

  if (json_get_object(object, "platform", &platform, err) < 0)
    return -1;
  out->has_platform = platform != NULL;
  if (platform && platform_from_json(&out->platform, platform, err) < 0)
    return error_wrap(err, "field \"platform\"");
  return 0;
}

int descriptor_from_json(struct descriptor *out, json_t *object, struct error *err)
{
  struct descriptor d = { .json = object };
  json_t *urls;

  if (!json_is_object(object))
    return error_set(err, ERROR_CORRUPT, "expected a descriptor (a JSON object)");
  if (json_get_string(object, "mediaType", &d.media_type, err) < 0 ||
      read_digest(&d, object, err) < 0 || json_get_int(object, "size", &d.size, err) < 0)
    return -1;
  if (d.size < 0)
    return error_set(err, ERROR_CORRUPT, "field \"size\": expected 0 or more, found %lld",
                     (long long)d.size);
  if (json_get_string_array(object, "urls", &urls, err) < 0 || check_data(&d, err) < 0 ||
      read_platform(&d, object, err) < 0 ||
      json_get_string(object, "artifactType", &d.artifact_type, err) < 0 ||
      json_get_string_map(object, "annotations", &d.annotations, err) < 0)
    return -1;
  d.kind = media_kind(d.media_type);
  json_incref(object);
  *out = d;
  return 0;
}

struct descriptor descriptor_make(const char *media_type, const struct digest *digest, int64_t size)
{
  char text[DIGEST_MAX_TEXT];
  struct descriptor d = { .digest = *digest, .size = size, .artifact_type = "" };

  d.json = json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest",
                     digest_format(digest, text), "size", (json_int_t)size);
  if (!d.json)
    out_of_memory(); /* media types that we give are UTF-8 */
  d.media_type = json_string_value(json_object_get(d.json, "mediaType"));
  d.kind = media_kind(d.media_type);
  return d;
}

void descriptor_release(struct descriptor *descriptor)
{
  json_decref(descriptor->json);
  *descriptor = (struct descriptor) { 0 };
}

struct descriptor descriptor_copy(const struct descriptor *descriptor)
{
  json_incref(descriptor->json);
  return *descriptor;
}

const char *descriptor_annotation(const struct descriptor *descriptor, const char *key)
{
  const json_t *value = json_object_get(descriptor->annotations, key);
  const char *text = json_string_value(value);

  return text && strlen(text) == json_string_length(value) ? text : NULL;
}
