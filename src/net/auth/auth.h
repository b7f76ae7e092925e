/* Authentication at registries: Basic (RFC 7617) and Bearer tokens (distribution's "Token
 * Authentication Specification" and "OAuth2 Token Authentication"). Tokens are kept while they are
 * valid, and renewed. Nothing secret gets into a message. */
#ifndef DIFFOCI_NET_AUTH_AUTH_H
#define DIFFOCI_NET_AUTH_AUTH_H

#include "net/http/http.h"

struct auth;
struct credentials_held;
/* client and held must live longer. held: where credentials are looked for; NULL: where they are
 * kept (net/auth/credentials.h), when a registry first asks. */
struct auth *auth_new(struct http_client *client, const struct credentials_held *held);
void auth_free(struct auth *auth); /* NULL allowed */

/* The session that authenticates requests to one repository, given to the HTTP client with each of
 * them. domain and path are those of a reference (image/reference.h); https says whether the
 * registry is spoken to over TLS, since credentials for it go over nothing else. Owned by auth, and
 * the same for the same arguments. */
struct http_auth *auth_for(struct auth *auth, const char *domain, const char *path, bool https);
/* Where credentials for the repository were found, for messages: a file, or a helper's name
 * (borrowed). NULL: none were found, or none were asked for yet. */
const char *auth_origin(struct http_auth *session);
/* The name of the credential helper (borrowed) that a file names for the repository, but that is
 * not installed. NULL: there is no such helper. */
const char *auth_missing_helper(struct http_auth *session);

#endif
