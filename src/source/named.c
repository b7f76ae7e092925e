#include "source/named.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "source/cached.h"

bool argument_is_name(const char *text)
{
  static const char *const others[] = {
    "/",
    "./",
    "../",
    "~/",
    "docker://",
    "podman://",
    "nerdctl://",
    "containerd://",
    "oci:",
    "oci-archive:",
    "docker-archive:",
    "dir:",
    "docker-daemon:",
    "containers-storage:",
  };
  struct reference reference;
  struct error ignored;

  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    if (strncmp(text, others[i], strlen(others[i])) == 0)
      return false;
  }
  if (reference_parse(&reference, str_of(text), &ignored) < 0)
    return false;
  reference_release(&reference);
  return true;
}

static struct source *from_registry(const struct named_options *named,
                                    const struct reference *reference, const char *full,
                                    const struct limits *limits, struct error *err)
{
  const struct cached_options options = {
    .name = full,
    .refresh = named->pull == NAMED_PULL_ALWAYS,
    .json_bytes = limits->json_bytes,
    .warn = named->warn,
    .warn_context = named->warn_context,
  };
  struct source *inner = source_registry_open(named->net, reference, limits, err);

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
static struct source *from_first(const struct named_options *named,
                                 const struct reference *reference, const char *full,
                                 const struct limits *limits)
{
  const struct cached_options options = { .name = full, .json_bytes = limits->json_bytes };
  struct source *source;
  struct source *rest;
  struct error err;

  if (!named->first || named->pull == NAMED_PULL_ALWAYS)
    return NULL;
  source = source_of_store(named->first, full, &err);
  if (!source) {
    log_debug("%s", err.message);
    return NULL;
  }
  log_debug("%s: found in containerd", full);
  if (!named->net || named->pull == NAMED_PULL_NEVER)
    return source;
  rest = from_registry(named, reference, full, limits, &err);
  if (!rest) {
    log_debug("%s", err.message);
    return source;
  }
  source_free(source);
  return source_cached(rest, named->first, &options);
}

struct source *source_of_name(const char *text, const struct named_options *named,
                              const struct limits *limits, struct error *err)
{
  struct reference reference;
  AUTO_FREE char *full = NULL;
  struct source *source;
  int parsed = named->net ? source_registry_name(&reference, named->net, str_of(text), err)
                          : reference_parse(&reference, str_of(text), err);

  if (parsed < 0) {
    error_wrap(err, "%s", text);
    return NULL;
  }
  full = reference_format(&reference);
  source = from_first(named, &reference, full, limits);
  if (!source && named->net && named->pull != NAMED_PULL_NEVER)
    source = from_registry(named, &reference, full, limits, err);
  else if (!source)
    source = from_store(named, full, err);
  reference_release(&reference);
  if (source) {
    free(source->label);
    source->label = xstrdup(text);
  }
  return source;
}
