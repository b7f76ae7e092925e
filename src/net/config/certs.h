/* Certificates that the machine's owner keeps for one registry (docker's and podman's certs.d). */
#ifndef DIFFOCI_NET_CONFIG_CERTS_H
#define DIFFOCI_NET_CONFIG_CERTS_H

#include "net/http/http.h"

/* Looks for HOST:PORT (and HOST where port is 443) below /etc/docker/certs.d,
 * /etc/containers/certs.d, and ~/.config/containers/certs.d; the last directory found counts.
 * *.crt are certificates to trust, NAME.cert with NAME.key is ours. Fills what it finds. */
MUST_CHECK int certs_load(struct http_tls *out, const char *host, unsigned port, struct error *err);
/* Adds the certificates of a file in PEM to those to trust. */
MUST_CHECK int certs_add_ca(struct http_tls *tls, const char *path, struct error *err);
void http_tls_release(struct http_tls *tls);

#endif
