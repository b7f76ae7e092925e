#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "image/json.h"
#include "store/containerd/containerd.pb-c.h"
#include "store/containerd/containerd_store.h"
#include "store/name.h"

#define IMAGES CONTAINERD_API "images.v1.Images/"
/* What marks an image record that diff made in passing. */
#define CACHED_LABEL ANNOTATION_CACHED

static int set_string(json_t *object, const char *key, const char *value, struct error *err)
{
  if (json_object_set_new(object, key, json_string(value)) == 0)
    return 0;
  return error_set(err, ERROR_CORRUPT, "field \"%s\": not UTF-8", key);
}

static int target_of(const Containerd__Descriptor *target, struct descriptor *out,
                     struct error *err)
{
  AUTO_JSON json = json_object();
  json_t *annotations;

  if (!target)
    return error_set(err, ERROR_CORRUPT, "an image record without a target");
  json_object_set_new(json, "size", json_integer(target->size));
  if (set_string(json, "mediaType", target->media_type, err) < 0 ||
      set_string(json, "digest", target->digest, err) < 0)
    return -1;
  annotations = json_object();
  if (target->n_annotations)
    json_object_set_new(json, "annotations", json_incref(annotations));
  for (size_t i = 0; i < target->n_annotations; i++) {
    if (set_string(annotations, target->annotations[i]->key, target->annotations[i]->value, err) <
        0) {
      json_decref(annotations);
      return -1;
    }
  }
  json_decref(annotations);
  return descriptor_from_json(out, json, err);
}

static bool is_cached(const Containerd__Image *image)
{
  for (size_t i = 0; i < image->n_labels; i++) {
    if (strcmp(image->labels[i]->key, CACHED_LABEL) == 0)
      return true;
  }
  return false;
}

/* The record of an image without a name has its digest for one. (In the namespace k8s.io there are
 * records that have another digest, the config's, for one.) */
static bool is_unnamed(const char *name, const struct descriptor *target)
{
  char digest[DIGEST_MAX_TEXT];

  return strcmp(name, digest_format(&target->digest, digest)) == 0;
}

const char *containerd_image_name(const char *record)
{
  size_t len = strlen(CACHED_PREFIX);

  return strncmp(record, CACHED_PREFIX, len) == 0 && record[len] ? record + len : record;
}

int containerd_list_records(struct store *store, struct store_images *out, struct error *err)
{
  static const struct containerd_method list = { IMAGES "List",
                                                 &containerd__list_images_response__descriptor, 0 };
  struct containerd *containerd = containerd_of(store);
  Containerd__Empty request = CONTAINERD__EMPTY__INIT;
  Containerd__ListImagesResponse *reply;
  struct store_images images = { 0 };

  if (containerd_call(containerd, &list, &request.base, &reply, NULL, err) < 0)
    return -1;
  images.items = xcalloc(reply->n_images + 1, sizeof(*images.items));
  for (size_t i = 0; i < reply->n_images; i++) {
    const Containerd__Image *image = reply->images[i];
    struct store_image *item = &images.items[images.n];
    struct error skipped;

    /* What this program cannot name (another algorithm, say), it cannot use either. */
    if (target_of(image->target, &item->target, &skipped) < 0) {
      log_debug("containerd: image \"%s\": %s", image->name, skipped.message);
      continue;
    }
    item->name = is_unnamed(image->name, &item->target) ? NULL : xstrdup(image->name);
    item->cached = is_cached(image);
    images.n++;
  }
  containerd__list_images_response__free_unpacked(reply, NULL);
  *out = images;
  return 0;
}

int containerd_list(struct store *store, struct store_images *out, struct error *err)
{
  if (containerd_list_records(store, out, err) < 0)
    return -1;
  for (size_t i = 0; i < out->n; i++) {
    char *name = out->items[i].name;
    const char *image = name ? containerd_image_name(name) : NULL;

    if (image != name)
      memmove(name, image, strlen(image) + 1);
  }
  return 0;
}

/* 1: found; 0: there is none; -1: *err. */
static int get(struct containerd *containerd, const char *name, struct descriptor *out,
               struct error *err)
{
  static const struct containerd_method method = { IMAGES "Get",
                                                   &containerd__image_message__descriptor, 0 };
  Containerd__GetImageRequest request = CONTAINERD__GET_IMAGE_REQUEST__INIT;
  AUTO_FREE char *copy = xstrdup(name);
  Containerd__ImageMessage *reply;
  int result;

  request.name = copy;
  if (containerd_call(containerd, &method, &request.base, &reply, NULL, err) < 0)
    return err->code == ERROR_NOT_FOUND ? 0 : -1;
  result = target_of(reply->image ? reply->image->target : NULL, out, err);
  containerd__image_message__free_unpacked(reply, NULL);
  return result < 0 ? containerd_wrap(containerd, err) : 1;
}

/* Of an image that was asked for and is not there. A namespace that is not there is the likelier
 * mistake. */
int containerd_no_image(struct store *store, const char *name, struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  AUTO_FREE char *others = NULL;
  struct error ignored;

  if (store_containerd_namespace(store, &others, &ignored) == 0)
    return error_set(err, ERROR_NOT_FOUND,
                     "containerd (%s): no image \"%.300s\", since there is no namespace \"%s\"; "
                     "there are: %s",
                     containerd->address, name, containerd->name_space,
                     others[0] ? others : "none");
  return error_set(err, ERROR_NOT_FOUND, "containerd (%s): no image \"%.300s\" in namespace \"%s\"",
                   containerd->address, name, containerd->name_space);
}

/* By digest: the first of its images. */
static int find_in_list(struct store *store, const struct wanted_name *wanted,
                        struct descriptor *out, struct error *err)
{
  struct store_images images;
  int found = 0;

  if (containerd_list(store, &images, err) < 0)
    return -1;
  for (size_t i = 0; !found && i < images.n; i++) {
    if (!wanted_name_fits(wanted, images.items[i].name, &images.items[i].target.digest))
      continue;
    *out = descriptor_copy(&images.items[i].target);
    found = 1;
  }
  store_images_release(&images);
  return found;
}

static int containerd_images_find(struct store *store, const char *name, struct descriptor *out,
                                  struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  struct wanted_name wanted;
  int found = 0;

  wanted_name_init(&wanted, name);
  if (wanted.full)
    found = get(containerd, wanted.full, out, err);
  /* Programs other than ours may have put it under a name that is none of Docker's. */
  if (found == 0 && (!wanted.full || strcmp(wanted.full, name) != 0))
    found = get(containerd, name, out, err);
  if (found == 0 && wanted.full) {
    AUTO_FREE char *cached = xasprintf(CACHED_PREFIX "%s", wanted.full);

    found = get(containerd, cached, out, err);
  }
  if (found == 0 && wanted.has_digest)
    found = find_in_list(store, &wanted, out, err);
  wanted_name_release(&wanted);
  return found ? found : containerd_no_image(store, name, err);
}

int containerd_find(struct store *store, const char *name, struct descriptor *out,
                    struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  struct descriptor found;
  struct error lease_err;

  while (true) {
    struct descriptor again;
    bool same;

    if (containerd_images_find(store, name, &found, err) < 0)
      return -1;
    if (containerd_lease_blob(containerd, &found.digest, &lease_err) < 0)
      log_debug("%s", lease_err.message);
    /* Had it been removed before it was leased, its blobs may be gone. */
    if (containerd_images_find(store, name, &again, err) < 0) {
      descriptor_release(&found);
      return -1;
    }
    same = digest_equal(&found.digest, &again.digest);
    descriptor_release(&again);
    if (same)
      break;
    descriptor_release(&found);
  }
  *out = found;
  return 0;
}

/* The target as a message; to be released. */
struct target_message {
  Containerd__Descriptor descriptor;
  char digest[DIGEST_MAX_TEXT];
  Containerd__Label *items;
  Containerd__Label **pointers;
};

static void target_message_init(struct target_message *target, const struct descriptor *root)
{
  const char *key;
  json_t *value;
  size_t n = 0;

  target->descriptor = (Containerd__Descriptor)CONTAINERD__DESCRIPTOR__INIT;
  target->descriptor.media_type = (char *)(uintptr_t)root->media_type;
  digest_format(&root->digest, target->digest);
  target->descriptor.digest = target->digest;
  target->descriptor.size = root->size;
  target->items = xcalloc(json_object_size(root->annotations) + 1, sizeof(*target->items));
  target->pointers = xcalloc(json_object_size(root->annotations) + 1, sizeof(Containerd__Label *));
  json_object_foreach(root->annotations, key, value)
  {
    target->items[n] = (Containerd__Label)CONTAINERD__LABEL__INIT;
    target->items[n].key = (char *)(uintptr_t)key;
    target->items[n].value = (char *)(uintptr_t)json_string_value(value);
    target->pointers[n] = &target->items[n];
    n++;
  }
  target->descriptor.annotations = target->pointers;
  target->descriptor.n_annotations = n;
}

static void target_message_release(struct target_message *target)
{
  free(target->items);
  free(target->pointers);
}

static int create(struct containerd *containerd, Containerd__Image *image, enum grpc_code *code,
                  struct error *err)
{
  static const struct containerd_method method = { IMAGES "Create", NULL, 0 };
  Containerd__ImageMessage request = CONTAINERD__IMAGE_MESSAGE__INIT;

  request.image = image;
  return containerd_call(containerd, &method, &request.base, NULL, code, err);
}

static int update(struct containerd *containerd, Containerd__Image *image, struct error *err)
{
  static const struct containerd_method method = { IMAGES "Update", NULL, 0 };
  static char target[] = "target";
  static char label[] = "labels." CACHED_LABEL;
  char *paths[] = { target, label };
  Containerd__UpdateImageRequest request = CONTAINERD__UPDATE_IMAGE_REQUEST__INIT;
  Containerd__FieldMask mask = CONTAINERD__FIELD_MASK__INIT;

  mask.paths = paths;
  mask.n_paths = ARRAY_LEN(paths);
  request.image = image;
  request.update_mask = &mask;
  return containerd_call(containerd, &method, &request.base, NULL, NULL, err);
}

/* Whether there is a record of that name for this image; *other: for another. */
static int is_recorded(struct containerd *containerd, const char *name,
                       const struct descriptor *root, bool *other, struct error *err)
{
  struct descriptor old;
  int found = get(containerd, name, &old, err);

  if (found <= 0)
    return found;
  found = digest_equal(&old.digest, &root->digest);
  descriptor_release(&old);
  *other = !found;
  return found;
}

static int put_record(struct store *store, const char *name, const struct descriptor *root,
                      bool cached, bool replaces, struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  struct target_message target;
  Containerd__Image image = CONTAINERD__IMAGE__INIT;
  Containerd__Label mark = CONTAINERD__LABEL__INIT;
  Containerd__Label *labels[] = { &mark };
  char key[] = CACHED_LABEL;
  char yes[] = "true";
  enum grpc_code code;
  int result;

  target_message_init(&target, root);
  image.name = (char *)(uintptr_t)name;
  image.target = &target.descriptor;
  mark.key = key;
  mark.value = cached ? yes : mark.value;
  image.labels = labels;
  image.n_labels = cached ? 1 : 0;
  result = create(containerd, &image, &code, err);
  if (result < 0 && code == GRPC_ALREADY_EXISTS)
    result = update(containerd, &image, err);
  if (result == 0)
    containerd_store_named(store, replaces);
  target_message_release(&target);
  return result;
}

int containerd_put_image(struct store *store, const char *name, const struct descriptor *root,
                         bool cached, struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  char digest[DIGEST_MAX_TEXT];
  const char *shown = name ? name : digest_format(&root->digest, digest);
  AUTO_FREE char *in_passing = xasprintf(CACHED_PREFIX "%s", shown);
  bool replaces = false;
  struct error ignored;
  int found;

  if (containerd_label(containerd, root, err) < 0)
    return -1;
  found = is_recorded(containerd, shown, root, &replaces, err);
  if (found < 0)
    return -1;
  /* A record that was pulled stays that, even if a comparison now comes by. */
  if (cached && found)
    return 0;
  if (cached) {
    replaces = false;
    found = is_recorded(containerd, in_passing, root, &replaces, err);
    return found ? MIN_OF(found, 0) : put_record(store, in_passing, root, true, replaces, err);
  }
  if (put_record(store, shown, root, false, replaces, err) < 0)
    return -1;
  if (containerd_delete_record(containerd, in_passing, false, &ignored) < 0 &&
      ignored.code != ERROR_NOT_FOUND)
    log_debug("%s", ignored.message);
  return 0;
}
