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

int cli_parse_size(const char *text, uint64_t *bytes, struct error *err)
{
  static const char units[] = "KMGT";
  size_t digits = text ? strspn(text, "0123456789") : 0;
  const char *suffix = text ? text + digits : "";
  const char *unit = *suffix ? strchr(units, *suffix == 'k' ? 'K' : *suffix) : NULL;
  uint64_t base = unit && strcmp(suffix + 1, "B") == 0 ? 1000 : 1024;
  uint64_t value = 0;
  bool ok = !text || str_to_u64((struct str) { text, digits }, INT64_MAX, &value);

  if (ok && *suffix)
    ok = unit && (!suffix[1] || strcmp(suffix + 1, "B") == 0 || strcmp(suffix + 1, "iB") == 0);
  for (ptrdiff_t i = unit ? unit - units + 1 : 0; ok && i > 0; i--)
    ok = !__builtin_mul_overflow(value, base, &value);
  if (!ok)
    return error_set(err, ERROR_USAGE,
                     "flag --cache-limit: expected a size such as 500M or 10G, found \"%s\"", text);
  *bytes = value;
  return 0;
}

int cli_limit_store(struct store *store, const char *cache_limit, struct error *err)
{
  uint64_t bytes;

  if (cli_parse_size(cache_limit, &bytes, err) < 0)
    return -1;
  if (store && bytes)
    store_set_limit(store, bytes);
  return 0;
}
