/* What the commands that use the local store share. */
#ifndef DIFFOCI_CLI_STORE_FLAGS_H
#define DIFFOCI_CLI_STORE_FLAGS_H

#include "cli/cli.h"
#include "image/platform.h"
#include "store/store.h"

/* The local store that --local-cache names, or the one at the default place. */
struct store *cli_open_local(const struct global_options *globals, enum store_mode mode,
                             struct error *err);
/* Where --backend says that images are put: that one, or containerd. */
struct store *cli_open_store(const struct global_options *globals, enum store_mode mode,
                             struct error *err);

/* For commands that can do without: the local store for writing, or if that fails for reading; *out
 * is NULL where there is none. -1: it is there, but cannot be read. */
MUST_CHECK int cli_find_local(const struct global_options *globals, struct store **out,
                              struct error *err);

/* Applies --cache-limit, in bytes, to the store, unless that is NULL; 0: no limit. */
void cli_limit_store(struct store *store, uint64_t bytes);

/* The flag --cache-limit, whose value (uint64_t) is at this offset. */
#define CACHE_LIMIT_FLAG(at)                                                                       \
  {                                                                                                \
    .name = "cache-limit", .kind = FLAG_SIZE, .value = "SIZE",                                     \
    .environment = "DIFFOCI_CACHE_LIMIT", .default_text = "none",                                  \
    .help = "remove cached blobs, the longest unused first, beyond SIZE",                          \
    .detail =                                                                                      \
        "SIZE is a number of bytes, or has a suffix: K, M, G, T, KiB, .... All blobs of the "      \
        "store count; images that were pulled or loaded are never removed for it, only what "      \
        "diff fetched in passing.",                                                                \
    .offset = (at),                                                                                \
  }

#endif
