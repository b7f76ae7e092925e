#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/local/local.h"

struct found_blob {
  struct digest digest;
  uint64_t size;
  struct timespec used;
};

struct inventory {
  struct found_blob *blobs; /* that may go */
  size_t n, cap;
  uint64_t total; /* bytes of all blobs, needed or not */
};

static void look_at(struct inventory *inventory, const struct wanted_set *needed, int dir_fd,
                    const char *algorithm, const char *name)
{
  char text[DIGEST_MAX_TEXT];
  struct found_blob blob = { 0 };
  struct error ignored;
  struct stat st;

  snprintf(text, sizeof(text), "%s:%s", algorithm, name);
  if (digest_parse(&blob.digest, str_of(text), &ignored) < 0 ||
      fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
    return;
  blob.size = (uint64_t)st.st_size;
  blob.used = st.st_mtim;
  inventory->total += blob.size;
  if (wanted_has(needed, &blob.digest))
    return;
  inventory->blobs =
      xgrow(inventory->blobs, inventory->n, &inventory->cap, sizeof(*inventory->blobs));
  inventory->blobs[inventory->n++] = blob;
}

static void look_through(struct local_store *store, struct inventory *inventory,
                         const struct wanted_set *needed, enum digest_algorithm algorithm)
{
  char path[32];
  const struct dirent *entry;
  DIR *dir;
  int fd;

  snprintf(path, sizeof(path), "blobs/%s", digest_algorithm_name(algorithm));
  fd = openat(store->dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) {
    if (fd >= 0)
      close(fd);
    return;
  }
  while ((entry = readdir(dir)))
    look_at(inventory, needed, fd, digest_algorithm_name(algorithm), entry->d_name);
  closedir(dir);
}

static int compare_use(const void *a, const void *b)
{
  const struct found_blob *x = a;
  const struct found_blob *y = b;

  if (x->used.tv_sec != y->used.tv_sec)
    return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
  if (x->used.tv_nsec != y->used.tv_nsec)
    return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
  return memcmp(x->digest.bytes, y->digest.bytes, sizeof(x->digest.bytes));
}

/* How many of the sorted blobs have to go. */
static size_t count_victims(const struct inventory *inventory, uint64_t limit)
{
  uint64_t total = inventory->total;
  size_t n;

  for (n = 0; n < inventory->n && total > limit; n++)
    total -= inventory->blobs[n].size;
  return n;
}

/* Takes images out of index.json whose root is to go. */
static int drop_images(struct local_store *store, struct index_json *index,
                       const struct wanted_set *victims, struct error *err)
{
  bool any = false;

  for (size_t i = index->n; i-- > 0;) {
    if (!index->entries[i].cached || !wanted_has(victims, &index->entries[i].target.digest))
      continue;
    index_json_remove(index, i);
    any = true;
  }
  return any ? store_write_index(store, index, err) : 0;
}

static int trim(struct local_store *store, struct index_json *index, struct wanted_set *needed,
                struct wanted_set *victims, struct inventory *inventory, struct error *err)
{
  AUTO_BUF names = BUF_INIT(LEASE_MAX);
  struct wanted_set dead = WANTED_INIT;
  size_t n;
  int result = leases_read(store, needed, &dead, &names, err);

  wanted_release(&dead);
  for (size_t i = 0; i < index->n; i++) {
    const struct descriptor *target = &index->entries[i].target;

    if (!index->entries[i].cached)
      wanted_add(needed, &target->digest, lease_kind_of(target->kind));
  }
  if (result < 0 || wanted_add_children(store, needed, err) < 0)
    return -1;
  look_through(store, inventory, needed, DIGEST_SHA256);
  look_through(store, inventory, needed, DIGEST_SHA512);
  if (inventory->n)
    qsort(inventory->blobs, inventory->n, sizeof(*inventory->blobs), compare_use);
  n = count_victims(inventory, store->limit);
  for (size_t i = 0; i < n; i++)
    wanted_add(victims, &inventory->blobs[i].digest, LEASE_BLOB);
  if (drop_images(store, index, victims, err) < 0)
    return -1;
  for (size_t i = 0; i < n; i++) {
    char path[BLOB_PATH_MAX];

    if (unlinkat(store->dir_fd, blob_path(&inventory->blobs[i].digest, path), 0) == 0)
      log_debug("%s/%s: removed for --cache-limit", store->dir, path);
  }
  return 0;
}

int store_trim(struct local_store *store, struct error *err)
{
  struct wanted_set needed = WANTED_INIT;
  struct wanted_set victims = WANTED_INIT;
  struct inventory inventory = { 0 };
  struct index_json index = { 0 };
  int result = -1;

  if (store_lock(store, LOCK_EX, err) < 0)
    return -1;
  if (!store_may_free(store))
    result = 0;
  else if (store_read_index(store, &index, err) == 0)
    result = trim(store, &index, &needed, &victims, &inventory, err);
  store_unlock(store);
  wanted_release(&needed);
  wanted_release(&victims);
  free(inventory.blobs);
  index_json_release(&index);
  return result;
}
