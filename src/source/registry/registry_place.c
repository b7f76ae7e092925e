#include "source/registry/registry_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "image/json.h"

enum { ERROR_BODY_MAX = 64 * 1024 };

void place_init(struct place *place, struct net *net, const struct endpoint *endpoint)
{
  *place = (struct place) { .net = net, .endpoint = endpoint };
  pthread_mutex_init(&place->lock, NULL);
}

void place_release(struct place *place)
{
  pthread_mutex_destroy(&place->lock);
  free(place->base);
}

/* Docker Hub serves its images under another name. */
static const char *host_of(const struct place *place)
{
  const char *domain = place->endpoint->domain;

  return strcmp(domain, "docker.io") == 0 ? "registry-1.docker.io" : domain;
}

/* Whether a registry answers so, without credentials; or fails in another way than by speaking
 * another protocol, which is left for the request itself to tell. */
static bool answers(const struct place *place, const char *scheme, bool refused)
{
  AUTO_FREE char *url = xasprintf("%s://%s/v2/", scheme, host_of(place));
  const struct http_request request = { .url = url, .once = true };
  AUTO_RESPONSE response = { 0 };
  struct error err;

  if (http_fetch(net_client(place->net), &request, &response, &err) < 0)
    return response.problem == HTTP_PROBLEM_CONNECT ? refused
                                                    : response.problem == HTTP_PROBLEM_OTHER;
  /* What an HTTPS server says to one who speaks plain HTTP. */
  return response.status != 400;
}

static const char *choose_scheme(const struct place *place, enum net_scheme scheme)
{
  switch (scheme) {
  case NET_HTTP:
    return "http";
  case NET_HTTP_THEN_HTTPS:
    return answers(place, "http", true) ? "http" : "https";
  case NET_HTTPS_THEN_HTTP:
    /* Without a port in the name, both have their own, and only one may be open. */
    return answers(place, "https", false) ? "https" : "http";
  case NET_HTTPS:
    break;
  }
  return "https";
}

static int place_open(struct place *place, struct error *err)
{
  const struct endpoint *endpoint = place->endpoint;
  enum net_scheme scheme;
  int result = 0;

  pthread_mutex_lock(&place->lock);
  if (!place->base)
    result = net_scheme_of(place->net, host_of(place), endpoint->insecure, &scheme, err);
  if (!place->base && result == 0) {
    const char *chosen = choose_scheme(place, scheme);

    place->auth = auth_for(net_auth(place->net), endpoint->domain, endpoint->path,
                           strcmp(chosen, "https") == 0);
    place->base = xasprintf("%s://%s/v2/%s/", chosen, host_of(place), endpoint->path);
    log_debug("registry: %s", place->base);
  }
  pthread_mutex_unlock(&place->lock);
  return result;
}

/* " (CODE: message)" from the error document of a registry, or "". To be freed. */
static char *registry_words(struct http_response *response)
{
  AUTO_BUF text = BUF_INIT(ERROR_BODY_MAX);
  AUTO_JSON json = NULL;
  struct error err;
  const json_t *first;
  const char *code = "";
  const char *message = "";

  if (http_read_body(response, &text, &err) < 0 || !(json = json_parse(buf_str(&text), &err)))
    return xstrdup("");
  first = json_array_get(json_object_get(json, "errors"), 0);
  if (!json_is_object(first) || json_get_string(first, "code", &code, &err) < 0 ||
      json_get_string(first, "message", &message, &err) < 0 || (!*code && !*message))
    return xstrdup("");
  return xasprintf(" (%.100s%s%.200s)", code, *code && *message ? ": " : "", message);
}

static int refuse_unauthorized(const struct place *place, const struct place_request *request,
                               const char *words, unsigned status, struct error *err)
{
  const char *domain = place->endpoint->domain;
  const char *origin = auth_origin(place->auth);
  const char *missing = auth_missing_helper(place->auth);

  if (origin)
    return error_set(err, ERROR_AUTH,
                     "%s gives no access to %s of %s with the credentials from %s: HTTP status "
                     "%u%s",
                     domain, request->name, place->endpoint->path, origin, status, words);
  if (missing)
    return error_set(err, ERROR_AUTH,
                     "%s gives no access to %s of %s without credentials: HTTP status %u%s; those "
                     "are to come from %s, which is not installed",
                     domain, request->name, place->endpoint->path, status, words, missing);
  return error_set(err, ERROR_AUTH,
                   "%s gives no access to %s of %s without credentials: HTTP status %u%s; if it "
                   "is there, \"docker login %s\" may help",
                   domain, request->name, place->endpoint->path, status, words, domain);
}

int place_refuse(const struct place *place, const struct place_request *request,
                 struct http_response *response, struct error *err)
{
  AUTO_FREE char *words = registry_words(response);
  const char *domain = place->endpoint->domain;
  const char *path = place->endpoint->path;

  switch (response->status) {
  case 401:
  case 403:
    return refuse_unauthorized(place, request, words, response->status, err);
  case 404:
    return error_set(err, ERROR_NOT_FOUND, "%s has no %s of %s%s", domain, request->name, path,
                     words);
  case 400:
    if (strncmp(place->base, "http://", 7) == 0)
      return error_set(err, ERROR_CORRUPT,
                       "%s: %s of %s: HTTP status 400%s; if it speaks TLS, leave --plain-http out",
                       domain, request->name, path, words);
    break;
  case 429:
    return error_set(err, ERROR_NETWORK, "%s: too many requests: HTTP status 429%s", domain, words);
  default:
    break;
  }
  return error_set(err, response->status >= 500 ? ERROR_NETWORK : ERROR_CORRUPT,
                   "%s: %s of %s: HTTP status %u%s", domain, request->name, path, response->status,
                   words);
}

/* Whether it would be refused whoever had signed it. OpenSSL's words, and libcurl's for a name that
 * it does not have. */
static bool certificate_is_unfit(const struct error *err)
{
  return strstr(err->message, "certificate has expired") ||
         strstr(err->message, "certificate is not yet valid") ||
         strstr(err->message, "does not match target host name") ||
         strstr(err->message, "subject name matches target host name");
}

/* What the user can do where no connection came about since the other side is not trusted, or
 * speaks otherwise than was thought. */
static int add_hint(const struct place *place, enum http_problem problem, struct error *err)
{
  const char *host = host_of(place);
  AUTO_FREE char *hint = NULL;
  size_t used = strlen(err->message);

  /* OpenSSL's words for bytes that are no TLS. */
  if (strstr(err->message, "wrong version number") ||
      strstr(err->message, "packet length too long"))
    hint = xasprintf("it seems to speak plain HTTP: --plain-http %s", host);
  else if (problem == HTTP_PROBLEM_TLS && certificate_is_unfit(err))
    hint = xasprintf("the registry needs another certificate; --insecure %s takes any", host);
  else if (problem == HTTP_PROBLEM_TLS)
    hint =
        xasprintf("--ca-file FILE trusts the certificates in FILE, --insecure %s takes any", host);
  else if (problem == HTTP_PROBLEM_PROTOCOL && strncmp(place->base, "http://", 7) == 0)
    hint = xasprintf("if %s speaks TLS, leave --plain-http out", host);
  if (hint)
    snprintf(err->message + used, sizeof(err->message) - used, "; %s", hint);
  return -1;
}

int place_get(struct place *place, const struct place_request *request, struct http_response *out,
              struct error *err)
{
  AUTO_RESPONSE response = { 0 };
  AUTO_FREE char *url = NULL;
  struct http_request get = {
    .accept = request->accept,
    .bulk = request->bulk,
    .size = request->size,
    .from = request->from,
  };

  if (place_open(place, err) < 0)
    return -1;
  url = request->url ? xstrdup(request->url) : xasprintf("%s%s", place->base, request->what);
  get.url = url;
  get.auth = place->auth;
  if (http_fetch(net_client(place->net), &get, &response, err) < 0)
    return add_hint(place, response.problem, err);
  *out = response;
  response = (struct http_response) { 0 };
  return 0;
}

int place_fetch(struct place *place, const struct place_request *request, struct http_response *out,
                struct error *err)
{
  AUTO_RESPONSE response = { 0 };

  if (place_get(place, request, &response, err) < 0)
    return -1;
  if (response.status != 200)
    return place_refuse(place, request, &response, err);
  *out = response;
  response = (struct http_response) { 0 };
  return 0;
}
