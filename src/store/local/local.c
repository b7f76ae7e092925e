#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/libc.h"
#include "base/log.h"
#include "image/json.h"
#include "store/local/local.h"

enum { PATIENCE_MS = 10 * 1000 };

int store_read_file(struct local_store *store, const char *path, size_t max, struct buf *out,
                    struct error *err)
{
  AUTO_CLOSE int fd = openat(store->dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat st;

  if (fd < 0 || fstat(fd, &st) < 0)
    return error_sys(err, errno, "%s/%s", store->dir, path);
  if (!S_ISREG(st.st_mode))
    return error_set(err, ERROR_CORRUPT, "%s/%s: not a regular file", store->dir, path);
  while (true) {
    size_t room = MIN_OF((size_t)65536, max + 1 - out->len);
    char *into = buf_reserve(out, room);
    ssize_t n = into ? read(fd, into, room) : 0;

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_sys(err, errno, "%s/%s", store->dir, path);
    out->len += (size_t)n;
    if (!into || out->len > max)
      return error_set(err, ERROR_LIMIT, "%s/%s: over %zu bytes", store->dir, path, max);
    if (n == 0)
      return 0;
  }
}

int store_sync_dir(int fd)
{
  return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS ? 0 : -1;
}

/* -1 with errno, and nothing of it left. */
static int store_write_through(const struct local_store *store, const char *temporary,
                               const char *name, struct str text)
{
  AUTO_CLOSE int fd =
      openat(store->dir_fd, temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  int errnum;

  /* Not cut when it is opened, which the filter does not let anybody (base/confine). */
  if (fd >= 0 && ftruncate(fd, 0) == 0 && fd_write(fd, text.ptr, text.len) == 0 && fsync(fd) == 0 &&
      renameat(store->dir_fd, temporary, store->dir_fd, name) == 0)
    return 0;
  errnum = errno;
  unlinkat(store->dir_fd, temporary, 0);
  errno = errnum;
  return -1;
}

int store_replace_file(struct local_store *store, const char *name, struct str text,
                       struct error *err)
{
  /* The first version of Landlock lets nothing move from one directory to another. */
  if (store_write_through(store, PRIVATE_DIR "/new", name, text) < 0 &&
      (errno != EXDEV || store_write_through(store, NEW_BESIDE, name, text) < 0))
    return error_sys(err, errno, "%s/%s: cannot be written", store->dir, name);
  if (store_sync_dir(store->dir_fd) < 0)
    return error_sys(err, errno, "%s: cannot be synced", store->dir);
  return 0;
}

/* What may stand in a directory that becomes a store. Another process may have made it one since
 * oci-layout was looked for. */
static bool is_known(const char *name)
{
  static const char *const known[] = { ".",          "..",         PRIVATE_DIR, "oci-layout",
                                       "index.json", "lost+found", "blobs",     "ingest",
                                       "labels",     GO_DATABASE,  NEW_BESIDE };

  for (size_t i = 0; i < ARRAY_LEN(known); i++) {
    if (strcmp(name, known[i]) == 0)
      return true;
  }
  return false;
}

static int check_contents(struct local_store *store, struct error *err)
{
  int fd = openat(store->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  const struct dirent *entry;
  int result = 0;

  if (!dir) {
    error_sys(err, errno, "store %s", store->dir);
    if (fd >= 0)
      close(fd);
    return -1;
  }
  while (result == 0 && (entry = readdir(dir))) {
    if (!is_known(entry->d_name))
      result = error_set(err, ERROR_UNSUPPORTED,
                         "store %s: not an image layout: there is no file oci-layout in it, but "
                         "\"%s\"; choose another directory with --local-cache",
                         store->dir, entry->d_name);
  }
  closedir(dir);
  return result;
}

/* 1: a layout; 0: not yet one. */
static int check_layout(struct local_store *store, struct error *err)
{
  AUTO_BUF text = BUF_INIT(65536 * 2);
  AUTO_JSON json = NULL;
  const char *version;

  if (store_read_file(store, "oci-layout", 65536, &text, err) < 0)
    return err->code == ERROR_NOT_FOUND ? 0 : -1;
  json = json_decode(buf_str(&text), &document_layout, err);
  if (!json)
    return error_wrap(err, "%s/oci-layout", store->dir);
  if (!json_is_object(json) || json_get_string(json, "imageLayoutVersion", &version, err) < 0 ||
      strncmp(version, "1.", 2) != 0)
    return error_set(err, ERROR_UNSUPPORTED, "%s/oci-layout: expected imageLayoutVersion 1.x",
                     store->dir);
  return 1;
}

static int make_dir(struct local_store *store, const char *path, struct error *err)
{
  if (mkdirat(store->dir_fd, path, 0700) == 0 || errno == EEXIST)
    return 0;
  error_sys(err, errno, "store %s: cannot be written", store->dir);
  return -1;
}

/* Under the exclusive lock. */
static int make_layout(struct local_store *store, struct error *err)
{
  struct index_json index;
  int result = check_layout(store, err);

  if (result != 0)
    return result < 0 ? -1 : 0;
  if (check_contents(store, err) < 0)
    return -1;
  if (!libc_is_there(store->dir_fd, "index.json")) {
    index_json_init(&index);
    result = store_write_index(store, &index, err);
    index_json_release(&index);
    if (result < 0)
      return -1;
  }
  return store_replace_file(store, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}\n"), err);
}

static int make_path(const char *path, struct error *err)
{
  AUTO_FREE char *copy = xstrdup(path);

  for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(copy, 0700) < 0 && errno != EEXIST)
      return error_sys(err, errno, "%s: cannot be made", copy);
    *slash = '/';
  }
  if (mkdir(copy, 0700) < 0 && errno != EEXIST)
    return error_sys(err, errno, "%s: cannot be made", copy);
  return 0;
}

/* What is wrong with the directory is to be said before anything is created in it. */
static int open_writable(struct local_store *store, struct error *err)
{
  int result = check_layout(store, err);

  if (result < 0 || (result == 0 && check_contents(store, err) < 0))
    return -1;
  if (make_dir(store, PRIVATE_DIR, err) < 0 || make_dir(store, LEASES_DIR, err) < 0 ||
      make_dir(store, PARTIAL_DIR, err) < 0)
    return -1;
  store->lock_fd = openat(store->dir_fd, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (store->lock_fd < 0 || !libc_may_change(store->dir_fd))
    return error_sys(err, errno, "store %s: cannot be written", store->dir);
  store->writable = true;
  if (result == 0) {
    if (store_lock(store, LOCK_EX, err) < 0)
      return -1;
    result = make_layout(store, err);
    store_unlock(store);
    if (result < 0)
      return -1;
  }
  return 0;
}

static int open_readable(struct local_store *store, struct error *err)
{
  int result = check_layout(store, err);

  /* Only a directory that may become a store is an empty one. */
  if (result == 0 && check_contents(store, err) == 0)
    error_set(err, ERROR_NOT_FOUND, "store %s: there is none yet", store->dir);
  if (result <= 0)
    return -1;
  store->lock_fd = openat(store->dir_fd, LOCK_FILE, O_RDONLY | O_CLOEXEC);
  return 0;
}

static int open_in(struct local_store *store, enum store_mode mode, struct error *err)
{
  if (!store->dir[0])
    return error_set(err, ERROR_USAGE, "store: expected a directory, found nothing");
  if (mode == STORE_WRITE && make_path(store->dir, err) < 0)
    return error_wrap(err, "store %s", store->dir);
  store->dir_fd = open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (store->dir_fd < 0 && errno == ENOTDIR)
    return error_set(err, ERROR_UNSUPPORTED,
                     "store %s: not a directory; choose one with --local-cache", store->dir);
  if (store->dir_fd < 0)
    return error_sys(err, errno, "store %s", store->dir);
  return mode == STORE_WRITE ? open_writable(store, err) : open_readable(store, err);
}

static void store_free(struct local_store *store)
{
  lease_abandon(&store->lease);
  map_release(&store->leased);
  arena_release(&store->leased_names);
  pthread_mutex_destroy(&store->lock_mutex);
  pthread_mutex_destroy(&store->count_mutex);
  if (store->lock_fd >= 0)
    close(store->lock_fd);
  if (store->dir_fd >= 0)
    close(store->dir_fd);
  free(store->dir);
  free(store);
}

static int local_directory(const struct store *base)
{
  return ((const struct local_store *)base)->dir_fd;
}

static void set_limit(struct store *base, uint64_t bytes)
{
  struct local_store *store = (struct local_store *)base;

  store->limit = bytes;
}

static void set_patience(struct store *base, unsigned milliseconds)
{
  struct local_store *store = (struct local_store *)base;

  store->patience_ms = milliseconds;
}

static void set_notice(struct store *base, void (*notice)(void *context, const char *line),
                       void *context)
{
  struct local_store *store = (struct local_store *)base;

  store->notice = notice;
  store->notice_context = context;
}

static void close_store(struct store *base)
{
  struct local_store *store = (struct local_store *)base;
  struct error err;

  /* What was written for an image that then failed is found through the lease, as if we had died.
   */
  if (store->wrote || store->kept)
    lease_abandon(&store->lease);
  else
    lease_remove(store, &store->lease);
  if (store->writable && !store->kept && store_collect(store, &err) < 0)
    log_debug("%s", err.message);
  if (store->writable && store->limit && store_trim(store, &err) < 0)
    log_debug("%s", err.message);
  store_free(store);
}

struct store *store_open(const char *dir, enum store_mode mode, struct error *err)
{
  static const struct store_ops ops = {
    .close = close_store,
    .directory = local_directory,
    .set_limit = set_limit,
    .set_patience = set_patience,
    .set_notice = set_notice,
    .has = local_has,
    .open_blob = local_open_blob,
    .discard = local_discard,
    .open_writer = local_open_writer,
    .open_writer_unknown = local_open_writer_unknown,
    .list = local_list,
    .find = local_find,
    .put_image = local_put_image,
    .remove = local_remove,
  };
  struct local_store *store = xcalloc(1, sizeof(*store));

  store->base.ops = &ops;
  store->dir = xstrdup(dir);
  store->dir_fd = store->lock_fd = store->lease.fd = -1;
  store->patience_ms = PATIENCE_MS;
  pthread_mutex_init(&store->lock_mutex, NULL);
  pthread_mutex_init(&store->count_mutex, NULL);
  if (open_in(store, mode, err) < 0) {
    store_free(store);
    return NULL;
  }
  return &store->base;
}
