/* Where image arguments lead to: the stores and the registries of one run, opened as they are
 * needed.
 */
#ifndef DIFFOCI_SOURCE_PLACES_H
#define DIFFOCI_SOURCE_PLACES_H

#include <pthread.h>

#include "net/net.h"
#include "source/kept.h"
#include "source/named.h"
#include "store/backend.h"

/* Texts and what is pointed to are not copied, and have to live as long as the places. */
struct place_options {
  const struct backend_options *stores;
  struct net_options net; /* but its progress, which is asked for below */
  uint64_t cache_limit;   /* bytes, as for store_set_limit; 0: none */
  /* A line for people, not escaped, without a line's end. From any thread. */
  void (*warn)(void *context, const char *line);
  /* Where what is read and fetched is counted, asked for when reading begins; NULL: nowhere. From
   * any thread. */
  struct progress *(*progress)(void *context);
  void *context; /* of both */
};

struct places {
  struct named_options named; /* its stores and net are owned */
  struct place_options options;
  pthread_mutex_t lock;          /* guards net while it is opened by places_net */
  int warned;                    /* atomic */
  struct store *containerd;      /* of containerd://NAME; NULL: not opened, … */
  struct error containerd_error; /* … or for this reason it cannot be */
  struct kept_blobs *kept;       /* what is fetched where no store is used; NULL: not kept */
};

/* Opens nothing yet. *out is released by places_release, and stays where it is until then. */
void places_init(struct places *out, const struct place_options *options);
/* Opens what is needed to find images by name: first the stores, without a thread; then registries,
 * if pull says so, with one. use_store false: none is used, but what is fetched is kept in a file
 * until the end. */
MUST_CHECK int places_open_stores(struct places *places, enum named_pull pull, bool use_store,
                                  struct error *err);
MUST_CHECK int places_open_registries(struct places *places, struct error *err);
/* Opens the store of containerd://NAME, or notes why that cannot be, for when an image in it is
 * opened. */
void places_open_container_store(struct places *places);
/* Opens the store that images are put into, for writing. */
MUST_CHECK int places_open_to_store(struct places *places, struct error *err);
/* Whether the argument is looked up in these places: then places_open comes first. */
bool places_are_needed(const struct argument *argument);
/* The image that an argument means, of any kind. */
struct source *places_open_image(struct places *places, const struct argument *argument,
                                 const struct source_options *options, struct error *err);
/* Warns, with the places as context. From any thread. */
void places_notice(void *context, const char *line);
/* The connection to registries, opened when it is first asked for, with these places as context. */
struct net *places_net(void *context, struct error *err);
/* Fetches from the urls of a blob: for struct source_options, with these places as context. */
struct stream *places_fetch(void *context, const struct descriptor *blob, struct error *err);
void places_release(struct places *places);

#endif
