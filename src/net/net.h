/* What all registries of one run share: the HTTP client and its connections, tokens, and what the
 * command line and the machine's owner say about registries. */
#ifndef DIFFOCI_NET_NET_H
#define DIFFOCI_NET_NET_H

#include "net/auth/auth.h"
#include "net/config/registries.h"
#include "net/http/http.h"
#include "net/progress.h"

struct net_options {
  const char *const *plain_http; /* HOST or HOST:PORT, spoken to over http; copied, as all here */
  size_t n_plain_http;
  const char *const *insecure; /* the same, whose certificates are not checked */
  size_t n_insecure;
  const char *ca_file; /* certificates to trust beside the system's, in PEM; NULL: none */
  const struct credentials_held *credentials; /* as for auth_new; borrowed */
  struct progress *progress;                  /* where large transfers are counted; NULL: nowhere */
  struct http_client_options http;            /* tls and tls_context are not used */
};

struct net;
/* Reads registries.conf and ca_file. ERROR_USAGE names the flag whose word can be no host. */
struct net *net_new(const struct net_options *options, struct error *err);
void net_free(struct net *net); /* NULL allowed; what it gave out must be gone */

struct http_client *net_client(struct net *net);
struct auth *net_auth(struct net *net);
const struct registries *net_registries(const struct net *net);
struct progress *net_progress(const struct net *net); /* may be NULL */

/* Whether the user named the host of this URL among plain_http or insecure. */
bool net_is_named(const struct net *net, const char *url);

/* What to try for a domain (HOST[:PORT]), in this order. */
enum net_scheme { NET_HTTPS, NET_HTTP, NET_HTTPS_THEN_HTTP, NET_HTTP_THEN_HTTPS };
/* insecure: registries.conf says so. Also reads the domain's certificates, so that a mistake there
 * is an error here. */
MUST_CHECK int net_scheme_of(struct net *net, const char *domain, bool insecure,
                             enum net_scheme *out, struct error *err);

#endif
