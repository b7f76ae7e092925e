#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/json.h"
#include "source/archive/choose.h"
#include "source/kinds.h"

struct dir_transport {
  struct source base;
  struct members *members;
  struct buf manifest; /* manifest.json, the image's manifest or index */
  struct descriptor descriptor;
};

static int dir_transport_check_version(struct members *members, struct error *err)
{
  enum { VERSION_MAX = 4096 };
  AUTO_BUF text = BUF_INIT(VERSION_MAX);

  if (members_read(members, STR("version"), VERSION_MAX, &text, err) < 0)
    return err->code == ERROR_NOT_FOUND
               ? error_set(err, ERROR_UNSUPPORTED,
                           "no image as \"skopeo copy IMAGE dir:DIR\" writes it: there is no file "
                           "\"version\" in it (oci:DIR reads an OCI image layout)")
               : -1;
  if (!str_has_prefix(buf_str(&text), STR("Directory Transport Version: 1.")))
    return error_set(err, ERROR_UNSUPPORTED,
                     "\"version\": expected \"Directory Transport Version: 1.x\", found "
                     "\"%.*s\"",
                     (int)MIN_OF(text.len, (size_t)100), text.ptr ? text.ptr : "");
  return 0;
}

/* OCI allows to leave out mediaType: then the fields tell. */
static const char *type_by_shape(const json_t *json)
{
  if (json_object_get(json, "manifests"))
    return MEDIA_OCI_INDEX;
  return json_object_get(json, "config") ? MEDIA_OCI_MANIFEST : NULL;
}

static int read_manifest(struct dir_transport *dir, struct error *err)
{
  AUTO_JSON json = NULL;
  const char *media_type;
  struct digest digest;

  if (members_read(dir->members, STR("manifest.json"), dir->manifest.max, &dir->manifest, err) < 0)
    return -1;
  json = json_decode(buf_str(&dir->manifest), &document_index_or_manifest, err);
  if (!json || json_get_string(json, "mediaType", &media_type, err) < 0)
    return error_wrap(err, "\"manifest.json\"");
  if (!media_type[0])
    media_type = type_by_shape(json);
  if (!media_type)
    return error_set(err, ERROR_UNSUPPORTED,
                     "\"manifest.json\": neither an image manifest nor an index");
  digest = digest_of(DIGEST_SHA256, dir->manifest.ptr, dir->manifest.len);
  dir->descriptor = descriptor_make(media_type, &digest, (int64_t)dir->manifest.len);
  return 0;
}

static int check_ref(const struct dir_transport *dir, const char *ref, struct error *err)
{
  char text[DIGEST_MAX_TEXT];
  struct digest digest;

  if (!ref || (choose_by_digest(ref, &digest) && digest_equal(&digest, &dir->descriptor.digest)))
    return 0;
  return error_set(err, ERROR_NOT_FOUND,
                   "no image \"%.200s\"; a directory of this kind has no names, it holds: %s", ref,
                   digest_format(&dir->descriptor.digest, text));
}

static int dir_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  const struct dir_transport *dir = (const struct dir_transport *)source;

  (void)err;
  *out = descriptor_copy(&dir->descriptor);
  return 0;
}

static struct stream *dir_open(struct source *source, const struct descriptor *blob,
                               struct error *err)
{
  struct dir_transport *dir = (struct dir_transport *)source;
  const char *algorithm = digest_algorithm_name(blob->digest.algorithm);
  char hex[DIGEST_MAX_TEXT];
  char names[3][2 * DIGEST_MAX_TEXT];

  if (digest_equal(&blob->digest, &dir->descriptor.digest))
    return stream_of_memory(dir->manifest.ptr, dir->manifest.len);
  digest_hex(&blob->digest, hex);
  snprintf(names[0], sizeof(names[0]), "%s", hex);
  snprintf(names[1], sizeof(names[1]), "%s.manifest.json", hex);
  snprintf(names[2], sizeof(names[2]), "%s-%s", algorithm, hex); /* since version 1.2 */
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    struct error why;
    uint64_t size;
    struct stream *stream = members_open(dir->members, str_of(names[i]), &size, &why);

    if (stream)
      return stream;
    if (why.code != ERROR_NOT_FOUND) {
      *err = why;
      return NULL;
    }
  }
  error_set(err, ERROR_NOT_FOUND, "not in the directory");
  return NULL;
}

static void dir_free(struct source *source)
{
  struct dir_transport *dir = (struct dir_transport *)source;

  members_free(dir->members);
  buf_release(&dir->manifest);
  descriptor_release(&dir->descriptor);
  free(dir);
}

struct source *source_of_dir_transport(struct members *members, const char *ref,
                                       const struct source_options *options, struct error *err)
{
  static const struct source_ops ops = {
    .resolve = dir_resolve,
    .open = dir_open,
    .free = dir_free,
  };
  struct dir_transport *dir = xcalloc(1, sizeof(*dir));

  dir->base.ops = &ops;
  dir->members = members;
  dir->manifest = BUF_INIT(options->limits->json_bytes);
  if (dir_transport_check_version(members, err) < 0 || read_manifest(dir, err) < 0 ||
      check_ref(dir, ref, err) < 0) {
    dir_free(&dir->base);
    return NULL;
  }
  return &dir->base;
}
