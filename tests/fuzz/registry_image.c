#include "registry_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "image/media_type.h"

enum { BULK = 40000 };

enum { CONFIG, SMALL, LARGE, FOREIGN, MANIFEST, OTHER, INDEX, SIGNATURE, REFERRERS, BLOBS };

static struct {
  char *bytes;
  size_t len;
  const char *type;
  char digest[DIGEST_MAX_TEXT];
} blobs[BLOBS];

static void add(int which, const char *type, char *bytes, size_t len)
{
  const struct digest digest = digest_of(DIGEST_SHA256, bytes, len);

  blobs[which].bytes = bytes;
  blobs[which].len = len;
  blobs[which].type = type;
  digest_format(&digest, blobs[which].digest);
}

/* Members of a descriptor: its type, digest and size, and whatever else. */
static char *described(int which, const char *more)
{
  return xasprintf("{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu%s}", blobs[which].type,
                   blobs[which].digest, blobs[which].len, more);
}

static void add_text(int which, const char *type, char *text)
{
  add(which, type, text, strlen(text));
}

char *registry_image_foreign(void)
{
  return described(FOREIGN, ",\"urls\":[\"ftp://x/\",\"http://inner.example/foreign/1\","
                            "\"http://far.example/foreign/2\",\"http://r.example/foreign/3\"]");
}

static void add_documents(void)
{
  AUTO_FREE char *config = described(CONFIG, "");
  AUTO_FREE char *small = described(SMALL, "");
  AUTO_FREE char *large = described(LARGE, "");
  AUTO_FREE char *foreign = registry_image_foreign();
  AUTO_FREE char *manifest = NULL;
  AUTO_FREE char *other = NULL;
  AUTO_FREE char *index = NULL;
  AUTO_FREE char *signature = NULL;

  add_text(MANIFEST, MEDIA_OCI_MANIFEST,
           xasprintf("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST
                     "\",\"config\":%s,\"layers\":[%s,%s,%s]}",
                     config, small, large, foreign));
  add_text(OTHER, MEDIA_DOCKER_MANIFEST,
           xasprintf("{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}", config, small));
  manifest = described(MANIFEST, ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}");
  other = described(
      OTHER, ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}");
  add_text(INDEX, MEDIA_OCI_INDEX,
           xasprintf("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX
                     "\",\"manifests\":[%s,%s]}",
                     manifest, other));
  index = described(INDEX, "");
  add_text(
      SIGNATURE, MEDIA_OCI_MANIFEST,
      xasprintf(
          "{\"schemaVersion\":2,\"artifactType\":\"application/x\",\"config\":%s,\"layers\":[%s],"
          "\"subject\":%s}",
          config, small, index));
  signature = described(SIGNATURE, ",\"artifactType\":\"application/x\"");
  add_text(REFERRERS, MEDIA_OCI_INDEX,
           xasprintf("{\"schemaVersion\":2,\"manifests\":[%s]}", signature));
}

void registry_image_make(void)
{
  char *bulk;

  if (blobs[CONFIG].bytes)
    return;
  bulk = xmalloc(BULK);
  for (size_t i = 0; i < BULK; i++)
    bulk[i] = (char)(i * i >> 7);
  add_text(CONFIG, "application/vnd.oci.image.config.v1+json",
           xstrdup("{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\","
                   "\"diff_ids\":[]}}"));
  add_text(SMALL, "application/vnd.oci.image.layer.v1.tar",
           xstrdup("a small layer, whatever it holds"));
  add(LARGE, "application/vnd.oci.image.layer.v1.tar+gzip", bulk, BULK);
  add_text(FOREIGN, "application/vnd.oci.image.layer.nondistributable.v1.tar",
           xstrdup("a layer of another's"));
  add_documents();
}

static bool contains(struct str s, const char *text)
{
  return s.ptr && memmem(s.ptr, s.len, text, strlen(text));
}

static struct sound sound_blob(int which, unsigned long long from)
{
  struct sound sound = {
    200, { blobs[which].bytes, blobs[which].len }, blobs[which].type, blobs[which].digest, 0
  };

  if (from && from < sound.body.len) {
    sound.status = 206;
    sound.from = from;
    sound.body = str_skip(sound.body, from);
  }
  return sound;
}

struct sound registry_image_answer(struct str path, unsigned long long from)
{
  static const struct {
    const char *end;
    int which;
  } names[] = {
    { "/latest", INDEX }, { "/one", MANIFEST }, { "/docker", OTHER }, { "/signature", SIGNATURE }
  };

  if (contains(path, "token"))
    return (struct sound) { 200, STR("{\"token\":\"a-token\",\"expires_in\":300}"),
                            "application/json", NULL, 0 };
  if (str_equal(path, STR("/v2/")))
    return (struct sound) { 200, STR("{}"), "application/json", NULL, 0 };
  if (contains(path, "/referrers/"))
    return sound_blob(REFERRERS, from);
  if (str_has_prefix(path, STR("/foreign")))
    return sound_blob(FOREIGN, from);
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (str_has_suffix(path, str_of(names[i].end)))
      return sound_blob(names[i].which, from);
  for (int i = 0; i < BLOBS; i++)
    if (str_has_suffix(path, str_of(blobs[i].digest)) && i != FOREIGN)
      return sound_blob(i, from);
  return (struct sound) { 404, STR("{\"errors\":[{\"code\":\"UNKNOWN\",\"message\":\"no\"}]}"),
                          "application/json", NULL, 0 };
}
