#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/json.h"
#include "source/archive/choose.h"
#include "source/archive/docker_image.h"
#include "source/kinds.h"

struct docker_archive {
  struct source base;
  struct members *members;
  const struct limits *limits;
  struct docker_image image;
};

static int read_list(struct members *members, const struct limits *limits, json_t **out,
                     struct error *err)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  AUTO_JSON json = NULL;

  if (members_read(members, STR("manifest.json"), limits->json_bytes, &text, err) < 0) {
    if (err->code == ERROR_NOT_FOUND)
      return error_set(err, ERROR_NOT_FOUND, "no Docker archive: it has no file \"manifest.json\"");
    return -1;
  }
  json = json_decode(buf_str(&text), &document_docker_archive, err);
  if (!json)
    return error_wrap(err, "\"manifest.json\"");
  if (!json_is_array(json))
    return error_set(err, ERROR_CORRUPT, "\"manifest.json\": expected an array of images");
  if (json_array_size(json) > limits->manifests)
    return error_set(err, ERROR_LIMIT, "\"manifest.json\": at most %llu images, found %zu",
                     (unsigned long long)limits->manifests, json_array_size(json));
  *out = steal_pointer(&json);
  return 0;
}

/* The candidates: one for each name of each image, one for an image without names. */
struct candidate_list {
  struct candidate *items;
  size_t *images; /* of each item: the position in manifest.json */
  size_t n;
  size_t cap;
  size_t cap_images;
};

static void list_release(struct candidate_list *list)
{
  free(list->items);
  free(list->images);
}

static void list_add(struct candidate_list *list, const char *name, const struct digest *digest,
                     size_t image)
{
  list->items = xgrow(list->items, list->n, &list->cap, sizeof(*list->items));
  list->images = xgrow(list->images, list->n, &list->cap_images, sizeof(*list->images));
  list->items[list->n] = (struct candidate) { .name = name, .digest = *digest };
  list->images[list->n++] = image;
}

static int add_image(struct docker_archive *docker, struct candidate_list *list, json_t *entry,
                     size_t position, struct error *err)
{
  AUTO_BUF config = BUF_INIT(docker->limits->json_bytes);
  struct digest digest;
  json_t *tags;

  if (!json_is_object(entry))
    return error_set(err, ERROR_CORRUPT, "expected an object");
  if (json_get_string_array(entry, "RepoTags", &tags, err) < 0 ||
      docker_image_read_config(docker->members, entry, &config, err) < 0)
    return -1;
  digest = digest_of(DIGEST_SHA256, config.ptr, config.len);
  for (size_t i = 0; i < json_array_size(tags); i++)
    list_add(list, json_string_value(json_array_get(tags, i)), &digest, position);
  if (json_array_size(tags) == 0)
    list_add(list, NULL, &digest, position);
  return 0;
}

/* The candidate with the first name of the image that ref means. */
static int choose_one(const json_t *images, const struct candidate_list *list, const char *ref,
                      size_t *out, struct error *err)
{
  size_t position;
  int found = choose_by_position(ref, json_array_size(images), &position, err);

  if (found == 0)
    return choose_candidate(list->items, list->n, ref, out, err);
  for (size_t i = 0; found > 0 && i < list->n; i++)
    if (list->images[i] == position) { /* each image has an item, be it without a name */
      *out = i;
      return 0;
    }
  return found < 0 ? -1 : error_set(err, ERROR_NOT_FOUND, "no image \"%s\"", ref);
}

static int choose_from(struct docker_archive *docker, json_t *images, struct candidate_list *list,
                       const char *ref, struct error *err)
{
  size_t chosen;
  size_t i;
  json_t *entry;

  json_array_foreach(images, i, entry)
  {
    if (add_image(docker, list, entry, i, err) < 0)
      return error_wrap(err, "\"manifest.json\": image %zu", i);
  }
  if (choose_one(images, list, ref, &chosen, err) < 0)
    return -1;
  assert(list->images); /* something was chosen */
  if (docker_image_build(&docker->image, docker->members,
                         json_array_get(images, list->images[chosen]), list->items[chosen].name,
                         docker->limits, err) < 0)
    return error_wrap(err, "\"manifest.json\": image %zu", list->images[chosen]);
  return 0;
}

static int choose_image(struct docker_archive *docker, const char *ref, struct error *err)
{
  AUTO_JSON images = NULL;
  struct candidate_list list = { 0 };
  int result;

  if (read_list(docker->members, docker->limits, &images, err) < 0)
    return -1;
  result = choose_from(docker, images, &list, ref, err);
  list_release(&list);
  return result;
}

static int docker_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  const struct docker_archive *docker = (const struct docker_archive *)source;

  (void)err;
  *out = descriptor_copy(&docker->image.descriptor);
  return 0;
}

static struct stream *docker_open(struct source *source, const struct descriptor *blob,
                                  struct error *err)
{
  struct docker_archive *docker = (struct docker_archive *)source;
  const struct docker_image *image = &docker->image;
  uint64_t size;

  if (digest_equal(&blob->digest, &image->descriptor.digest))
    return stream_of_memory(image->manifest, strlen(image->manifest));
  for (size_t i = 0; i < image->n_parts; i++) {
    if (digest_equal(&blob->digest, &image->parts[i].digest))
      return members_open(docker->members, str_of(image->parts[i].path), &size, err);
  }
  error_set(err, ERROR_NOT_FOUND, "not in the archive");
  return NULL;
}

static void docker_free(struct source *source)
{
  struct docker_archive *docker = (struct docker_archive *)source;

  docker_image_release(&docker->image);
  members_free(docker->members);
  free(docker);
}

struct source *source_of_docker_archive(struct members *members, const char *ref,
                                        const struct source_options *options, struct error *err)
{
  static const struct source_ops ops = {
    .resolve = docker_resolve,
    .open = docker_open,
    .free = docker_free,
  };
  struct docker_archive *docker = xcalloc(1, sizeof(*docker));

  docker->base.ops = &ops;
  docker->members = members;
  docker->limits = options->limits;
  if (choose_image(docker, ref, err) < 0) {
    docker_free(&docker->base);
    return NULL;
  }
  docker->base.digests_claimed = docker->image.digests_claimed;
  return &docker->base;
}
