#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/libc.h"
#include "base/log.h"
#include "image/json.h"
#include "store/local/local.h"

/* Adds everything that looks like a descriptor, wherever it stands, so that documents of kinds that
 * this program does not know keep what they refer to. The depth is bounded by json_parse. */
static void add_descriptors(struct wanted_set *set, const json_t *json)
{
  const char *text = json_string_value(json_object_get(json, "digest"));
  const char *media_type = json_string_value(json_object_get(json, "mediaType"));
  struct digest digest;
  struct error ignored;
  const char *key;
  json_t *value;
  size_t i;

  if (text && digest_parse(&digest, str_of(text), &ignored) == 0)
    wanted_add(set, &digest, lease_kind_of(media_kind(media_type ? media_type : "")));
  if (json_is_array(json)) {
    json_array_foreach(json, i, value) add_descriptors(set, value);
  } else if (json_is_object(json)) {
    json_object_foreach((json_t *)json, key, value) add_descriptors(set, value);
  }
}

static int add_children_of(struct local_store *store, struct wanted_set *set,
                           const struct digest *digest, struct error *err)
{
  AUTO_BUF text = BUF_INIT((size_t)STORE_MANIFEST_MAX * 2);
  AUTO_JSON json = NULL;
  struct error parse_err;
  char path[BLOB_PATH_MAX];

  if (store_read_file(store, blob_path(digest, path), STORE_MANIFEST_MAX, &text, err) < 0)
    return err->code == ERROR_NOT_FOUND || err->code == ERROR_LIMIT || err->code == ERROR_CORRUPT
               ? 0
               : -1;
  json = json_decode(buf_str(&text), &document_index_or_manifest, &parse_err);
  if (json)
    add_descriptors(set, json);
  else
    log_debug("%s/%s: %s", store->dir, path, parse_err.message);
  return 0;
}

int wanted_add_children(struct local_store *store, struct wanted_set *set, struct error *err)
{
  AUTO_FREE unsigned char *done = NULL;
  size_t cap = 0;
  bool again = true;

  /* What is appended while walking is walked, too. A blob may turn out to be a manifest only after
   * it was passed, hence the further rounds. */
  while (again) {
    again = false;
    for (size_t i = 0; i < set->map.n; i++) {
      const struct wanted *wanted = set->map.entries[i].value;

      if (i >= cap) {
        size_t old = cap;

        cap = set->map.n * 2;
        done = xreallocarray(done, cap, 1);
        memset(done + old, 0, cap - old);
      }
      if (wanted->kind == LEASE_BLOB || done[i])
        continue;
      done[i] = 1;
      again = true;
      if (add_children_of(store, set, &wanted->digest, err) < 0)
        return -1;
    }
  }
  return 0;
}

bool store_may_free(const struct local_store *store)
{
  return !libc_is_there(store->dir_fd, GO_DATABASE) && errno == ENOENT;
}

static int add_images(struct local_store *store, struct wanted_set *set, struct error *err)
{
  struct index_json index;

  if (store_read_index(store, &index, err) < 0)
    return -1;
  for (size_t i = 0; i < index.n; i++)
    wanted_add(set, &index.entries[i].target.digest, lease_kind_of(index.entries[i].target.kind));
  index_json_release(&index);
  return 0;
}

int store_doom(struct local_store *store, const struct index_json *index, const bool *positions,
               struct error *err)
{
  struct wanted_set doomed = WANTED_INIT;
  struct lease lease = { .fd = -1 };
  int result;

  for (size_t i = 0; i < index->n; i++) {
    if (positions[i])
      wanted_add(&doomed, &index->entries[i].target.digest,
                 lease_kind_of(index->entries[i].target.kind));
  }
  result = wanted_add_children(store, &doomed, err);
  if (result == 0)
    result = lease_create(store, &lease, err);
  for (size_t i = 0; result == 0 && i < doomed.map.n; i++)
    result = lease_add(&lease, doomed.map.entries[i].value, err);
  if (result < 0)
    lease_remove(store, &lease);
  else
    lease_abandon(&lease);
  wanted_release(&doomed);
  return result;
}

/* Frees what dead lists and live does not. Documents go last, so that being killed here loses no
 * track of what they refer to. */
static void free_blobs(struct local_store *store, const struct wanted_set *live,
                       const struct wanted_set *dead)
{
  static const enum lease_kind order[] = { LEASE_BLOB, LEASE_MANIFEST, LEASE_INDEX };

  for (size_t pass = 0; pass < ARRAY_LEN(order); pass++) {
    for (size_t i = 0; i < dead->map.n; i++) {
      const struct wanted *wanted = dead->map.entries[i].value;
      char path[BLOB_PATH_MAX];

      if (wanted->kind != order[pass] || wanted_has(live, &wanted->digest))
        continue;
      if (unlinkat(store->dir_fd, blob_path(&wanted->digest, path), 0) == 0)
        log_debug("%s/%s: freed", store->dir, path);
    }
  }
}

/* A left-behind lease whose blobs somebody still reads is kept for the next collection. */
static bool still_needed(const struct wanted_set *in_use, const struct wanted_set *images,
                         const struct wanted_set *dead)
{
  for (size_t i = 0; i < dead->map.n; i++) {
    const struct wanted *wanted = dead->map.entries[i].value;

    if (wanted_has(in_use, &wanted->digest) && !wanted_has(images, &wanted->digest))
      return true;
  }
  return false;
}

static void remove_leases(struct local_store *store, const struct buf *names)
{
  for (size_t at = 0; at < names->len; at += strlen(names->ptr + at) + 1) {
    char path[sizeof(LEASES_DIR) + NAME_MAX + 1];

    snprintf(path, sizeof(path), LEASES_DIR "/%s", names->ptr + at);
    unlinkat(store->dir_fd, path, 0);
  }
}

/* "ALGORITHM-HEX": whether a live lease lists that blob, which is to be gone on with then. */
static bool is_wanted_partial(const struct wanted_set *in_use, const char *name)
{
  AUTO_FREE char *text = xstrdup(name);
  char *dash = strchr(text, '-');
  struct digest digest;
  struct error ignored;

  if (!dash)
    return false;
  *dash = ':';
  return digest_parse(&digest, str_of(text), &ignored) == 0 && wanted_has(in_use, &digest);
}

/* Removes what nobody has locked of a directory of partial files, and nobody wants. */
static void sweep_partial(struct local_store *store, const struct wanted_set *in_use)
{
  int fd = openat(store->dir_fd, PARTIAL_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  const struct dirent *entry;

  if (!dir) {
    if (fd >= 0)
      close(fd);
    return;
  }
  while ((entry = readdir(dir))) {
    int partial;

    if (entry->d_name[0] == '.' || is_wanted_partial(in_use, entry->d_name))
      continue;
    partial = openat(fd, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (partial >= 0 && flock(partial, LOCK_EX | LOCK_NB) == 0)
      unlinkat(fd, entry->d_name, 0);
    if (partial >= 0)
      close(partial);
  }
  closedir(dir);
}

static int collect(struct local_store *store, struct wanted_set *images, struct wanted_set *in_use,
                   struct wanted_set *dead, struct buf *names, struct error *err)
{
  if (leases_read(store, in_use, dead, names, err) < 0)
    return -1;
  sweep_partial(store, in_use);
  if (names->overflow)
    return error_set(err, ERROR_LIMIT, "%s/" LEASES_DIR ": too many files", store->dir);
  if (names->len == 0)
    return 0;
  if (!store_may_free(store)) {
    remove_leases(store, names);
    return 0;
  }
  if (add_images(store, images, err) < 0 || wanted_add_children(store, images, err) < 0 ||
      wanted_add_children(store, in_use, err) < 0 || wanted_add_children(store, dead, err) < 0)
    return -1;
  if (still_needed(in_use, images, dead)) {
    for (size_t i = 0; i < images->map.n; i++) {
      const struct wanted *wanted = images->map.entries[i].value;

      wanted_add(in_use, &wanted->digest, wanted->kind);
    }
    free_blobs(store, in_use, dead);
    return 0;
  }
  free_blobs(store, images, dead);
  remove_leases(store, names);
  return 0;
}

/* Under the exclusive lock. */
static int collect_locked(struct local_store *store, struct error *err)
{
  struct wanted_set images = WANTED_INIT;
  struct wanted_set in_use = WANTED_INIT;
  struct wanted_set dead = WANTED_INIT;
  AUTO_BUF names = BUF_INIT(LEASE_MAX);
  int result = collect(store, &images, &in_use, &dead, &names, err);

  wanted_release(&images);
  wanted_release(&in_use);
  wanted_release(&dead);
  return result;
}

int store_collect(struct local_store *store, struct error *err)
{
  int result;

  if (store_lock(store, LOCK_EX, err) < 0)
    return -1;
  result = collect_locked(store, err);
  store_unlock(store);
  return result;
}
