#include "source/used.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"

struct used_blob {
  struct descriptor blob;
  bool damaged;
};

void used_init(struct used_blobs *used)
{
  *used = (struct used_blobs) { 0 };
  pthread_mutex_init(&used->lock, NULL);
}

void used_release(struct used_blobs *used)
{
  for (size_t i = 0; i < used->n; i++)
    descriptor_release(&used->items[i].blob);
  free(used->items);
  pthread_mutex_destroy(&used->lock);
}

/* An image has few blobs, and opening one costs more than looking for it here. */
static struct used_blob *used_find(const struct used_blobs *used, const struct descriptor *blob)
{
  for (size_t i = 0; i < used->n; i++) {
    if (digest_equal(&used->items[i].blob.digest, &blob->digest))
      return &used->items[i];
  }
  return NULL;
}

void used_add(struct used_blobs *used, const struct descriptor *blob)
{
  pthread_mutex_lock(&used->lock);
  if (!used_find(used, blob)) {
    used->items = xgrow(used->items, used->n, &used->cap, sizeof(*used->items));
    used->items[used->n++] = (struct used_blob) { .blob = descriptor_copy(blob) };
  }
  pthread_mutex_unlock(&used->lock);
}

bool used_is_damaged(struct used_blobs *used, const struct descriptor *blob)
{
  const struct used_blob *found;
  bool damaged;

  pthread_mutex_lock(&used->lock);
  found = used_find(used, blob);
  damaged = found && found->damaged;
  pthread_mutex_unlock(&used->lock);
  return damaged;
}

int used_check(struct used_blobs *used, struct store *store, char what[DIGEST_MAX_TEXT],
               struct error *err)
{
  int damaged = 0;

  pthread_mutex_lock(&used->lock);
  for (size_t i = 0; damaged >= 0 && i < used->n; i++) {
    struct used_blob *item = &used->items[i];
    int found = item->damaged ? 1 : store_check(store, &item->blob, err);

    if (found > 0)
      continue;
    if (found < 0 && err->code != ERROR_CORRUPT) {
      damaged = -1;
      break;
    }
    item->damaged = found < 0;
    if (damaged++ == 0)
      digest_format(&item->blob.digest, what);
  }
  pthread_mutex_unlock(&used->lock);
  return damaged;
}
