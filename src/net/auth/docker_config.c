#include "net/auth/docker_config.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/json.h"

#define DOCKER_HUB_KEY "https://index.docker.io/v1/"

enum { AUTH_MAX = 64 * 1024 }; /* bytes of base64 */

static void erase_bytes(void *bytes, size_t len)
{
  if (bytes)
    explicit_bzero(bytes, len);
}

static void erase(char *text)
{
  erase_bytes(text, text ? strlen(text) : 0);
  free(text);
}

void credential_release(struct credential *credential)
{
  erase(credential->secret);
  free(credential->user);
  free(credential->origin);
  free(credential->missing);
  *credential = (struct credential) { 0 };
}

json_t *docker_config_parse(struct str text, struct error *err)
{
  struct error detail;
  json_t *json = json_parse(text, &detail);

  /* The detail may quote what stands there: a secret. */
  if (!json)
    error_set(err, ERROR_CORRUPT, "not valid JSON");
  else if (!json_is_object(json)) {
    error_set(err, ERROR_CORRUPT, "expected a JSON object");
    json_decref(json);
    return NULL;
  }
  return json;
}

const char *docker_config_server(const char *domain)
{
  return strcmp(domain, "docker.io") == 0 ? DOCKER_HUB_KEY : domain;
}

/* The host of a key, which may be a URL: "https://HOST/v1/" is HOST. Docker Hub has several. */
static bool key_is_domain(const char *key, const char *domain)
{
  static const char *const hub[] = { "docker.io", "index.docker.io", "registry-1.docker.io" };
  const char *scheme = strstr(key, "://");
  const char *host = scheme ? scheme + 3 : key;
  size_t len = strcspn(host, "/");

  if (!scheme && host[len] == '/' && strcmp(host + len, "/") != 0 &&
      strncmp(host + len, "/v1/", 4) != 0 && strncmp(host + len, "/v2/", 4) != 0)
    return false; /* a path below a domain, which is matched as a whole */
  if (len == strlen(domain) && strncasecmp(host, domain, len) == 0)
    return true;
  if (strcmp(domain, "docker.io") != 0)
    return false;
  for (size_t i = 0; i < ARRAY_LEN(hub); i++) {
    if (len == strlen(hub[i]) && strncasecmp(host, hub[i], len) == 0)
      return true;
  }
  return false;
}

/* "USER:PASSWORD" in base64. */
static int decode_auth(const char *text, struct credential *out, struct error *err)
{
  size_t len = strlen(text);
  AUTO_FREE unsigned char *plain = NULL;
  const char *colon = NULL;
  int n = -1;

  if (len > AUTH_MAX)
    return error_set(err, ERROR_LIMIT, "field \"auth\": more than %d bytes", AUTH_MAX);
  plain = xcalloc(1, len + 4);
  if (len % 4 == 0)
    n = EVP_DecodeBlock(plain, (const unsigned char *)text, (int)len);
  if (n > 0) {
    n -= text[len - 1] == '=';
    n -= len > 1 && text[len - 2] == '=';
    plain[n] = '\0';
    colon = memchr(plain, ':', (size_t)n);
  }
  if (colon) {
    out->user = xstrndup((char *)plain, (size_t)(colon - (char *)plain));
    out->secret = xstrdup(colon + 1); /* Docker pads the password with NULs */
  }
  erase_bytes(plain, len + 4);
  if (!colon)
    return error_set(err, ERROR_CORRUPT, "field \"auth\": expected USER:PASSWORD in base64");
  return 0;
}

static bool is_token(const char *text)
{
  size_t len = strlen(text);

  for (size_t i = 0; i < len; i++) {
    if (text[i] <= ' ' || text[i] > '~')
      return false;
  }
  return len <= AUTH_MAX;
}

static int take_entry(const json_t *entry, struct credential *out, struct error *err)
{
  struct credential found = { 0 };
  const char *auth;
  const char *user;
  const char *password;
  const char *identity;
  const char *registry;

  if (!json_is_object(entry))
    return error_set(err, ERROR_CORRUPT, "expected an object");
  if (json_get_string(entry, "auth", &auth, err) < 0 ||
      json_get_string(entry, "username", &user, err) < 0 ||
      json_get_string(entry, "password", &password, err) < 0 ||
      json_get_string(entry, "identitytoken", &identity, err) < 0 ||
      json_get_string(entry, "registrytoken", &registry, err) < 0)
    return -1;
  if (*registry) {
    if (!is_token(registry))
      return error_set(err, ERROR_CORRUPT,
                       "field \"registrytoken\": expected a token that a header can hold");
    found =
        (struct credential) { .user = xstrdup(""), .secret = xstrdup(registry), .registry = true };
  } else if (*identity) {
    found =
        (struct credential) { .user = xstrdup(""), .secret = xstrdup(identity), .identity = true };
  } else if (*auth) {
    if (decode_auth(auth, &found, err) < 0)
      return -1;
  } else if (*user) {
    found = (struct credential) { .user = xstrdup(user), .secret = xstrdup(password) };
  } else {
    return 0;
  }
  *out = found;
  return 1;
}

static int wrapped_entry(const json_t *entry, const char *key, struct credential *out,
                         struct error *err)
{
  int found = take_entry(entry, out, err);

  return found < 0 ? error_wrap(err, "field \"auths\": \"%s\"", key) : found;
}

/* DOMAIN/PATH and its parents. */
static int find_scoped(const json_t *auths, const char *domain, const char *path,
                       struct credential *out, struct error *err)
{
  AUTO_FREE char *key = xasprintf("%s/%s", domain, path);

  for (;;) {
    char *slash = strrchr(key, '/');
    /* Docker asks for Docker Hub by this key, and for no other. */
    const char *hub = slash ? NULL : docker_config_server(domain);
    const json_t *first = hub ? json_object_get(auths, hub) : NULL;
    const json_t *entry = first ? first : json_object_get(auths, key);
    int found = entry ? wrapped_entry(entry, first ? hub : key, out, err) : 0;

    if (found != 0 || !slash)
      return found;
    *slash = '\0';
  }
}

int docker_config_find(const json_t *config, const char *domain, const char *path,
                       struct credential *out, struct error *err)
{
  json_t *auths;
  const char *key;
  json_t *entry;
  int found;

  if (json_get_object(config, "auths", &auths, err) < 0)
    return -1;
  if (!auths)
    return 0;
  found = find_scoped(auths, domain, path, out, err);
  if (found != 0)
    return found;
  json_object_foreach(auths, key, entry)
  {
    if (key_is_domain(key, domain))
      found = wrapped_entry(entry, key, out, err);
    if (found != 0)
      break;
  }
  return found;
}

int docker_config_helper(const json_t *config, const char *domain, const char **out,
                         struct error *err)
{
  json_t *helpers;
  const char *store;
  const char *key;
  json_t *value;

  if (json_get_string_map(config, "credHelpers", &helpers, err) < 0 ||
      json_get_string(config, "credsStore", &store, err) < 0)
    return -1;
  value = json_object_get(helpers, docker_config_server(domain));
  if (value && *json_string_value(value)) {
    *out = json_string_value(value);
    return 0;
  }
  json_object_foreach(helpers, key, value)
  {
    if (key_is_domain(key, domain) && *json_string_value(value)) {
      *out = json_string_value(value);
      return 0;
    }
  }
  *out = *store ? store : NULL;
  return 0;
}
