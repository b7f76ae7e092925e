/* Authentication at registries: Basic (RFC 7617) and Bearer tokens (distribution's "Token
 * Authentication Specification" and "OAuth2 Token Authentication"). Tokens are kept while they are
 * valid, and renewed. Nothing secret gets into a message. */
#ifndef DIFFOCI_NET_AUTH_AUTH_H
#define DIFFOCI_NET_AUTH_AUTH_H

#include "net/http/http.h"

struct auth;
struct auth *auth_new(struct http_client *client); /* the client must live longer */
void auth_free(struct auth *auth);                 /* NULL allowed */

/* Who speaks for us when reading from a repository: domain and path as in a reference, https
 * whether the registry is asked so. Owned by auth; the same for the same arguments. */
struct http_auth *auth_for(struct auth *auth, const char *domain, const char *path, bool https);
/* Whether credentials were found for it, and where (borrowed), for messages; else NULL. */
const char *auth_origin(struct http_auth *session);
/* The credential helper that a file names for it and that is not installed (borrowed), or NULL. */
const char *auth_missing_helper(struct http_auth *session);

#endif
