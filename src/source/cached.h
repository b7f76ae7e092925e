/* Images of the store as sources, and other sources read through the store. */
#ifndef DIFFOCI_SOURCE_CACHED_H
#define DIFFOCI_SOURCE_CACHED_H

#include "source/source.h"
#include "store/store.h"

/* The image of that name (as for store_find) in the store, which must outlive it. */
struct source *source_of_store(struct store *store, const char *name, struct error *err);

struct cached_options {
  /* The full name to find the image by, and to put it into the store under; NULL: neither. */
  const char *name;
  bool refresh;        /* ask inner which image that is now, even where the store knows one */
  uint64_t json_bytes; /* the largest manifest to store */
  /* Told that the store cannot take a blob, once for each source; from any thread. NULL allowed. */
  void (*warn)(void *context, const struct error *err);
  void *warn_context;
};

/* Reads blobs from the store where they are there, else from inner, storing them on the way: they
 * are complete in the store when the stream has been read to its end, and not there at all if it
 * was not. Where the store cannot take one (it is full, say) the stream goes on. inner is owned,
 * also by label; it is not asked for anything that is in the store. store must outlive the source.
 * Never NULL. */
struct source *source_cached(struct source *inner, struct store *store,
                             const struct cached_options *options);

#endif
