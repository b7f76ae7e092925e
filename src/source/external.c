#include "source/external.h"

#include "base/alloc.h"
#include "base/log.h"
#include "net/url.h"

/* URLs tried; SMALL_BLOB: what fits into the buffer of a transfer. */
enum { URLS_MAX = 16, SMALL_BLOB = 32 * 1024 };

static bool is_http(const json_t *value)
{
  const char *text = json_string_value(value);

  return text && (strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0);
}

bool external_has(const struct descriptor *blob)
{
  const json_t *urls = json_object_get(blob->json, "urls");
  json_t *value;
  size_t i;

  if (!str_has_prefix(str_of(blob->media_type), STR(MEDIA_OCI_LAYER_NONDIST)) &&
      !str_has_prefix(str_of(blob->media_type), STR(MEDIA_DOCKER_LAYER_FOREIGN)))
    return false;
  json_array_foreach(urls, i, value)
  {
    if (is_http(value))
      return true;
  }
  return false;
}

/* The same host as that of a registry, HOST[:PORT]. */
static bool is_at(const char *from, const char *url)
{
  AUTO_FREE char *text = from ? xasprintf("https://%s/", from) : NULL;
  CLEANUP(url_release) struct url registry = { 0 };
  CLEANUP(url_release) struct url wanted = { 0 };
  struct error ignored;

  return text && url_parse(&registry, NULL, text, &ignored) == 0 &&
         url_parse(&wanted, NULL, url, &ignored) == 0 && strcmp(registry.host, wanted.host) == 0;
}

static struct stream *open_url(struct net *net, const char *url, const struct descriptor *blob,
                               const char *from, struct error *err)
{
  const struct http_request request = {
    .url = url,
    .bulk = blob->size > SMALL_BLOB,
    .size = (uint64_t)blob->size,
    .reach = is_at(from, url) || net_is_named(net, url) ? HTTP_REACH_GIVEN : HTTP_REACH_PUBLIC,
  };
  AUTO_RESPONSE response = { 0 };
  AUTO_FREE char *shown = url_display(url);
  char digest[DIGEST_MAX_TEXT];

  if (http_fetch(net_client(net), &request, &response, err) < 0)
    return NULL;
  if (response.status != 200) {
    error_set(err, response.status >= 500 ? ERROR_NETWORK : ERROR_NOT_FOUND,
              "GET %s: HTTP status %u", shown, response.status);
    return NULL;
  }
  if (response.length >= 0 && response.length != blob->size) {
    error_set(err, ERROR_CORRUPT, "GET %s: size mismatch: expected %lld bytes, found %lld", shown,
              (long long)blob->size, (long long)response.length);
    return NULL;
  }
  log_debug("blob %s: from %s", digest_format(&blob->digest, digest), shown);
  return request.bulk ? stream_counted(steal_pointer(&response.body), net_progress(net), digest,
                                       (uint64_t)blob->size)
                      : steal_pointer(&response.body);
}

struct stream *external_open(struct net *net, const struct descriptor *blob, const char *from,
                             struct error *err)
{
  const json_t *urls = json_object_get(blob->json, "urls");
  const struct error missing = *err;
  struct error last = *err;
  unsigned tried = 0;
  json_t *value;
  size_t i;

  json_array_foreach(urls, i, value)
  {
    struct stream *stream;

    if (!is_http(value) || tried >= URLS_MAX)
      continue;
    tried++;
    stream = open_url(net, json_string_value(value), blob, from, &last);
    if (stream)
      return stream;
    log_debug("%s", last.message);
  }
  error_set(err, missing.code, "%.400s; nor is it to be had from its urls: %s", missing.message,
            last.message);
  return NULL;
}

struct stream *external_fetch(struct net *(*net)(void *context, struct error *err), void *context,
                              const struct descriptor *blob, struct error *err)
{
  const struct error missing = *err;
  struct error why;
  struct net *opened = net(context, &why);

  if (opened)
    return external_open(opened, blob, NULL, err);
  error_set(err, missing.code, "%.400s; nor can it be fetched from its urls: %.400s",
            missing.message, why.message);
  return NULL;
}
