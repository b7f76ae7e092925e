#include "source/archive/root.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/compression.h"
#include "image/json.h"
#include "image/media_type.h"

struct root {
  struct source base;
  struct members *members; /* of an archive, or NULL */
  struct root_list *list;  /* of a directory, or NULL */
  char *config, *manifest; /* JSON; owned */
  struct digest config_digest, layer_digest;
  struct descriptor descriptor;
};

bool root_is_likely(struct members *members)
{
  static const char *const usual[] = { "etc", "usr", "bin", "lib", "var", "sbin", "opt", "root" };

  for (size_t i = 0; i < ARRAY_LEN(usual); i++)
    if (members_has_directory(members, str_of(usual[i])))
      return true;
  return false;
}

static struct stream *root_stream(struct root *root, struct error *err)
{
  return root->list ? root_list_stream(root->list) : members_whole(root->members, err);
}

/* Reads the layer once: its digest, its size, and how it is compressed. */
static int root_hash(struct root *root, uint64_t max, uint64_t *size, enum compression *form,
                     struct error *err)
{
  enum { BLOCK = 64 * 1024 };
  AUTO_STREAM stream = root_stream(root, err);
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  AUTO_FREE char *block = xmalloc(BLOCK);
  ssize_t n = -1;

  *size = 0;
  *form = COMPRESSION_NONE;
  while (stream && (n = stream_read_full(stream, block, BLOCK, err)) > 0) {
    if (!*size)
      *form = compression_detect(block, (size_t)n);
    hasher_add(hasher, block, (size_t)n);
    *size += (uint64_t)n;
    if (*size > max)
      return error_set(err, ERROR_LIMIT, "more than %llu bytes (see --max-scale)",
                       (unsigned long long)max);
  }
  root->layer_digest = hasher_finish(hasher);
  return n < 0 ? -1 : 0;
}

static const char *layer_type(enum compression form)
{
  return form == COMPRESSION_GZIP   ? MEDIA_OCI_LAYER "+gzip"
         : form == COMPRESSION_ZSTD ? MEDIA_OCI_LAYER "+zstd"
                                    : MEDIA_OCI_LAYER;
}

static json_t *root_describe(const char *type, const struct digest *digest, uint64_t size)
{
  char text[DIGEST_MAX_TEXT];

  return json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest_format(digest, text),
                   "size", (json_int_t)size);
}

static void root_write(struct root *root, uint64_t size, enum compression form)
{
  static const char config[] = "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
  AUTO_JSON json = NULL;
  struct digest digest;

  root->config = xstrdup(config);
  root->config_digest = digest_of(DIGEST_SHA256, config, strlen(config));
  json = json_pack("{s:i, s:s, s:o, s:[o]}", "schemaVersion", 2, "mediaType", MEDIA_OCI_MANIFEST,
                   "config", root_describe(MEDIA_OCI_CONFIG, &root->config_digest, strlen(config)),
                   "layers", root_describe(layer_type(form), &root->layer_digest, size));
  root->manifest = json_dumps(json, JSON_COMPACT);
  digest = digest_of(DIGEST_SHA256, root->manifest, strlen(root->manifest));
  root->descriptor = descriptor_make(MEDIA_OCI_MANIFEST, &digest, (int64_t)strlen(root->manifest));
}

static int root_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  (void)err;
  *out = descriptor_copy(&((const struct root *)source)->descriptor);
  return 0;
}

static struct stream *root_open(struct source *source, const struct descriptor *blob,
                                struct error *err)
{
  struct root *root = (struct root *)source;

  if (digest_equal(&blob->digest, &root->descriptor.digest))
    return stream_of_memory(root->manifest, strlen(root->manifest));
  if (digest_equal(&blob->digest, &root->config_digest))
    return stream_of_memory(root->config, strlen(root->config));
  if (digest_equal(&blob->digest, &root->layer_digest))
    return root_stream(root, err);
  error_set(err, ERROR_NOT_FOUND, "a root file system has no other blobs");
  return NULL;
}

static void root_free(struct source *source)
{
  struct root *root = (struct root *)source;

  members_free(root->members);
  root_list_free(root->list);
  free(root->config);
  free(root->manifest);
  descriptor_release(&root->descriptor);
  free(root);
}

static struct source *root_new(struct members *members, struct root_list *list, const char *ref,
                               const struct source_options *options, struct error *err)
{
  static const struct source_ops ops = {
    .resolve = root_resolve,
    .open = root_open,
    .free = root_free,
  };
  struct root *root = xcalloc(1, sizeof(*root));
  enum compression form;
  uint64_t size;

  root->base.ops = &ops;
  root->base.is_root = true;
  root->members = members;
  root->list = list;
  root->base.unseen = list ? root_list_unseen(list) : NULL;
  if (ref)
    error_set(err, ERROR_NOT_FOUND, "no image \"%.200s\": a root file system, which has no names",
              ref);
  if (ref || root_hash(root, options->limits->blob_bytes, &size, &form, err)) {
    source_free(&root->base);
    return NULL;
  }
  root_write(root, size, form);
  return &root->base;
}

struct source *source_of_root_archive(struct members *members, const char *ref,
                                      const struct source_options *options, struct error *err)
{
  return root_new(members, NULL, ref, options, err);
}

struct source *source_of_root_directory(int fd, const char *path, const char *ref,
                                        const struct source_options *options, struct error *err)
{
  struct root_list *list = root_list_new(fd, path, err);

  return list ? root_new(NULL, list, ref, options, err) : NULL;
}
