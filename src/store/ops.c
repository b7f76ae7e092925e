#include "store/ops.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/verify.h"

void store_close(struct store *store)
{
  if (store)
    store->ops->close(store);
}

int store_directory(const struct store *store)
{
  return store->ops->directory ? store->ops->directory(store) : -1;
}

void store_allow(const struct store *store, struct starter *starter)
{
  if (store->ops->allow)
    store->ops->allow(store, starter);
}

int store_keep_open(struct store *store, struct error *err)
{
  return store->ops->keep_open ? store->ops->keep_open(store, err) : 0;
}

void store_set_limit(struct store *store, uint64_t bytes)
{
  if (store->ops->set_limit)
    store->ops->set_limit(store, bytes);
}

void store_set_patience(struct store *store, unsigned milliseconds)
{
  if (store->ops->set_patience)
    store->ops->set_patience(store, milliseconds);
}

void store_set_notice(struct store *store, void (*notice)(void *context, const char *line),
                      void *context)
{
  if (store->ops->set_notice)
    store->ops->set_notice(store, notice, context);
}

void store_set_origin(struct store *store, const char *domain, const char *path)
{
  if (store->ops->set_origin)
    store->ops->set_origin(store, domain, path);
}

int store_has(struct store *store, const struct descriptor *blob, struct error *err)
{
  return store->ops->has(store, blob, err);
}

struct stream *store_open_blob(struct store *store, const struct descriptor *blob,
                               struct error *err)
{
  return store->ops->open_blob(store, blob, err);
}

static int read_through(struct store *store, const struct descriptor *blob, struct error *err)
{
  AUTO_STREAM stream = store_open_blob(store, blob, err);

  if (!stream)
    return -1;
  stream = stream_verified(steal_pointer(&stream), &blob->digest, (uint64_t)blob->size);
  return stream_read_through(stream, err);
}

int store_check(struct store *store, const struct descriptor *blob, struct error *err)
{
  struct error damage;
  char text[DIGEST_MAX_TEXT];
  int found = store_has(store, blob, err);

  if (found <= 0)
    return found;
  if (read_through(store, blob, &damage) == 0)
    return 1;
  if (damage.code == ERROR_CORRUPT) {
    log_debug("the store's blob %s is damaged: %s", digest_format(&blob->digest, text),
              damage.message);
    if (store->ops->discard(store, blob, err) == 0)
      return 0;
    log_debug("%s", err->message);
  }
  *err = damage;
  return -1;
}

int blob_writer_open(struct blob_writer **out, struct store *store, const struct descriptor *blob,
                     enum store_wait wait, struct error *err)
{
  return store->ops->open_writer(out, store, blob, wait, err);
}

struct blob_writer *blob_writer_open_unknown(struct store *store, struct error *err)
{
  return store->ops->open_writer_unknown(store, err);
}

uint64_t blob_writer_done(const struct blob_writer *writer)
{
  return writer->done;
}

struct stream *blob_writer_read_done(struct blob_writer *writer, struct error *err)
{
  if (writer->ops->read_done)
    return writer->ops->read_done(writer, err);
  error_set(err, ERROR_UNSUPPORTED, "the store does not give back what is not finished");
  return NULL;
}

int blob_writer_restart(struct blob_writer *writer, struct error *err)
{
  return writer->done ? writer->ops->restart(writer, err) : 0;
}

int blob_writer_add(struct blob_writer *writer, const void *bytes, size_t len, struct error *err)
{
  return writer->ops->add(writer, bytes, len, err);
}

int blob_writer_commit(struct blob_writer *writer, struct digest *digest, uint64_t *size,
                       struct error *err)
{
  return writer->ops->commit(writer, digest, size, err);
}

void blob_writer_abort(struct blob_writer *writer)
{
  if (writer)
    writer->ops->abort(writer);
}

void blob_writer_keep(struct blob_writer *writer)
{
  writer->ops->keep(writer);
}

int store_put_blob(struct store *store, const struct digest *digest, const void *bytes, size_t len,
                   struct error *err)
{
  struct descriptor blob = { .digest = *digest, .size = (int64_t)len };
  struct blob_writer *writer;
  int result = blob_writer_open(&writer, store, &blob, STORE_WAIT, err);

  if (result != BLOB_TO_WRITE)
    return result < 0 ? -1 : 0;
  if (blob_writer_restart(writer, err) < 0 || blob_writer_add(writer, bytes, len, err) < 0) {
    blob_writer_abort(writer);
    return -1;
  }
  return blob_writer_commit(writer, NULL, NULL, err);
}

int store_list(struct store *store, struct store_images *out, struct error *err)
{
  return store->ops->list(store, out, err);
}

void store_images_release(struct store_images *images)
{
  for (size_t i = 0; i < images->n; i++) {
    free(images->items[i].name);
    descriptor_release(&images->items[i].target);
  }
  free(images->items);
  *images = (struct store_images) { 0 };
}

int store_find(struct store *store, const char *name, struct descriptor *out, struct error *err)
{
  return store->ops->find(store, name, out, err);
}

int store_put_image(struct store *store, const char *name, const struct descriptor *root,
                    bool cached, struct error *err)
{
  return store->ops->put_image(store, name, root, cached, err);
}

int store_remove(struct store *store, const char *name, struct buf *removed, struct error *err)
{
  return store->ops->remove(store, name, removed, err);
}
