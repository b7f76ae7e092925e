#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/local/local.h"

enum { LOCK_POLL_MS = 5 };

/* Nobody holds the lock for long but who was stopped meanwhile, which the user should know. */
static void try_lock(struct local_store *store, int kind)
{
  const struct timespec pause = { 0, LOCK_POLL_MS * 1000000L };

  for (unsigned ms = 0; ms < store->patience_ms; ms += LOCK_POLL_MS) {
    if (flock(store->lock_fd, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK)
      return;
    nanosleep(&pause, NULL);
  }
  if (store->notice) {
    AUTO_FREE char *line =
        xasprintf("waiting for another process that has locked %s/" LOCK_FILE, store->dir);

    store->notice(store->notice_context, line);
  }
}

int store_lock(struct local_store *store, int kind, struct error *err)
{
  pthread_mutex_lock(&store->lock_mutex);
  if (store->lock_fd < 0)
    return 0;
  try_lock(store, kind);
  /* Locking again what is locked changes nothing. */
  while (flock(store->lock_fd, kind) < 0) {
    if (errno == EINTR)
      continue;
    error_sys(err, errno, "%s/" LOCK_FILE ": cannot be locked", store->dir);
    pthread_mutex_unlock(&store->lock_mutex);
    return -1;
  }
  return 0;
}

void store_unlock(struct local_store *store)
{
  if (store->lock_fd >= 0)
    flock(store->lock_fd, LOCK_UN);
  pthread_mutex_unlock(&store->lock_mutex);
}

enum lease_kind lease_kind_of(enum media_kind kind)
{
  switch (kind) {
  case MEDIA_INDEX:
    return LEASE_INDEX;
  case MEDIA_MANIFEST:
    return LEASE_MANIFEST;
  default:
    return LEASE_BLOB;
  }
}

void wanted_release(struct wanted_set *set)
{
  map_release(&set->map);
  arena_release(&set->arena);
}

void wanted_add(struct wanted_set *set, const struct digest *digest, enum lease_kind kind)
{
  char text[DIGEST_MAX_TEXT];
  struct map_entry *entry = map_put(&set->map, str_of(digest_format(digest, text)));
  struct wanted *wanted = entry->value;

  if (!wanted) {
    entry->key = arena_str(&set->arena, entry->key);
    wanted = arena_alloc(&set->arena, sizeof(*wanted));
    *wanted = (struct wanted) { *digest, kind };
    entry->value = wanted;
  } else if (wanted->kind == LEASE_BLOB) {
    wanted->kind = kind;
  }
}

bool wanted_has(const struct wanted_set *set, const struct digest *digest)
{
  char text[DIGEST_MAX_TEXT];

  return map_find(&set->map, str_of(digest_format(digest, text))) != NULL;
}

int lease_create(struct local_store *store, struct lease *lease, struct error *err)
{
  for (int attempt = 0; attempt < 100; attempt++) {
    char path[sizeof(LEASES_DIR) + sizeof(lease->name)];
    unsigned long long id;

    if (getrandom(&id, sizeof(id), 0) != sizeof(id))
      return error_sys(err, errno, "no random numbers");
    snprintf(lease->name, sizeof(lease->name), "%ld-%016llx", (long)getpid(), id);
    snprintf(path, sizeof(path), LEASES_DIR "/%s", lease->name);
    lease->fd = openat(store->dir_fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
    if (lease->fd < 0 && errno == EEXIST)
      continue;
    if (lease->fd < 0)
      return error_sys(err, errno, "%s/%s: cannot be made", store->dir, path);
    /* Nobody else looks at it before the lock is released. */
    if (flock(lease->fd, LOCK_EX | LOCK_NB) == 0)
      return 0;
    error_sys(err, errno, "%s/%s: cannot be locked", store->dir, path);
    lease_remove(store, lease);
    return -1;
  }
  return error_set(err, ERROR_IO, "%s/" LEASES_DIR ": no name is free", store->dir);
}

int lease_add(const struct lease *lease, const struct wanted *wanted, struct error *err)
{
  char text[DIGEST_MAX_TEXT];
  char line[DIGEST_MAX_TEXT + 8];
  int len =
      snprintf(line, sizeof(line), "%c %s\n", wanted->kind, digest_format(&wanted->digest, text));
  ssize_t n;

  do {
    n = write(lease->fd, line, (size_t)len);
  } while (n < 0 && errno == EINTR);
  if (n < 0)
    return error_sys(err, errno, LEASES_DIR "/%s", lease->name);
  if (n < len) {
    /* The rest would be the start of the next line. */
    (void)!write(lease->fd, "\n", 1);
    return error_sys(err, ENOSPC, LEASES_DIR "/%s", lease->name);
  }
  return 0;
}

void lease_abandon(struct lease *lease)
{
  if (lease->fd >= 0)
    close(lease->fd);
  lease->fd = -1;
}

void lease_remove(struct local_store *store, struct lease *lease)
{
  char path[sizeof(LEASES_DIR) + sizeof(lease->name)];

  if (lease->fd < 0)
    return;
  snprintf(path, sizeof(path), LEASES_DIR "/%s", lease->name);
  if (unlinkat(store->dir_fd, path, 0) < 0)
    log_debug("%s/%s: cannot be removed", store->dir, path);
  lease_abandon(lease);
}

static int lease_locked(struct local_store *store, const struct digest *digest,
                        enum lease_kind kind, struct error *err)
{
  struct wanted wanted = { *digest, kind };
  char text[DIGEST_MAX_TEXT];
  struct map_entry *entry;

  digest_format(digest, text);
  entry = map_find(&store->leased, str_of(text));
  if (entry && (kind == LEASE_BLOB || entry->value))
    return 0;
  if (store->lease.fd < 0 && lease_create(store, &store->lease, err) < 0)
    return -1;
  if (lease_add(&store->lease, &wanted, err) < 0)
    return -1;
  entry = map_put(&store->leased, str_of(text));
  if (entry->key.ptr == text)
    entry->key = arena_str(&store->leased_names, entry->key);
  if (kind != LEASE_BLOB)
    entry->value = store;
  return 0;
}

int store_lease(struct local_store *store, const struct digest *digest, enum lease_kind kind,
                struct error *err)
{
  int result;

  if (!store->writable)
    return 0;
  if (store_lock(store, LOCK_SH, err) < 0)
    return -1;
  result = lease_locked(store, digest, kind, err);
  store_unlock(store);
  return result;
}

/* Lines that are none were cut short when their writer died, before it touched the blob. */
void lease_parse(struct str text, struct wanted_set *out)
{
  while (text.len) {
    const char *end = memchr(text.ptr, '\n', text.len);
    struct str line = { text.ptr, end ? (size_t)(end - text.ptr) : text.len };
    struct digest digest;
    struct error ignored;

    if (line.len > 2 && strchr("bmi", line.ptr[0]) && line.ptr[1] == ' ' &&
        digest_parse(&digest, str_skip(line, 2), &ignored) == 0)
      wanted_add(out, &digest, (enum lease_kind)line.ptr[0]);
    text = str_skip(text, line.len + 1);
  }
}

static int read_lease(struct local_store *store, const char *name, struct wanted_set *live,
                      struct wanted_set *dead, struct buf *names, struct error *err)
{
  char path[sizeof(LEASES_DIR) + NAME_MAX + 1];
  AUTO_BUF text = BUF_INIT(LEASE_MAX);
  AUTO_CLOSE int fd = -1;
  bool is_live = store->lease.fd >= 0 && strcmp(name, store->lease.name) == 0;

  snprintf(path, sizeof(path), LEASES_DIR "/%s", name);
  fd = openat(store->dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT)
    return 0; /* its owner ended just now */
  if (fd < 0)
    return error_sys(err, errno, "%s/%s", store->dir, path);
  if (!is_live && flock(fd, LOCK_EX | LOCK_NB) < 0) {
    if (errno != EWOULDBLOCK)
      return error_sys(err, errno, "%s/%s: cannot be locked", store->dir, path);
    is_live = true;
  }
  if (store_read_file(store, path, LEASE_MAX, &text, err) < 0)
    return err->code == ERROR_NOT_FOUND ? 0 : -1;
  lease_parse(buf_str(&text), is_live ? live : dead);
  if (!is_live) {
    buf_puts(names, name);
    buf_putc(names, '\0');
  }
  return 0;
}

int leases_read(struct local_store *store, struct wanted_set *live, struct wanted_set *dead,
                struct buf *names, struct error *err)
{
  int fd = openat(store->dir_fd, LEASES_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  const struct dirent *entry;
  int result = 0;

  if (!dir) {
    error_sys(err, errno, "%s/" LEASES_DIR, store->dir);
    if (fd >= 0)
      close(fd);
    return -1;
  }
  while (result == 0 && (entry = readdir(dir))) {
    if (entry->d_name[0] != '.')
      result = read_lease(store, entry->d_name, live, dead, names, err);
  }
  closedir(dir);
  return result;
}
