#include "source/named.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "source/cached.h"

/* The name that was typed, and what it means. */
struct wanted {
  const char *typed;
  const struct reference *reference;
  const char *full;
};

static struct source *from_registry(const struct named_options *named, const struct wanted *wanted,
                                    const struct limits *limits, struct error *err)
{
  const struct cached_options options = {
    .name = wanted->full,
    .refresh = named->pull == NAMED_PULL_ALWAYS,
    .json_bytes = limits->json_bytes,
    .warn = named->warn,
    .warn_context = named->warn_context,
  };
  struct source *inner =
      source_registry_open(named->net, wanted->reference, wanted->typed, limits, err);

  if (!inner || !named->store)
    return inner;
  return source_cached(inner, named->store, &options);
}

static struct source *from_store(const struct named_options *named, const char *full,
                                 struct error *err)
{
  if (named->store)
    return source_of_store(named->store, full, err);
  error_set(err, ERROR_NOT_FOUND, "%s: there is no store with images yet", full);
  return NULL;
}

/* NULL: not there. What it lacks (containerd may drop layers that it has unpacked, and has often
 * one platform only) comes from the registry. */
static struct source *from_first(const struct named_options *named, const struct wanted *wanted,
                                 const struct limits *limits)
{
  const struct cached_options options = { .name = wanted->full, .json_bytes = limits->json_bytes };
  struct source *source;
  struct source *rest;
  struct error err;

  if (!named->first || named->pull == NAMED_PULL_ALWAYS)
    return NULL;
  source = source_of_store(named->first, wanted->full, &err);
  if (!source) {
    log_debug("%s", err.message);
    return NULL;
  }
  log_debug("%s: found in containerd", wanted->full);
  if (!named->net || named->pull == NAMED_PULL_NEVER)
    return source;
  rest = from_registry(named, wanted, limits, &err);
  if (!rest) {
    log_debug("%s", err.message);
    return source;
  }
  source_free(source);
  return source_cached(rest, named->first, &options);
}

/* --- IDs --- */

/* How many images of the store have a digest that begins with id; the first is in *out. */
static int find_id(struct store *store, const char *id, struct digest *out, struct error *err)
{
  struct store_images images;
  int found = 0;

  if (store_list(store, &images, err) < 0)
    return -1;
  for (size_t i = 0; i < images.n; i++) {
    const struct digest *digest = &images.items[i].target.digest;
    char text[DIGEST_MAX_TEXT];

    if (!str_has_prefix(str_of(digest_format(digest, text)), str_of(id)) ||
        (found > 0 && digest_equal(digest, out)))
      continue;
    if (found++ == 0)
      *out = *digest;
  }
  store_images_release(&images);
  return found;
}

static struct source *source_of_id(const char *id, const struct named_options *named,
                                   struct error *err)
{
  struct store *const stores[] = { named->first, named->store };
  char text[DIGEST_MAX_TEXT];
  struct digest digest;

  for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
    int found = stores[i] ? find_id(stores[i], id, &digest, err) : 0;

    if (found > 1)
      error_set(err, ERROR_AMBIGUOUS, "the digests of %d images of the store begin so", found);
    if (found < 0 || found > 1)
      return NULL;
    if (found == 1)
      return source_of_store(stores[i], digest_format(&digest, text), err);
  }
  error_set(
      err, ERROR_NOT_FOUND,
      "no image of this digest is in the store (see diffoci images); an engine's image by its "
      "ID is docker://%s or podman://%s",
      id + strlen("sha256:"), id + strlen("sha256:"));
  return NULL;
}

/* --- names --- */

static struct source *source_of_reference(const char *text, const struct named_options *named,
                                          const struct limits *limits, struct error *err)
{
  struct reference reference;
  AUTO_FREE char *full = NULL;
  struct source *source;
  struct wanted wanted;
  int parsed = named->net
                   ? source_registry_name(&reference, net_registries(named->net), str_of(text), err)
                   : reference_parse(&reference, str_of(text), err);

  if (parsed < 0) {
    error_wrap(err, "%s", text);
    return NULL;
  }
  full = reference_format(&reference);
  wanted = (struct wanted) { text, &reference, full };
  source = from_first(named, &wanted, limits);
  if (!source && named->net && named->pull != NAMED_PULL_NEVER)
    source = from_registry(named, &wanted, limits, err);
  else if (!source)
    source = from_store(named, full, err);
  reference_release(&reference);
  return source;
}

struct source *source_of_name(const struct argument *argument, const struct named_options *named,
                              const struct limits *limits, struct error *err)
{
  struct source *source = argument->kind == ARGUMENT_ID
                              ? source_of_id(argument->name, named, err)
                              : source_of_reference(argument->name, named, limits, err);

  if (source) {
    free(source->label);
    source->label = xstrdup(argument->text);
  } else if (argument->kind == ARGUMENT_ID) {
    error_wrap(err, "%s", argument->text);
  }
  return source;
}
