#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/verify.h"
#include "store/local/local.h"

const char *blob_path(const struct digest *digest, char path[BLOB_PATH_MAX])
{
  char hex[DIGEST_MAX_TEXT];

  snprintf(path, BLOB_PATH_MAX, "blobs/%s/%s", digest_algorithm_name(digest->algorithm),
           digest_hex(digest, hex));
  return path;
}

int blob_open(struct local_store *store, const struct digest *digest, int64_t size)
{
  char path[BLOB_PATH_MAX];
  struct stat st;
  int fd = openat(store->dir_fd, blob_path(digest, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return -1;
  if (fstat(fd, &st) < 0) {
    int errnum = errno;

    close(fd);
    errno = errnum;
    return -1;
  }
  if (S_ISREG(st.st_mode) && st.st_size == size)
    return fd;
  log_debug("%s/%s: not a file of %lld bytes", store->dir, path, (long long)size);
  close(fd);
  errno = ENOENT;
  return -1;
}

static int lease_of(struct local_store *store, const struct descriptor *blob, struct error *err)
{
  return store_lease(store, &blob->digest, lease_kind_of(blob->kind), err);
}

static int no_blob(const struct local_store *store, const struct descriptor *blob,
                   struct error *err)
{
  int errnum = errno;
  char text[DIGEST_MAX_TEXT];

  return error_sys(err, errnum, "store %s: blob %s", store->dir,
                   digest_format(&blob->digest, text));
}

int local_has(struct store *base, const struct descriptor *blob, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  int fd;

  if (lease_of(store, blob, err) < 0)
    return -1;
  fd = blob_open(store, &blob->digest, blob->size);
  if (fd >= 0) {
    close(fd);
    return 1;
  }
  /* A symbolic link (ELOOP) is no blob. */
  return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : no_blob(store, blob, err);
}

struct stream *local_open_blob(struct store *base, const struct descriptor *blob, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  struct error lease_err;
  int fd;

  /* A full disk is no reason not to read what is there. */
  if (lease_of(store, blob, &lease_err) < 0)
    log_debug("%s", lease_err.message);
  fd = blob_open(store, &blob->digest, blob->size);
  if (fd < 0) {
    no_blob(store, blob, err);
    return NULL;
  }
  /* The time of the last use, which --cache-limit goes by; atime is off on many systems. */
  if (store->writable)
    (void)!futimens(fd, NULL);
  return stream_of_file(fd, 1, 0, (uint64_t)blob->size);
}

static int check_writable(struct local_store *store, struct error *err)
{
  if (store->writable)
    return 0;
  return error_set(err, ERROR_PERMISSION, "store %s: opened for reading only", store->dir);
}

/* Under the exclusive lock, since another process may have put a sound one in its place. */
static int discard_locked(struct local_store *store, const struct descriptor *blob,
                          struct error *err)
{
  AUTO_STREAM stream = NULL;
  char path[BLOB_PATH_MAX];
  int fd = blob_open(store, &blob->digest, blob->size);

  if (fd < 0)
    return 0;
  stream = stream_verified(stream_of_file(fd, 1, 0, (uint64_t)blob->size), &blob->digest,
                           (uint64_t)blob->size);
  if (stream_read_through(stream, err) == 0)
    return 0;
  if (err->code != ERROR_CORRUPT)
    return -1;
  if (unlinkat(store->dir_fd, blob_path(&blob->digest, path), 0) == 0 || errno == ENOENT)
    return 0;
  return error_sys(err, errno, "%s/%s: cannot be removed", store->dir, path);
}

int local_discard(struct store *base, const struct descriptor *blob, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  int result;

  if (check_writable(store, err) < 0 || store_lock(store, LOCK_EX, err) < 0)
    return -1;
  result = discard_locked(store, blob, err);
  store_unlock(store);
  return result;
}

static void writer_free(struct local_writer *writer)
{
  if (writer->fd >= 0) {
    close(writer->fd);
    blob_count_writers(writer->store, -1);
  }
  hasher_free(writer->hasher);
  free(writer);
}

static int blob_add(struct blob_writer *base, const void *bytes, size_t len, struct error *err)
{
  struct local_writer *writer = (struct local_writer *)base;
  const char *next = bytes;
  struct error collect_err;
  bool collected = false;

  if (writer->has_digest && len > writer->size - writer->written)
    return error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes, found more",
                     (unsigned long long)writer->size);
  hasher_add(writer->hasher, bytes, len);
  writer->written += len;
  while (len) {
    ssize_t n = write(writer->fd, next, len);

    if (n < 0 && errno == EINTR)
      continue;
    /* Somebody who died may have left enough. */
    if (n < 0 && errno == ENOSPC && !collected) {
      collected = true;
      if (store_collect(writer->store, &collect_err) == 0)
        continue;
      errno = ENOSPC;
    }
    if (n < 0)
      return error_sys(err, errno, "store %s: writing a blob", writer->store->dir);
    next += n;
    len -= (size_t)n;
  }
  return 0;
}

static int blob_check(struct local_writer *writer, struct error *err)
{
  struct digest found = hasher_finish(writer->hasher);
  char texts[2][DIGEST_MAX_TEXT];

  if (writer->has_digest && writer->written != writer->size)
    return error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes, found %llu",
                     (unsigned long long)writer->size, (unsigned long long)writer->written);
  if (writer->has_digest && !digest_equal(&found, &writer->digest))
    return error_set(err, ERROR_CORRUPT, "digest mismatch: expected %s, found %s",
                     digest_format(&writer->digest, texts[0]), digest_format(&found, texts[1]));
  writer->digest = found;
  return 0;
}

static int publish(struct local_writer *writer, struct error *err)
{
  /* Where the digest was known, this is done already. */
  if (store_lease(writer->store, &writer->digest, LEASE_BLOB, err) < 0 ||
      blob_place(writer, err) < 0)
    return -1;
  __atomic_store_n(&writer->store->wrote, true, __ATOMIC_RELAXED);
  return 0;
}

static void abort_writer(struct blob_writer *base)
{
  struct local_writer *writer = (struct local_writer *)base;

  if (writer->fd >= 0)
    unlinkat(writer->store->dir_fd, writer->partial, 0);
  writer_free(writer);
}

static void blob_keep(struct blob_writer *base)
{
  struct local_writer *writer = (struct local_writer *)base;

  __atomic_store_n(&writer->store->kept, true, __ATOMIC_RELAXED);
  if (!writer->has_turn || writer->written == 0) {
    abort_writer(base);
    return;
  }
  writer_free(writer);
}

static struct stream *blob_read_done(struct blob_writer *base, struct error *err)
{
  struct local_writer *writer = (struct local_writer *)base;
  int fd = fcntl(writer->fd, F_DUPFD_CLOEXEC, 3);

  if (fd >= 0)
    return stream_of_file(fd, 1, 0, writer->base.done);
  error_sys(err, errno, "store %s", writer->store->dir);
  return NULL;
}

static int blob_start_over(struct blob_writer *base, struct error *err)
{
  return blob_restart((struct local_writer *)base, err);
}

static int blob_commit(struct blob_writer *base, struct digest *digest, uint64_t *size,
                       struct error *err)
{
  struct local_writer *writer = (struct local_writer *)base;

  if (blob_check(writer, err) < 0 || publish(writer, err) < 0) {
    abort_writer(base);
    return -1;
  }
  if (digest)
    *digest = writer->digest;
  if (size)
    *size = writer->written;
  writer_free(writer);
  return 0;
}

static struct local_writer *writer_new(struct local_store *store, enum digest_algorithm algorithm)
{
  static const struct blob_writer_ops ops = {
    .add = blob_add,
    .commit = blob_commit,
    .abort = abort_writer,
    .keep = blob_keep,
    .read_done = blob_read_done,
    .restart = blob_start_over,
  };
  struct local_writer *writer = xcalloc(1, sizeof(*writer));

  writer->base.ops = &ops;
  writer->store = store;
  writer->fd = -1;
  writer->hasher = hasher_new(algorithm);
  return writer;
}

int local_open_writer(struct blob_writer **out, struct store *base, const struct descriptor *blob,
                      enum store_wait wait, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  struct local_writer *writer;
  char hex[DIGEST_MAX_TEXT];
  int result;

  if (check_writable(store, err) < 0 || lease_of(store, blob, err) < 0)
    return -1;
  writer = writer_new(store, blob->digest.algorithm);
  writer->has_digest = true;
  writer->digest = blob->digest;
  writer->size = (uint64_t)blob->size;
  snprintf(writer->partial, sizeof(writer->partial), PARTIAL_DIR "/%s-%s",
           digest_algorithm_name(blob->digest.algorithm), digest_hex(&blob->digest, hex));
  result = blob_take_turn(writer, wait, err);
  if (result == BLOB_TO_WRITE)
    *out = &writer->base;
  else
    writer_free(writer);
  return result;
}

struct blob_writer *local_open_writer_unknown(struct store *base, struct error *err)
{
  struct local_store *store = (struct local_store *)base;
  struct local_writer *writer;

  if (check_writable(store, err) < 0)
    return NULL;
  writer = writer_new(store, DIGEST_SHA256);
  if (blob_lock_own(writer, err) == 0)
    return &writer->base;
  writer_free(writer);
  return NULL;
}
