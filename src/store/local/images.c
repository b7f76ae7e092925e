#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/local/local.h"

int store_read_index(struct local_store *store, struct index_json *out, struct error *err)
{
  AUTO_BUF text = BUF_INIT((size_t)INDEX_JSON_MAX * 2);

  if (store_read_file(store, "index.json", INDEX_JSON_MAX, &text, err) < 0) {
    if (err->code != ERROR_NOT_FOUND)
      return -1;
    index_json_init(out);
    return 0;
  }
  if (index_json_parse(out, buf_str(&text), err) < 0)
    return error_wrap(err, "%s/index.json", store->dir);
  return 0;
}

/* Blobs must not vanish in a power cut that their index survives. */
static int sync_blobs(struct local_store *store, struct error *err)
{
  int result = 0;

  for (int algorithm = DIGEST_SHA256; result == 0 && algorithm <= DIGEST_SHA512; algorithm++) {
    char path[32];
    int fd;

    snprintf(path, sizeof(path), "blobs/%s",
             digest_algorithm_name((enum digest_algorithm)algorithm));
    fd = openat(store->dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
      continue;
    result = store_sync_dir(fd);
    if (result < 0)
      error_sys(err, errno, "%s/%s: cannot be synced", store->dir, path);
    close(fd);
  }
  return result;
}

int store_write_index(struct local_store *store, const struct index_json *index, struct error *err)
{
  AUTO_BUF text = BUF_INIT(INDEX_JSON_MAX);

  if (index_json_format(index, &text, err) < 0)
    return error_wrap(err, "store %s", store->dir);
  if (sync_blobs(store, err) < 0)
    return -1;
  return store_replace_file(store, "index.json", buf_str(&text), err);
}

int local_list(struct store *base, struct store_images *out, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  struct store_images images = { 0 };
  struct index_json index;
  int result = 0;

  if (store_read_index(store, &index, err) < 0)
    return -1;
  images.items = xcalloc(index.n + 1, sizeof(*images.items));
  for (size_t i = 0; result == 0 && i < index.n; i++) {
    struct store_image *image = &images.items[images.n];

    result = index_entry_target(&index.entries[i], &image->target, err);
    if (result < 0)
      break;
    image->name = index.entries[i].name ? xstrdup(index.entries[i].name) : NULL;
    image->cached = index.entries[i].cached;
    images.n++;
  }
  index_json_release(&index);
  if (result < 0)
    store_images_release(&images);
  else
    *out = images;
  return result;
}

static int find_locked(struct local_store *store, const char *name, struct descriptor *out,
                       struct error *err)
{
  struct index_json index;
  size_t position;
  int result;

  if (store_read_index(store, &index, err) < 0)
    return -1;
  position = index_json_find(&index, name, 0);
  if (position < index.n)
    result = index_entry_target(&index.entries[position], out, err);
  else
    result = error_set(err, ERROR_NOT_FOUND, "store %s: no image \"%.300s\"", store->dir, name);
  index_json_release(&index);
  return result;
}

int local_find(struct store *base, const char *name, struct descriptor *out, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  struct descriptor found;
  struct descriptor again;
  struct error lease_err;

  if (find_locked(store, name, &found, err) < 0)
    return -1;
  while (true) {
    if (store_lease(store, &found.digest, lease_kind_of(found.kind), &lease_err) < 0)
      log_debug("%s", lease_err.message);
    /* Had it been removed before the lease, its blobs may be gone. */
    if (find_locked(store, name, &again, err) < 0) {
      descriptor_release(&found);
      return -1;
    }
    if (digest_equal(&found.digest, &again.digest))
      break;
    descriptor_release(&found);
    found = again;
  }
  descriptor_release(&found);
  *out = again;
  return 0;
}

/* Takes the marked entries out and puts root (NULL: none) in, under the exclusive lock. What that
 * frees goes when the store is closed: what another process left unfinished may still be wanted. */
static int change_index(struct local_store *store, struct index_json *index,
                        const bool *out_positions, const char *name, const struct descriptor *root,
                        bool cached, struct error *err)
{
  bool any = false;

  for (size_t i = 0; i < index->n; i++)
    any |= out_positions[i];
  if (any && store_doom(store, index, out_positions, err) < 0)
    return -1;
  for (size_t i = index->n; i-- > 0;) {
    if (out_positions[i])
      index_json_remove(index, i);
  }
  if (root && index_json_append(index, name, root, cached, err) < 0)
    return -1;
  return store_write_index(store, index, err);
}

static int put_locked(struct local_store *store, const char *name, const struct descriptor *root,
                      bool cached, struct error *err)
{
  AUTO_FREE bool *replaced = NULL;
  struct index_json index;
  int result = 1;

  if (store_read_index(store, &index, err) < 0)
    return -1;
  replaced = xcalloc(index.n + 1, sizeof(*replaced));
  for (size_t i = 0; i < index.n; i++) {
    const struct index_entry *entry = &index.entries[i];
    bool same_root = digest_equal(&entry->target.digest, &root->digest);

    if (name ? !entry->name || strcmp(entry->name, name) != 0 : entry->name || !same_root)
      continue;
    /* What was pulled or loaded stays that, even if a comparison now comes by. */
    if (same_root && (cached || !entry->cached))
      result = 0;
    replaced[i] = true;
  }
  if (result)
    result = change_index(store, &index, replaced, name, root, cached, err);
  index_json_release(&index);
  return result;
}

int local_put_image(struct store *base, const char *name, const struct descriptor *root,
                    bool cached, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  int result;

  if (store_lease(store, &root->digest, lease_kind_of(root->kind), err) < 0 ||
      store_lock(store, LOCK_EX, err) < 0)
    return -1;
  result = put_locked(store, name, root, cached, err);
  store_unlock(store);
  return result;
}

/* What is stored without a name has its digest for one. */
static void append_name(struct buf *out, const struct index_entry *entry)
{
  char text[DIGEST_MAX_TEXT];

  buf_printf(out, "%s\n", entry->name ? entry->name : digest_format(&entry->target.digest, text));
}

static int remove_locked(struct local_store *store, const char *name, struct buf *removed,
                         struct error *err)
{
  AUTO_FREE bool *positions = NULL;
  AUTO_BUF names = BUF_INIT(removed->max);
  struct index_json index;
  size_t first;
  int result;

  if (store_read_index(store, &index, err) < 0)
    return -1;
  positions = xcalloc(index.n + 1, sizeof(*positions));
  first = index_json_find(&index, name, 0);
  for (size_t i = first; i < index.n; i = index_json_find(&index, name, i + 1)) {
    positions[i] = true;
    append_name(&names, &index.entries[i]);
  }
  if (first < index.n)
    result = change_index(store, &index, positions, NULL, NULL, false, err);
  else
    result = error_set(err, ERROR_NOT_FOUND, "store %s: no image \"%.300s\"", store->dir, name);
  index_json_release(&index);
  if (result == 0)
    buf_add_str(removed, buf_str(&names));
  return result;
}

int local_remove(struct store *base, const char *name, struct buf *removed, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  int result;

  if (!store->writable)
    return error_set(err, ERROR_PERMISSION, "store %s: opened for reading only", store->dir);
  if (store_lock(store, LOCK_EX, err) < 0)
    return -1;
  result = remove_locked(store, name, removed, err);
  store_unlock(store);
  return result;
}
