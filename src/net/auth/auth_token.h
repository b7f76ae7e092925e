/* Fetching one token. Only for the files auth*.c. */
#ifndef DIFFOCI_NET_AUTH_AUTH_TOKEN_H
#define DIFFOCI_NET_AUTH_AUTH_TOKEN_H

#include "net/auth/challenge.h"
#include "net/auth/docker_config.h"
#include "net/http/http.h"

struct token {
  char *text;       /* owned */
  unsigned seconds; /* it is valid for */
};

void token_release(struct token *token); /* erases it */
/* "Basic …" for user and password; to be freed. */
char *auth_basic(const char *user, const char *password);
/* Asks the challenge's realm for a token for scope; credential NULL: as nobody. https: the registry
 * is, so the realm has to be as well where credentials are sent. */
MUST_CHECK int token_fetch(struct http_client *client, const struct challenge *challenge,
                           const char *scope, const struct credential *credential, bool https,
                           struct token *out, struct error *err);
/* From the realm's answer (fuzzed). */
MUST_CHECK int token_parse(struct str answer, struct token *out, struct error *err);

#endif
