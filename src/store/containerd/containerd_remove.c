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

/* Appends the name as a line of the text from byte `from` on, unless it has that line. */
static void append_once(struct buf *out, size_t from, const char *name)
{
  struct str rest = str_skip(buf_str(out), from);
  const size_t len = strlen(name);

  while (rest.len) {
    const char *end = memchr(rest.ptr, '\n', rest.len);
    const size_t line = end ? (size_t)(end - rest.ptr) : rest.len;

    if (line == len && memcmp(rest.ptr, name, len) == 0)
      return;
    rest = str_skip(rest, MIN_OF(line + 1, rest.len));
  }
  buf_printf(out, "%s\n", name);
}

/* By digest: all records of it. A comparison's own record beside the image's has the same name. */
static int remove_listed(struct store *store, const struct wanted_name *wanted, struct buf *removed,
                         struct error *err)
{
  const size_t before = removed->len;
  struct store_images images;
  int result = 0;

  if (containerd_list_records(store, &images, err) < 0)
    return -1;
  for (size_t i = 0; result == 0 && i < images.n; i++) {
    const struct store_image *image = &images.items[i];
    char digest[DIGEST_MAX_TEXT];
    const char *name = image->name ? image->name : digest_format(&image->target.digest, digest);

    if (!wanted_name_fits(wanted, image->name ? containerd_image_name(name) : NULL,
                          &image->target.digest))
      continue;
    result = containerd_delete_record(containerd_of(store), name, true, err);
    if (result == 0)
      append_once(removed, before, containerd_image_name(name));
  }
  store_images_release(&images);
  return result;
}

/* The image's record and the one that a comparison made. */
static int delete_named(struct containerd *containerd, const char *name, struct buf *removed,
                        struct error *err)
{
  AUTO_FREE char *in_passing = xasprintf(CACHED_PREFIX "%s", name);
  const char *const records[] = { name, in_passing };
  const size_t before = removed->len;

  for (size_t i = 0; i < ARRAY_LEN(records); i++) {
    if (containerd_delete_record(containerd, records[i], true, err) < 0) {
      if (err->code != ERROR_NOT_FOUND)
        return -1;
    } else {
      append_once(removed, before, name);
    }
  }
  return 0;
}

int containerd_remove(struct store *store, const char *name, struct buf *removed, struct error *err)
{
  struct containerd *containerd = containerd_of(store);
  const size_t before = removed->len;
  struct wanted_name wanted;
  int result = 0;

  wanted_name_init(&wanted, name);
  for (int i = 0; result == 0 && removed->len == before && i < 2; i++) {
    const char *tried = i ? name : wanted.full;

    if (!tried || (i && wanted.full && strcmp(wanted.full, name) == 0))
      continue;
    result = delete_named(containerd, tried, removed, err);
  }
  if (result == 0 && wanted.has_digest && !(removed->len > before && wanted.full))
    result = remove_listed(store, &wanted, removed, err);
  wanted_name_release(&wanted);
  if (result < 0)
    return -1;
  return removed->len > before ? 0 : containerd_no_image(store, name, err);
}
