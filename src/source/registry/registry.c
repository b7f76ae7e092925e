#include "source/registry/registry.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "image/index.h"
#include "image/json.h"
#include "image/manifest.h"
#include "source/external.h"
#include "source/registry/registry_place.h"
#include "source/registry/registry_referrers.h"

#define ACCEPT_MANIFESTS                                                                           \
  MEDIA_OCI_INDEX ", " MEDIA_DOCKER_LIST ", " MEDIA_OCI_MANIFEST ", " MEDIA_DOCKER_MANIFEST ", "   \
                  "*/*"

/* Larger blobs get a connection of their own. Smaller ones fit into the buffer of a transfer, so
 * that none waits for its reader. */
enum { SMALL_BLOB = 32 * 1024 };

struct registry {
  struct source base;
  const struct limits *limits;
  struct net *net;
  char *short_name; /* "app:1", which an engine's image may be called, too; NULL: it is longer */
  char *tag;        /* NULL: the digest is asked for */
  struct digest digest;
  struct endpoint_list endpoints;
  struct place *places; /* one for each endpoint */
  size_t current;       /* atomic: those before it have failed */
  /* What resolve has read, so that open need not ask again. */
  struct buf manifest;
  struct digest manifest_digest;
};

/* From the first place on that has not failed, the first that gives it. */
static int registry_fetch(struct registry *registry, const struct place_request *request,
                          struct http_response *out, struct error *err)
{
  size_t first = __atomic_load_n(&registry->current, __ATOMIC_ACQUIRE);

  for (size_t i = first; i < registry->endpoints.n; i++) {
    if (place_fetch(&registry->places[i], request, out, err) == 0)
      return (int)i;
    if (i + 1 < registry->endpoints.n)
      log_debug("registry: mirror %s: %s", registry->endpoints.items[i].domain, err->message);
  }
  return -1;
}

/* The document's own word, or what its members tell, where the server says nothing useful. */
static const char *guess_media_type(const json_t *json)
{
  const char *own = json_string_value(json_object_get(json, "mediaType"));

  if (own && *own)
    return own;
  if (json_object_get(json, "manifests"))
    return MEDIA_OCI_INDEX;
  return json_object_get(json, "config") ? MEDIA_OCI_MANIFEST : "";
}

static int media_type_of(const struct registry *registry, const char *content_type, char **out,
                         struct error *err)
{
  const char *given = content_type ? content_type : "";
  AUTO_FREE char *type = xstrndup(given, strcspn(given, "; \t"));
  enum media_kind kind = media_kind(type);
  AUTO_JSON json = NULL;

  if (str_has_prefix(str_of(type), STR("application/vnd.docker.distribution.manifest.v1")))
    return error_set(err, ERROR_UNSUPPORTED, "a Docker manifest of schema 1, which is not read");
  if (kind != MEDIA_INDEX && kind != MEDIA_MANIFEST) {
    json = json_decode(buf_str(&registry->manifest), &document_index_or_manifest, err);
    if (!json)
      return -1;
    free(type);
    type = xstrdup(guess_media_type(json));
    if (!*type)
      return error_set(err, ERROR_CORRUPT, "expected an index or a manifest, found %.100s",
                       *given ? given : "something else");
  }
  *out = steal_pointer(&type);
  return 0;
}

/* What cannot be read is not the image, whatever the server says of it; found out here, it is not
 * kept under the image's name, where later runs would find it. */
static int check_document(const struct registry *registry, const char *type, struct error *err)
{
  const enum media_kind kind = media_kind(type);
  const struct str text = buf_str(&registry->manifest);
  struct manifest manifest = { 0 };
  struct index index = { 0 };
  int result = 0;

  if (kind == MEDIA_INDEX)
    result = index_parse(&index, text, registry->limits, err);
  else if (kind == MEDIA_MANIFEST)
    result = manifest_parse(&manifest, text, registry->limits, err);
  index_release(&index);
  manifest_release(&manifest);
  return result < 0 ? error_wrap(err, "sent as %.100s", type) : 0;
}

/* The digest that the manifest must have: the one asked for, else what the registry announces. */
static int check_digest(struct registry *registry, const char *announced, struct error *err)
{
  char expected_text[DIGEST_MAX_TEXT];
  char found_text[DIGEST_MAX_TEXT];
  struct digest expected = registry->digest;
  struct digest found;

  if (registry->tag && announced && digest_parse(&expected, str_of(announced), err) < 0)
    return error_wrap(err, "Docker-Content-Digest");
  found = digest_of(expected.algorithm ? expected.algorithm : DIGEST_SHA256, registry->manifest.ptr,
                    registry->manifest.len);
  if (expected.algorithm && !digest_equal(&expected, &found))
    return error_set(err, ERROR_CORRUPT, "digest mismatch: expected %s, found %s",
                     digest_format(&expected, expected_text), digest_format(&found, found_text));
  registry->manifest_digest = found;
  return 0;
}

static int take_manifest(struct registry *registry, struct http_response *response,
                         struct descriptor *out, struct error *err)
{
  AUTO_FREE char *type = NULL;

  buf_clear(&registry->manifest);
  if (http_read_body(response, &registry->manifest, err) < 0) {
    if (err->code == ERROR_LIMIT)
      return error_set(err, ERROR_LIMIT, "more than %llu bytes (see --max-scale)",
                       (unsigned long long)registry->limits->json_bytes);
    return -1;
  }
  if (check_digest(registry, response->content_digest, err) < 0 ||
      media_type_of(registry, response->content_type, &type, err) < 0 ||
      check_document(registry, type, err) < 0)
    return -1;
  *out = descriptor_make(type, &registry->manifest_digest, (int64_t)registry->manifest.len);
  return 0;
}

/* "docker:app", where "docker://app" was meant. Its "docker:", or nothing. */
static struct str engine_of(const char *name)
{
  static const struct str engines[] = { STR("docker:"), STR("podman:"), STR("nerdctl:"),
                                        STR("containerd:") };

  for (size_t i = 0; i < ARRAY_LEN(engines); i++)
    if (str_has_prefix(str_of(name), engines[i]))
      return engines[i];
  return STR("");
}

/* A name without a slash is often meant to be an image that Docker or Podman has. */
static int registry_hint(const struct registry *registry, struct error *err)
{
  const struct error found = *err;
  const char *name = registry->short_name;
  struct str engine;

  if (!name || (found.code != ERROR_NETWORK && found.code != ERROR_NOT_FOUND &&
                found.code != ERROR_PERMISSION && found.code != ERROR_AUTH))
    return -1;
  engine = engine_of(name);
  if (engine.len)
    error_set(err, found.code, "%.1400s (an engine's image is %.*s//%.200s)", found.message,
              STR_ARGS(engine), name + engine.len);
  else
    error_set(err, found.code, "%.1400s (an engine's image is docker://%.200s or podman://%.200s)",
              found.message, name, name);
  err->sys = found.sys;
  return -1;
}

static int registry_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct registry *registry = (struct registry *)source;
  char digest[DIGEST_MAX_TEXT];
  const char *which = registry->tag ? registry->tag : digest_format(&registry->digest, digest);
  AUTO_FREE char *what = xasprintf("manifests/%s", which);
  AUTO_FREE char *name = xasprintf("manifest %s", which);
  const struct place_request request = { .what = what, .name = name, .accept = ACCEPT_MANIFESTS };
  AUTO_RESPONSE response = { 0 };
  int place = registry_fetch(registry, &request, &response, err);

  if (place < 0)
    return registry_hint(registry, err);
  if (take_manifest(registry, &response, out, err) < 0) {
    buf_clear(&registry->manifest);
    registry->manifest_digest = (struct digest) { 0 };
    return error_wrap(err, "%s: %s of %s", registry->endpoints.items[place].domain, name,
                      registry->endpoints.items[place].path);
  }
  /* What belongs to the manifest is asked for where the manifest came from. */
  __atomic_store_n(&registry->current, (size_t)place, __ATOMIC_RELEASE);
  return 0;
}

/* What the registry lacks and an image says to be elsewhere. *err says that it has it not. */
static struct stream *open_external(const struct registry *registry, const struct descriptor *blob,
                                    uint64_t from, struct error *err)
{
  AUTO_STREAM stream = NULL;

  if (err->code != ERROR_NOT_FOUND || !external_has(blob))
    return NULL;
  stream =
      external_open(registry->net, blob, registry->endpoints.items[registry->current].domain, err);
  if (!stream || stream_pass(stream, from, err) < 0)
    return NULL;
  return steal_pointer(&stream);
}

static struct stream *registry_open_from(struct source *source, const struct descriptor *blob,
                                         uint64_t from, struct error *err)
{
  struct registry *registry = (struct registry *)source;
  bool is_manifest = blob->kind == MEDIA_INDEX || blob->kind == MEDIA_MANIFEST;
  char digest[DIGEST_MAX_TEXT];
  AUTO_FREE char *what = NULL;
  AUTO_FREE char *name = NULL;
  AUTO_RESPONSE response = { 0 };
  struct place_request request = {
    .accept = is_manifest ? ACCEPT_MANIFESTS : NULL,
    .bulk = blob->size > SMALL_BLOB,
    .size = (uint64_t)blob->size,
    .from = from,
  };

  if (digest_equal(&blob->digest, &registry->manifest_digest) && from <= registry->manifest.len)
    return stream_of_memory(registry->manifest.ptr + from, registry->manifest.len - from);
  digest_format(&blob->digest, digest);
  request.what = what = xasprintf("%s/%s", is_manifest ? "manifests" : "blobs", digest);
  request.name = name = xasprintf("%s %s", is_manifest ? "manifest" : "blob", digest);
  if (registry_fetch(registry, &request, &response, err) < 0)
    return open_external(registry, blob, from, err);
  if (response.length >= 0 && response.length != blob->size) {
    error_set(err, ERROR_CORRUPT, "size mismatch: expected %lld bytes, found %lld",
              (long long)blob->size, (long long)response.length);
    return NULL;
  }
  return request.bulk ? stream_counted(steal_pointer(&response.body), net_progress(registry->net),
                                       digest, (uint64_t)blob->size - from)
                      : steal_pointer(&response.body);
}

static struct stream *registry_open_blob(struct source *source, const struct descriptor *blob,
                                         struct error *err)
{
  return registry_open_from(source, blob, 0, err);
}

static int registry_referrers(struct source *source, const struct descriptor *subject,
                              struct referrers *out, struct error *err)
{
  struct registry *registry = (struct registry *)source;
  size_t first = __atomic_load_n(&registry->current, __ATOMIC_ACQUIRE);

  for (size_t i = first; i < registry->endpoints.n; i++) {
    if (place_referrers(&registry->places[i], subject, registry->limits, out, err) == 0)
      return 0;
    referrers_release(out);
    log_debug("registry: %s", err->message);
  }
  return -1;
}

static void registry_free(struct source *source)
{
  struct registry *registry = (struct registry *)source;

  for (size_t i = 0; i < registry->endpoints.n; i++)
    place_release(&registry->places[i]);
  free(registry->places);
  endpoint_list_release(&registry->endpoints);
  buf_release(&registry->manifest);
  free(registry->tag);
  free(registry->short_name);
  free(registry);
}

/* What an engine may have under the name that was typed, or under that of an image of docker.io. An
 * alias of registries.conf ("podman:1" is one) leads elsewhere than what was typed. NULL: neither
 * is without a path. */
static char *short_name_of(const struct registry *registry, const struct reference *reference,
                           const char *typed)
{
  static const struct str library = STR("library/");

  if (typed && !strchr(typed, '/'))
    return xstrdup(typed);
  if (strcmp(reference->domain, "docker.io") != 0 ||
      !str_has_prefix(str_of(reference->path), library))
    return NULL;
  return registry->tag ? xasprintf("%s:%s", reference->path + library.len, registry->tag)
                       : xstrdup(reference->path + library.len);
}

struct source *source_registry_open(struct net *net, const struct reference *reference,
                                    const char *typed, const struct limits *limits,
                                    struct error *err)
{
  static const struct source_ops ops = {
    .resolve = registry_resolve,
    .open = registry_open_blob,
    .free = registry_free,
    .referrers = registry_referrers,
    .open_from = registry_open_from,
  };
  struct endpoint_list endpoints;
  struct registry *registry;

  if (registries_endpoints(net_registries(net), reference->domain, reference->path,
                           reference->has_digest, &endpoints, err) < 0)
    return NULL;
  registry = xcalloc(1, sizeof(*registry));
  registry->base.ops = &ops;
  registry->base.fetches_again = true;
  registry->limits = limits;
  registry->net = net;
  if (reference->has_digest)
    registry->digest = reference->digest;
  else
    registry->tag = xstrdup(reference->tag ? reference->tag : "latest");
  registry->short_name = short_name_of(registry, reference, typed);
  registry->endpoints = endpoints;
  registry->places = xcalloc(endpoints.n, sizeof(*registry->places));
  for (size_t i = 0; i < endpoints.n; i++)
    place_init(&registry->places[i], net, &endpoints.items[i]);
  registry->manifest = BUF_INIT(limits->json_bytes);
  return &registry->base;
}

int source_registry_name(struct reference *out, const struct registries *registries,
                         struct str text, struct error *err)
{
  size_t len = text.len;
  const char *full;
  AUTO_FREE char *replaced = NULL;

  /* What stands before the tag and the digest; a ':' before a '/' is that of a port. */
  for (size_t i = text.len; i > 0; i--) {
    char c = text.ptr[i - 1];

    if (c == '@' || c == ':')
      len = i - 1;
    if (c == '/')
      break;
  }
  full = registries_alias(registries, (struct str) { text.ptr, len });
  if (!full)
    return reference_parse(out, text, err);
  replaced = xasprintf("%s%.*s", full, STR_ARGS(str_skip(text, len)));
  log_debug("registries.conf: %.*s is %s", STR_ARGS(text), replaced);
  if (reference_parse(out, str_of(replaced), err) < 0)
    return error_wrap(err, "alias of %.*s in registries.conf", STR_ARGS(text));
  return 0;
}
