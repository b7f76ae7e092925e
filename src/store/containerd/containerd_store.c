#include "store/containerd/containerd_store.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/file.h"
#include "store/containerd/containerd.pb-c.h"

enum { NAMES_MAX = 64 * 1024 };
#define DEFAULT_ADDRESS "/run/containerd/containerd.sock"

struct containerd_store {
  struct store base;
  struct containerd *containerd;
  bool writable;
  /* Atomic. */
  bool wrote;   /* blobs, */
  bool named;   /* that an image refers to, */
  bool collect; /* or that may have no use any longer */
};

struct containerd *containerd_of(struct store *store)
{
  return ((struct containerd_store *)store)->containerd;
}

static void containerd_store_set(bool *flag)
{
  __atomic_store_n(flag, true, __ATOMIC_RELAXED);
}

void containerd_store_named(struct store *store, bool replaced)
{
  struct containerd_store *self = (struct containerd_store *)store;

  containerd_store_set(&self->named);
  if (replaced)
    containerd_store_set(&self->collect);
}

static void close_store(struct store *store)
{
  struct containerd_store *self = (struct containerd_store *)store;

  /* What was written and belongs to no image is to be gone when we are; else the collector may take
   * its time. */
  containerd_end_lease(self->containerd, self->collect || (self->wrote && !self->named));
  containerd_free(self->containerd);
  free(self);
}

static int containerd_store_keep_open(struct store *store, struct error *err)
{
  struct containerd *containerd = containerd_of(store);

  return grpc_keep_open(containerd->grpc, err) < 0 ? containerd_wrap(containerd, err) : 0;
}

static void containerd_store_allow(const struct store *store, struct starter *starter)
{
  grpc_allow(((const struct containerd_store *)store)->containerd->grpc, starter);
}

static void set_limit(struct store *store, uint64_t bytes)
{
  (void)bytes;
  log_debug("containerd (%s): --cache-limit has no effect there", containerd_of(store)->address);
}

/* As containerd's own clients do; a push to the same registry then need not send these blobs. */
static void containerd_store_set_origin(struct store *store, const char *domain, const char *path)
{
  struct containerd_label *origin = &containerd_of(store)->origin;
  int key =
      snprintf(origin->key, sizeof(origin->key), "containerd.io/distribution.source.%s", domain);
  int value = snprintf(origin->value, sizeof(origin->value), "%s", path);

  if (key >= (int)sizeof(origin->key) || value >= (int)sizeof(origin->value))
    origin->key[0] = '\0';
}

static int containerd_store_has(struct store *store, const struct descriptor *blob,
                                struct error *err)
{
  struct containerd_store *self = (struct containerd_store *)store;
  int64_t size;
  int found = containerd_blob_info(self->containerd, &blob->digest, &size, NULL, err);

  if (found <= 0 || size != blob->size)
    return found < 0 ? -1 : 0;
  if (self->writable && containerd_lease_blob(self->containerd, &blob->digest, err) < 0)
    return -1;
  return 1;
}

static struct stream *open_blob(struct store *store, const struct descriptor *blob,
                                struct error *err)
{
  return containerd_read(containerd_of(store), &blob->digest, err);
}

static int check_writable(const struct containerd_store *self, struct error *err)
{
  if (self->writable)
    return 0;
  error_set(err, ERROR_PERMISSION, "opened for reading only");
  return containerd_wrap(self->containerd, err);
}

/* Whoever else uses it has nothing of a blob that is not what its digest says. */
static int containerd_store_discard(struct store *store, const struct descriptor *blob,
                                    struct error *err)
{
  static const struct containerd_method delete = { CONTAINERD_API "content.v1.Content/Delete", NULL,
                                                   CONTAINERD_SLOW };
  struct containerd_store *self = (struct containerd_store *)store;
  Containerd__DeleteContentRequest request = CONTAINERD__DELETE_CONTENT_REQUEST__INIT;
  char digest[DIGEST_MAX_TEXT];

  if (check_writable(self, err) < 0)
    return -1;
  digest_format(&blob->digest, digest);
  request.digest = digest;
  if (containerd_call(self->containerd, &delete, &request.base, NULL, NULL, err) < 0)
    return -1;
  /* Only the collector removes the bytes; what is written before that would be taken for there. */
  return containerd_collect(self->containerd, err);
}

static int open_writer(struct blob_writer **out, struct store *store, const struct descriptor *blob,
                       enum store_wait wait, struct error *err)
{
  struct containerd_store *self = (struct containerd_store *)store;
  int result;

  (void)wait; /* ingests have names of their own: nobody has to wait for anybody */
  if (check_writable(self, err) < 0)
    return -1;
  result = containerd_write(out, self->containerd, blob, err);
  if (result == BLOB_TO_WRITE)
    containerd_store_set(&self->wrote);
  /* Whoever put it there may not have said what it refers to. */
  if (result == BLOB_IS_THERE && containerd_label(self->containerd, blob, err) < 0)
    return -1;
  return result;
}

static struct blob_writer *open_writer_unknown(struct store *store, struct error *err)
{
  struct containerd_store *self = (struct containerd_store *)store;
  const struct descriptor unknown = { 0 };
  struct blob_writer *writer;

  if (check_writable(self, err) < 0 ||
      containerd_write(&writer, self->containerd, &unknown, err) != BLOB_TO_WRITE)
    return NULL;
  containerd_store_set(&self->wrote);
  containerd_store_set(&self->collect); /* it may turn out to belong to nothing */
  return writer;
}

struct store *store_open_containerd(const struct containerd_options *options, enum store_mode mode,
                                    struct error *err)
{
  static const struct store_ops ops = {
    .close = close_store,
    .keep_open = containerd_store_keep_open,
    .allow = containerd_store_allow,
    .set_limit = set_limit,
    .set_origin = containerd_store_set_origin,
    .has = containerd_store_has,
    .discard = containerd_store_discard,
    .open_blob = open_blob,
    .open_writer = open_writer,
    .open_writer_unknown = open_writer_unknown,
    .list = containerd_list,
    .find = containerd_find,
    .put_image = containerd_put_image,
    .remove = containerd_remove,
  };
  struct containerd *containerd = containerd_connect(options, err);
  struct containerd_store *self;

  if (!containerd)
    return NULL;
  self = xcalloc(1, sizeof(*self));
  *self = (struct containerd_store) {
    .base = { &ops },
    .containerd = containerd,
    .writable = mode == STORE_WRITE,
  };
  return &self->base;
}

const char *store_containerd_version(const struct store *store)
{
  return ((const struct containerd_store *)store)->containerd->version;
}

int store_containerd_namespace(struct store *store, char **others, struct error *err)
{
  static const struct containerd_method list = { CONTAINERD_API "namespaces.v1.Namespaces/List",
                                                 &containerd__list_namespaces_response__descriptor,
                                                 0 };
  struct containerd *containerd = containerd_of(store);
  Containerd__Empty request = CONTAINERD__EMPTY__INIT;
  Containerd__ListNamespacesResponse *reply;
  AUTO_BUF names = BUF_INIT(NAMES_MAX);
  bool found = false;

  if (containerd_call(containerd, &list, &request.base, &reply, NULL, err) < 0)
    return -1;
  for (size_t i = 0; i < reply->n_namespaces; i++) {
    found |= strcmp(reply->namespaces[i]->name, containerd->name_space) == 0;
    buf_printf(&names, "%s%s", names.len ? ", " : "", reply->namespaces[i]->name);
  }
  containerd__list_namespaces_response__free_unpacked(reply, NULL);
  if (!found)
    *others = buf_detach(&names);
  return found;
}

/* rootlesskit, which a rootless containerd runs under, writes down the process whose mounts it
 * sees; nerdctl looks there, too. */
static char *rootless_address(void)
{
  const char *runtime = getenv("XDG_RUNTIME_DIR");
  AUTO_FREE char *path =
      runtime && runtime[0] == '/'
          ? xasprintf("%s/containerd-rootless/child_pid", runtime)
          : xasprintf("/run/user/%ld/containerd-rootless/child_pid", (long)geteuid());
  AUTO_BUF text = BUF_INIT(32);
  struct error err;
  uint64_t pid;

  if (file_read(path, &text, &err) < 0)
    return NULL;
  while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == ' '))
    text.ptr[--text.len] = '\0';
  if (!str_to_u64(buf_str(&text), INT_MAX, &pid)) {
    log_debug("%s: expected the number of a process", path);
    return NULL;
  }
  return xasprintf("/proc/%u/root" DEFAULT_ADDRESS, (unsigned)pid);
}

char *containerd_default_address(void)
{
  char *rootless = geteuid() == 0 ? NULL : rootless_address();

  return rootless ? rootless : xstrdup(DEFAULT_ADDRESS);
}
