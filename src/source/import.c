#include "source/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/inflate.h"
#include "image/index.h"
#include "image/json.h"
#include "image/reference.h"
#include "source/archive/agreement.h"
#include "source/archive/docker_image.h"
#include "source/archive/taken.h"
#include "source/kinds.h"

enum { LAYERS_PER_ARCHIVE = 64 }; /* an archive may be this many times as large as a layer */

struct importer {
  struct store *store;
  struct members *members;
  const struct copy_options *options;
  import_report report;
  void *context;
};

/* The blobs of an image in the archive, as a source to copy from. */
struct import_source {
  struct source base;
  struct members *members;
  const struct docker_image *docker; /* NULL: an OCI layout */
};

static struct stream *open_docker(const struct import_source *source, const struct descriptor *blob,
                                  struct error *err)
{
  const struct docker_image *image = source->docker;
  uint64_t size;

  if (digest_equal(&blob->digest, &image->descriptor.digest))
    return stream_of_memory(image->manifest, strlen(image->manifest));
  for (size_t i = 0; i < image->n_parts; i++) {
    if (digest_equal(&blob->digest, &image->parts[i].digest))
      return members_open(source->members, str_of(image->parts[i].path), &size, err);
  }
  error_set(err, ERROR_NOT_FOUND, "not in the archive");
  return NULL;
}

static struct stream *import_open(struct source *source, const struct descriptor *blob,
                                  struct error *err)
{
  struct import_source *import = (struct import_source *)source;
  char hex[DIGEST_MAX_TEXT];
  char path[DIGEST_MAX_TEXT + 16];
  struct stream *stream;
  uint64_t size;

  if (import->docker)
    return open_docker(import, blob, err);
  snprintf(path, sizeof(path), "blobs/%s/%s", digest_algorithm_name(blob->digest.algorithm),
           digest_hex(&blob->digest, hex));
  stream = members_open(import->members, str_of(path), &size, err);
  if (!stream && err->code == ERROR_NOT_FOUND)
    error_set(err, ERROR_NOT_FOUND, "not in the archive");
  return stream;
}

/* Stores the image without naming it. */
static int import_blobs(const struct importer *importer, const struct descriptor *root,
                        const struct docker_image *docker, struct error *err)
{
  static const struct source_ops ops = { .open = import_open };
  char label[] = "archive";
  struct import_source source = {
    .base = { .ops = &ops,
              .label = label,
              .fetch = importer->options->fetch,
              .fetch_context = importer->options->fetch_context },
    .members = importer->members,
    .docker = docker,
  };

  return copy_image(&source.base, importer->store, root, importer->options, err);
}

static int import_name(const struct importer *importer, const char *name,
                       const struct descriptor *root, struct error *err)
{
  if (store_put_image(importer->store, name, root, false, err) < 0)
    return -1;
  return importer->report(importer->context, name, &root->digest, err);
}

/* Where there is only org.opencontainers.image.ref.name, it may be a whole name or just a tag,
 * which names nothing by itself. */
static char *name_of_descriptor(const struct descriptor *descriptor)
{
  const char *ref_name = descriptor_annotation(descriptor, ANNOTATION_REF_NAME);
  char *full = reference_full_name(descriptor_annotation(descriptor, ANNOTATION_IMAGE_NAME));

  if (full || !ref_name || !strpbrk(ref_name, ":/"))
    return full;
  return reference_full_name(ref_name);
}

static int import_oci(const struct importer *importer, struct error *err)
{
  const struct limits *limits = importer->options->limits;
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  struct index index;
  int result = 0;

  if (members_read(importer->members, STR("index.json"), limits->json_bytes, &text, err) < 0)
    return -1;
  if (index_parse(&index, buf_str(&text), limits, err) < 0)
    return error_wrap(err, "\"index.json\"");
  if (index.n_manifests == 0)
    result = error_set(err, ERROR_NOT_FOUND, "the archive holds no image");
  for (size_t i = 0; result == 0 && i < index.n_manifests; i++) {
    AUTO_FREE char *name = name_of_descriptor(&index.manifests[i]);

    result = import_blobs(importer, &index.manifests[i], NULL, err);
    if (result == 0)
      result = import_name(importer, name, &index.manifests[i], err);
  }
  index_release(&index);
  return result;
}

static int import_tags(const struct importer *importer, json_t *entry,
                       const struct descriptor *root, struct error *err)
{
  json_t *tags;
  json_t *tag;
  size_t named = 0;
  size_t i;

  if (json_get_string_array(entry, "RepoTags", &tags, err) < 0)
    return -1;
  json_array_foreach(tags, i, tag)
  {
    AUTO_FREE char *name = reference_full_name(json_string_value(tag));

    if (!name)
      continue;
    named++;
    if (import_name(importer, name, root, err) < 0)
      return -1;
  }
  return named ? 0 : import_name(importer, NULL, root, err);
}

static int import_docker_image(const struct importer *importer, json_t *entry, struct error *err)
{
  struct docker_image image;
  int result;

  if (!json_is_object(entry))
    return error_set(err, ERROR_CORRUPT, "expected an object");
  if (docker_image_build(&image, importer->members, entry, NULL, importer->options->limits, err) <
      0)
    return -1;
  result = import_blobs(importer, &image.descriptor, &image, err);
  if (result == 0)
    result = import_tags(importer, entry, &image.descriptor, err);
  docker_image_release(&image);
  return result;
}

static int import_docker(const struct importer *importer, struct error *err)
{
  const struct limits *limits = importer->options->limits;
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  AUTO_JSON images = NULL;
  json_t *entry;
  size_t i;

  if (members_read(importer->members, STR("manifest.json"), limits->json_bytes, &text, err) < 0)
    return -1;
  images = json_decode(buf_str(&text), &document_docker_archive, err);
  if (!images)
    return error_wrap(err, "\"manifest.json\"");
  if (!json_is_array(images))
    return error_set(err, ERROR_CORRUPT, "\"manifest.json\": expected an array of images");
  if (json_array_size(images) == 0)
    return error_set(err, ERROR_NOT_FOUND, "the archive holds no image");
  if (json_array_size(images) > limits->manifests)
    return error_set(err, ERROR_LIMIT, "\"manifest.json\": at most %llu images, found %zu",
                     (unsigned long long)limits->manifests, json_array_size(images));
  json_array_foreach(images, i, entry)
  {
    if (import_docker_image(importer, entry, err) < 0)
      return error_wrap(err, "\"manifest.json\": image %zu", i);
  }
  return 0;
}

static int import_members(const struct importer *importer, struct error *err)
{
  int found = source_is_oci_layout(importer->members, importer->options->limits, err);

  if (found > 0)
    return layout_check_agreement(importer->members, importer->options->limits, err) < 0
               ? -1
               : import_oci(importer, err);
  found = found < 0 ? -1 : members_has(importer->members, STR("manifest.json"), err);
  if (found > 0)
    return import_docker(importer, err);
  if (found == 0)
    return error_set(err, ERROR_UNSUPPORTED,
                     "neither an OCI image layout (it has no \"oci-layout\") nor a Docker archive "
                     "(it has no \"manifest.json\")");
  return -1;
}

int import_archive(struct store *store, struct stream *stream, const struct copy_options *options,
                   import_report report, void *context, struct error *err)
{
  uint64_t max = options->limits->tar_bytes;
  AUTO_STREAM tar = NULL;
  AUTO_MEMBERS members = NULL;
  struct importer importer = { store, NULL, options, report, context };

  tar = stream_inflated_archive(
      stream, max <= INT64_MAX / LAYERS_PER_ARCHIVE ? max * LAYERS_PER_ARCHIVE : INT64_MAX);
  members = members_take(store, tar, options->limits, err);
  if (!members)
    return -1;
  importer.members = members;
  return import_members(&importer, err);
}
