#include "cli/backend.h"

#include <stdlib.h>

#include "base/log.h"
#include "cli/store_flags.h"

enum { AUTO_MS = 1000 };

static struct store *open_at(const struct global_options *globals, enum store_mode mode,
                             unsigned answer_ms, struct error *err)
{
  AUTO_FREE char *standard = globals->containerd_address ? NULL : containerd_default_address();
  const struct containerd_options options = {
    .address = standard ? standard : globals->containerd_address,
    .name_space = globals->containerd_namespace,
    .answer_ms = answer_ms,
  };

  return store_open_containerd(&options, mode, err);
}

struct store *cli_open_containerd(const struct global_options *globals, enum store_mode mode,
                                  struct error *err)
{
  return open_at(globals, mode, 0, err);
}

struct store *cli_auto_containerd(const struct global_options *globals, enum store_mode mode)
{
  AUTO_FREE char *others = NULL;
  struct store *store;
  struct error err;
  int found;

  if (globals->local_cache && !globals->containerd_address) {
    log_debug("backend auto: the local store, since --local-cache is given");
    return NULL;
  }
  store = open_at(globals, mode, AUTO_MS, &err);
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
              globals->containerd_namespace, others[0] ? others : "none");
  else
    log_debug("backend auto: the local store: %s", err.message);
  store_close(store);
  return NULL;
}

/* One that is there. */
static struct store *open_local(const struct global_options *globals, enum store_mode mode,
                                struct error *err)
{
  struct store *store = cli_open_local(globals, STORE_READ, err);

  if (!store || mode == STORE_READ)
    return store;
  store_close(store);
  return cli_open_local(globals, mode, err);
}

int cli_open_stores(const struct global_options *globals, enum store_mode mode,
                    struct store *out[CLI_STORES_MAX], struct error *err)
{
  int n = 0;

  if (globals->backend == BACKEND_CONTAINERD) {
    out[0] = cli_open_containerd(globals, mode, err);
    return out[0] ? 1 : -1;
  }
  if (globals->backend == BACKEND_AUTO)
    out[n] = cli_auto_containerd(globals, mode);
  n += globals->backend == BACKEND_AUTO && out[n];
  out[n] = open_local(globals, mode, err);
  if (out[n])
    return n + 1;
  if (n > 0 && err->code == ERROR_NOT_FOUND)
    return n;
  while (n > 0)
    store_close(out[--n]);
  return -1;
}
