#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/containerd/containerd.pb-c.h"
#include "store/containerd/containerd_store.h"
#include "store/name.h"

int containerd_delete_record(struct containerd *containerd, const char *name, bool sync,
                             struct error *err)
{
  static const struct containerd_method method = { CONTAINERD_API "images.v1.Images/Delete", NULL,
                                                   CONTAINERD_SLOW };
  Containerd__DeleteRequest request = CONTAINERD__DELETE_REQUEST__INIT;
  AUTO_FREE char *copy = xstrdup(name);

  request.name = copy;
  request.sync = sync; /* then what only it used is gone when this returns */
  return containerd_call(containerd, &method, &request.base, NULL, NULL, err);
}

/* By digest: all records of it. */
static int remove_listed(struct store *store, const struct wanted_name *wanted, char **shown,
                         struct error *err)
{
  struct store_images images;
  int removed = 0;

  if (containerd_list_records(store, &images, err) < 0)
    return -1;
  for (size_t i = 0; removed >= 0 && i < images.n; i++) {
    const struct store_image *image = &images.items[i];
    char digest[DIGEST_MAX_TEXT];
    const char *name = image->name ? image->name : digest_format(&image->target.digest, digest);

    if (!wanted_name_fits(wanted, image->name ? containerd_image_name(name) : NULL,
                          &image->target.digest))
      continue;
    if (containerd_delete_record(containerd_of(store), name, true, err) < 0)
      removed = -1;
    else if (!*shown)
      *shown = xstrdup(containerd_image_name(name));
    removed += removed >= 0;
  }
  store_images_release(&images);
  return removed < 0 ? -1 : removed > 0;
}

/* The image's record and the one that a comparison made. */
static int delete_named(struct containerd *containerd, const char *name, char **shown,
                        struct error *err)
{
  AUTO_FREE char *in_passing = xasprintf(CACHED_PREFIX "%s", name);
  const char *const records[] = { name, in_passing };

  for (size_t i = 0; i < ARRAY_LEN(records); i++) {
    if (containerd_delete_record(containerd, records[i], true, err) < 0) {
      if (err->code != ERROR_NOT_FOUND)
        return -1;
    } else if (!*shown) {
      *shown = xstrdup(name);
    }
  }
  return 0;
}

int containerd_remove(struct store *store, const char *name, char **removed, struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  AUTO_FREE char *shown = NULL;
  struct wanted_name wanted;
  int result = 0;

  wanted_name_init(&wanted, name);
  for (int i = 0; result == 0 && !shown && i < 2; i++) {
    const char *tried = i ? name : wanted.full;

    if (!tried || (i && wanted.full && strcmp(wanted.full, name) == 0))
      continue;
    result = delete_named(containerd, tried, &shown, err);
  }
  if (result == 0 && wanted.has_digest && !(shown && wanted.full))
    result = remove_listed(store, &wanted, &shown, err);
  wanted_name_release(&wanted);
  if (result < 0)
    return -1;
  if (!shown)
    return containerd_no_image(store, name, err);
  *removed = steal_pointer(&shown);
  return 0;
}
