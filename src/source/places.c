#include "source/places.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "source/cached.h"
#include "source/external.h"
#include "source/open.h"

static void places_warn(void *context, const struct error *err)
{
  struct places *places = context;
  AUTO_FREE char *line = NULL;

  if (__atomic_exchange_n(&places->warned, 1, __ATOMIC_RELAXED))
    return;
  line = xasprintf("going on without storing: %s", err->message);
  places->options.warn(places->options.context, line);
}

void places_notice(void *context, const char *line)
{
  struct places *places = context;

  places->options.warn(places->options.context, line);
}

void places_init(struct places *out, const struct place_options *options)
{
  *out = (struct places) {
    .named = { .warn = places_warn, .warn_context = out },
    .options = *options,
  };
  pthread_mutex_init(&out->lock, NULL);
}

static struct progress *places_progress(struct places *places)
{
  return places->options.progress ? places->options.progress(places->options.context) : NULL;
}

static struct net *places_open_net(struct places *places, struct error *err)
{
  struct net_options options = places->options.net;

  options.progress = places_progress(places);
  return net_new(&options, err);
}

struct net *places_net(void *context, struct error *err)
{
  struct places *places = context;

  pthread_mutex_lock(&places->lock);
  if (!places->named.net)
    places->named.net = places_open_net(places, err);
  pthread_mutex_unlock(&places->lock);
  return places->named.net;
}

struct stream *places_fetch(void *context, const struct descriptor *blob, struct error *err)
{
  return external_fetch(places_net, context, blob, err);
}

/* The store that names are looked up in and what is fetched is kept in; *out is NULL where there is
 * none. -1: the one that was asked for cannot be used. */
static int places_open_store(struct places *places, enum named_pull pull, struct store **out,
                             struct error *err)
{
  const struct backend_options *stores = places->options.stores;
  enum store_mode mode = pull == NAMED_PULL_NEVER ? STORE_READ : STORE_WRITE;
  struct error store_err;

  if (stores->backend == BACKEND_CONTAINERD) {
    *out = backend_open_containerd(stores, mode, err);
    return *out ? 0 : -1;
  }
  if (pull == NAMED_PULL_NEVER)
    return backend_find_local(stores, out, err);
  *out = backend_open_local(stores, mode, &store_err);
  if (!*out) {
    places_warn(places, &store_err);
    /* What is in a store that is read-only can still be used. */
    *out = backend_open_local(stores, STORE_READ, &store_err);
  }
  return 0;
}

static void places_watch_store(struct places *places)
{
  struct store *store = places->named.store;

  if (!store)
    return;
  store_set_notice(store, places_notice, places);
  if (places->options.cache_limit)
    store_set_limit(store, places->options.cache_limit);
}

/* Where no file can be had, what is needed twice is fetched twice. */
static void places_keep(struct places *places)
{
  struct error err;

  places->kept = kept_blobs_new(&err);
  if (!places->kept)
    log_debug("%s", err.message);
}

int places_open_stores(struct places *places, enum named_pull pull, bool use_store,
                       struct error *err)
{
  places->named.pull = pull;
  if (use_store && places->options.stores->backend == BACKEND_AUTO && pull != NAMED_PULL_ALWAYS)
    places->named.first = backend_auto_containerd(places->options.stores, STORE_READ);
  if (use_store && places_open_store(places, pull, &places->named.store, err) < 0)
    return -1;
  if (!use_store)
    places_keep(places);
  places_watch_store(places);
  return 0;
}

int places_open_registries(struct places *places, struct error *err)
{
  return places->named.pull == NAMED_PULL_NEVER || places_net(places, err) ? 0 : -1;
}

int places_open_to_store(struct places *places, struct error *err)
{
  places->named.pull = NAMED_PULL_ALWAYS;
  places->named.store = backend_open(places->options.stores, STORE_WRITE, err);
  places_watch_store(places);
  return places->named.store ? 0 : -1;
}

bool places_are_needed(const struct argument *argument)
{
  return argument->kind == ARGUMENT_NAME || argument->kind == ARGUMENT_ID;
}

void places_open_container_store(struct places *places)
{
  if (!places->containerd && places->containerd_error.code == ERROR_NONE)
    places->containerd =
        backend_open_containerd(places->options.stores, STORE_READ, &places->containerd_error);
}

/* containerd://NAME, whatever --backend is. */
static struct source *places_open_containerd(struct places *places, const struct argument *argument,
                                             struct error *err)
{
  struct source *source = NULL;

  places_open_container_store(places);
  if (places->containerd)
    source = source_of_store(places->containerd, argument->name, err);
  else
    *err = places->containerd_error;
  if (!source) {
    error_wrap(err, "%s", argument->text);
    return NULL;
  }
  free(source->label);
  source->label = xstrdup(argument->text);
  return source;
}

static struct source *places_open_any(struct places *places, const struct argument *argument,
                                      const struct source_options *options, struct error *err)
{
  struct source *source;

  switch (argument->kind) {
  case ARGUMENT_NAME:
  case ARGUMENT_ID:
    source = source_of_name(argument, &places->named, options->limits, err);
    return source && places->kept ? source_kept(source, places->kept) : source;
  case ARGUMENT_CONTAINERD:
    return places_open_containerd(places, argument, err);
  default:
    return source_open(argument, options, err);
  }
}

struct source *places_open_image(struct places *places, const struct argument *argument,
                                 const struct source_options *options, struct error *err)
{
  struct source_options counted = *options;
  struct source *source;

  counted.progress = places_progress(places);
  source = places_open_any(places, argument, &counted, err);
  if (source)
    source->progress = counted.progress;
  return source;
}

void places_release(struct places *places)
{
  net_free(places->named.net);
  store_close(places->named.store);
  store_close(places->named.first);
  store_close(places->containerd);
  kept_blobs_free(places->kept);
  pthread_mutex_destroy(&places->lock);
  *places = (struct places) { 0 };
}
