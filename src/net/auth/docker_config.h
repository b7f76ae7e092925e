/* Files with credentials: Docker's config.json and podman's auth.json (containers-auth.json(5)).
 * Nothing from them but the names of registries and helpers is ever put into a message. */
#ifndef DIFFOCI_NET_AUTH_DOCKER_CONFIG_H
#define DIFFOCI_NET_AUTH_DOCKER_CONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

struct credential {
  char *user;    /* owned; "" with a token */
  char *secret;  /* owned: the password, or a token */
  bool identity; /* the secret is an OAuth2 refresh token */
  bool registry; /* the secret is a bearer token for the registry itself */
  char *origin;  /* owned: where it is from, for messages */
  /* Where there is none: the program that was to give it and is not installed, or NULL. */
  char *missing;
};

/* Erases the secret. */
void credential_release(struct credential *credential);

/* A new reference; ERROR_CORRUPT if text is no JSON object. */
json_t *docker_config_parse(struct str text, struct error *err);

/* The entry for a repository, DOMAIN "docker.io" or "HOST[:PORT]", PATH "library/alpine": the
 * longest of DOMAIN/PATH, its parents, DOMAIN; else one whose key is a URL of the domain. Returns
 * 1: *out filled but for origin; 0: there is none (or an empty one); -1. */
MUST_CHECK int docker_config_find(const json_t *config, const char *domain, const char *path,
                                  struct credential *out, struct error *err);

/* The helper for a domain in *out: credHelpers' entry, else credsStore, else NULL; borrowed. */
MUST_CHECK int docker_config_helper(const json_t *config, const char *domain, const char **out,
                                    struct error *err);

/* What a helper is asked for: the domain, for docker.io the key that docker login uses. */
const char *docker_config_server(const char *domain);

#endif
