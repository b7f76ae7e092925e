#include "cli/store_flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/log.h"
#include "cli/backend.h"

/* To be freed; NULL: *err. */
static char *default_directory(struct error *err)
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

static void print_notice(void *context, const char *line)
{
  AUTO_BUF text = BUF_INIT(64 * 1024);

  (void)context;
  escape_terminal(&text, str_of(line));
  fprintf(stderr, "diffoci: warning: %s\n", text.ptr ? text.ptr : "");
}

struct store *cli_open_local(const struct global_options *globals, enum store_mode mode,
                             struct error *err)
{
  AUTO_FREE char *dir =
      globals->local_cache ? xstrdup(globals->local_cache) : default_directory(err);
  struct store *store = dir ? store_open(dir, mode, err) : NULL;

  if (store)
    store_set_notice(store, print_notice, NULL);
  return store;
}

struct store *cli_open_store(const struct global_options *globals, enum store_mode mode,
                             struct error *err)
{
  struct store *store = NULL;

  if (globals->backend == BACKEND_CONTAINERD)
    return cli_open_containerd(globals, mode, err);
  if (globals->backend == BACKEND_AUTO)
    store = cli_auto_containerd(globals, mode);
  return store ? store : cli_open_local(globals, mode, err);
}

int cli_find_local(const struct global_options *globals, struct store **out, struct error *err)
{
  struct store *readable = cli_open_local(globals, STORE_READ, err);
  struct store *writable;
  struct error write_err;

  if (!readable && err->code == ERROR_NOT_FOUND) {
    *out = NULL;
    return 0;
  }
  if (!readable)
    return -1;
  writable = cli_open_local(globals, STORE_WRITE, &write_err);
  if (writable)
    store_close(readable);
  else
    log_debug("%s", write_err.message);
  *out = writable ? writable : readable;
  return 0;
}

void cli_limit_store(struct store *store, uint64_t bytes)
{
  if (store && bytes)
    store_set_limit(store, bytes);
}
