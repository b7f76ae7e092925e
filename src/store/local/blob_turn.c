/* Whose turn it is to write a blob that several want. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/local/local.h"

enum { WAIT_MS = 20, HASH_BLOCK = 256 * 1024 };

void blob_count_writers(struct local_store *store, int change)
{
  pthread_mutex_lock(&store->count_mutex);
  store->writers += (unsigned)change;
  pthread_mutex_unlock(&store->count_mutex);
}

static bool is_idle(struct local_store *store)
{
  bool idle;

  pthread_mutex_lock(&store->count_mutex);
  idle = store->writers == 0;
  pthread_mutex_unlock(&store->count_mutex);
  return idle;
}

/* Opens and locks the partial file. 1: done; 0: somebody else has it; -1: *err. */
static int lock_partial(struct local_writer *writer, struct error *err)
{
  struct local_store *store = writer->store;

  while (true) {
    struct stat opened;
    struct stat named;
    int fd =
        openat(store->dir_fd, writer->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
      return error_sys(err, errno, "%s/%s: cannot be made", store->dir, writer->partial);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
      int errnum = errno;

      close(fd);
      if (errnum == EWOULDBLOCK)
        return 0;
      return error_sys(err, errnum, "%s/%s: cannot be locked", store->dir, writer->partial);
    }
    /* It may have been renamed or removed between being opened and being locked. */
    if (fstat(fd, &opened) == 0 && fstatat(store->dir_fd, writer->partial, &named, 0) == 0 &&
        opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
      writer->fd = fd;
      return 1;
    }
    close(fd);
  }
}

int blob_lock_own(struct local_writer *writer, struct error *err)
{
  static unsigned long counter; /* only to make names differ; atomic */
  int locked;

  do {
    snprintf(writer->partial, sizeof(writer->partial), PARTIAL_DIR "/%ld-%lu", (long)getpid(),
             __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED));
    locked = lock_partial(writer, err);
  } while (locked == 0);
  if (locked < 0)
    return -1;
  blob_count_writers(writer->store, 1);
  /* A process that had our number may have left one behind. */
  if (ftruncate(writer->fd, 0) == 0)
    return 0;
  error_sys(err, errno, "%s/%s", writer->store->dir, writer->partial);
  unlinkat(writer->store->dir_fd, writer->partial, 0);
  return -1;
}

int blob_restart(struct local_writer *writer, struct error *err)
{
  hasher_free(writer->hasher);
  writer->hasher = hasher_new(writer->digest.algorithm);
  writer->written = writer->base.done = 0;
  if (ftruncate(writer->fd, 0) == 0 && lseek(writer->fd, 0, SEEK_SET) == 0)
    return 0;
  return error_sys(err, errno, "%s/%s", writer->store->dir, writer->partial);
}

/* Goes on with what somebody who died has left. It was not synced: a power cut may have made it any
 * bytes, which the digest tells in the end. */
static int go_on(struct local_writer *writer, struct error *err)
{
  AUTO_FREE char *block = xmalloc(HASH_BLOCK);
  struct stat st;
  ssize_t n = 0;

  if (fstat(writer->fd, &st) < 0)
    return error_sys(err, errno, "%s/%s", writer->store->dir, writer->partial);
  if (st.st_size == 0)
    return 0;
  while ((uint64_t)st.st_size <= writer->size && (n = read(writer->fd, block, HASH_BLOCK)) > 0) {
    hasher_add(writer->hasher, block, (size_t)n);
    writer->written += (uint64_t)n;
  }
  if (n < 0 || writer->written != (uint64_t)st.st_size)
    return blob_restart(writer, err);
  writer->base.done = writer->written;
  log_debug("%s/%s: going on after %llu bytes", writer->store->dir, writer->partial,
            (unsigned long long)writer->written);
  return 0;
}

/* Between looking for the blob and locking its partial file, another may have finished it. */
static int blob_turn_begin(struct local_writer *writer, struct error *err)
{
  int fd = blob_open(writer->store, &writer->digest, (int64_t)writer->size);

  if (fd >= 0) {
    close(fd);
    unlinkat(writer->store->dir_fd, writer->partial, 0);
    return BLOB_IS_THERE;
  }
  writer->has_turn = true;
  return go_on(writer, err) < 0 ? -1 : BLOB_TO_WRITE;
}

/* How long somebody else's partial file has not grown. */
struct watch {
  off_t size;
  unsigned ms;
};

static bool has_stalled(const struct local_writer *writer, struct watch *watch)
{
  struct stat st;

  if (fstatat(writer->store->dir_fd, writer->partial, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return false;
  watch->ms = st.st_size == watch->size ? watch->ms + WAIT_MS : 0;
  watch->size = st.st_size;
  return watch->ms >= writer->store->patience_ms;
}

/* Whoever has begun to write it may be stopped, or hang. Both may write it: what is named is
 * complete and the same, whoever comes first. */
static int go_ahead(struct local_writer *writer, const struct watch *watch, struct error *err)
{
  struct local_store *store = writer->store;
  char text[DIGEST_MAX_TEXT];

  if (store->notice) {
    AUTO_FREE char *line =
        xasprintf("another process has begun to write blob %s and not gone on for %u s; not "
                  "waiting any longer",
                  digest_format(&writer->digest, text), watch->ms / 1000);

    store->notice(store->notice_context, line);
  }
  return blob_lock_own(writer, err) < 0 ? -1 : BLOB_TO_WRITE;
}

int blob_take_turn(struct local_writer *writer, enum store_wait wait, struct error *err)
{
  const struct timespec pause = { 0, WAIT_MS * 1000000L };
  struct watch watch = { 0 };
  bool said = false;

  while (true) {
    int fd = blob_open(writer->store, &writer->digest, (int64_t)writer->size);
    int locked;

    if (fd >= 0) {
      close(fd);
      return BLOB_IS_THERE;
    }
    locked = lock_partial(writer, err);
    if (locked < 0)
      return -1;
    if (locked) {
      blob_count_writers(writer->store, 1);
      return blob_turn_begin(writer, err);
    }
    if (wait == STORE_WAIT_IF_IDLE && !is_idle(writer->store))
      return BLOB_IS_BUSY;
    if (!said)
      log_debug("%s/%s: waiting for who is writing it", writer->store->dir, writer->partial);
    said = true;
    if (has_stalled(writer, &watch))
      return go_ahead(writer, &watch, err);
    nanosleep(&pause, NULL);
  }
}
