#include "store/backend.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/containerd/containerd.h"

enum { AUTO_MS = 1000 };

static struct store *backend_containerd_at(const struct backend_options *options,
                                           enum store_mode mode, unsigned answer_ms,
                                           struct error *err)
{
  AUTO_FREE char *standard = options->containerd_address ? NULL : containerd_default_address();
  const struct containerd_options containerd = {
    .address = standard ? standard : options->containerd_address,
    .name_space = options->containerd_namespace,
    .answer_ms = answer_ms,
  };

  return store_open_containerd(&containerd, mode, err);
}

struct store *backend_open_containerd(const struct backend_options *options, enum store_mode mode,
                                      struct error *err)
{
  return backend_containerd_at(options, mode, 0, err);
}

struct store *backend_auto_containerd(const struct backend_options *options, enum store_mode mode)
{
  AUTO_FREE char *others = NULL;
  struct store *store;
  struct error err;
  int found;

  if (options->local_directory && !options->containerd_address) {
    log_debug("backend auto: the local store, since --local-cache is given");
    return NULL;
  }
  store = backend_containerd_at(options, mode, AUTO_MS, &err);
  if (!store) {
    log_debug("backend auto: the local store, since there is no containerd: %s", err.message);
    return NULL;
  }
  /* Nothing of ours belongs into a containerd that only others use, such as Docker's. */
  found = store_containerd_namespace(store, &others, &err);
  if (found > 0) {
    log_debug("backend auto: containerd %s", store_containerd_version(store));
    return store;
  }
  if (found == 0)
    log_debug("backend auto: the local store, since containerd has no namespace \"%s\", but: %s",
              options->containerd_namespace, others[0] ? others : "none");
  else
    log_debug("backend auto: the local store: %s", err.message);
  store_close(store);
  return NULL;
}

char *backend_default_directory(struct error *err)
{
  const char *cache = getenv("XDG_CACHE_HOME");
  const char *home = getenv("HOME");

  if (geteuid() == 0)
    return xstrdup("/var/cache/diffoci");
  if (cache && cache[0] == '/')
    return xasprintf("%s/diffoci", cache);
  if (home && home[0])
    return xasprintf("%s/.cache/diffoci", home);
  error_set(err, ERROR_USAGE, "there is no home directory to keep images in; use --local-cache");
  return NULL;
}

struct store *backend_open_local(const struct backend_options *options, enum store_mode mode,
                                 struct error *err)
{
  AUTO_FREE char *dir =
      options->local_directory ? xstrdup(options->local_directory) : backend_default_directory(err);
  struct store *store = dir ? store_open(dir, mode, err) : NULL;

  if (store && options->notice)
    store_set_notice(store, options->notice, options->notice_context);
  return store;
}

struct store *backend_open(const struct backend_options *options, enum store_mode mode,
                           struct error *err)
{
  struct store *store = NULL;

  if (options->backend == BACKEND_CONTAINERD)
    return backend_open_containerd(options, mode, err);
  if (options->backend == BACKEND_AUTO)
    store = backend_auto_containerd(options, mode);
  return store ? store : backend_open_local(options, mode, err);
}

int backend_find_local(const struct backend_options *options, struct store **out, struct error *err)
{
  struct store *readable = backend_open_local(options, STORE_READ, err);
  struct store *writable;
  struct error write_err;

  if (!readable && err->code == ERROR_NOT_FOUND) {
    *out = NULL;
    return 0;
  }
  if (!readable)
    return -1;
  writable = backend_open_local(options, STORE_WRITE, &write_err);
  if (writable)
    store_close(readable);
  else
    log_debug("%s", write_err.message);
  *out = writable ? writable : readable;
  return 0;
}

/* One that is there. */
static struct store *backend_existing_local(const struct backend_options *options,
                                            enum store_mode mode, struct error *err)
{
  struct store *store = backend_open_local(options, STORE_READ, err);

  if (!store || mode == STORE_READ)
    return store;
  store_close(store);
  return backend_open_local(options, mode, err);
}

int backend_open_all(const struct backend_options *options, enum store_mode mode,
                     struct store *out[BACKEND_STORES_MAX], struct error *err)
{
  int n = 0;

  if (options->backend == BACKEND_CONTAINERD) {
    out[0] = backend_open_containerd(options, mode, err);
    return out[0] ? 1 : -1;
  }
  if (options->backend == BACKEND_AUTO)
    out[n] = backend_auto_containerd(options, mode);
  n += options->backend == BACKEND_AUTO && out[n];
  out[n] = backend_existing_local(options, mode, err);
  if (out[n])
    return n + 1;
  if (n > 0 && err->code == ERROR_NOT_FOUND)
    return n;
  while (n > 0)
    store_close(out[--n]);
  return -1;
}
