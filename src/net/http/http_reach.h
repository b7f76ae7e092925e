/* Which addresses a transfer connects to, and through which proxy. Only for the files http*.c. */
#ifndef DIFFOCI_NET_HTTP_HTTP_REACH_H
#define DIFFOCI_NET_HTTP_HTTP_REACH_H

#include "net/http/http_transfer.h"

/* Takes the proxy that the environment names. libcurl reads http_proxy in lower case only, since in
 * a CGI program HTTP_PROXY is a header of the client's; other programs read both, and so does this,
 * but not in a CGI program. A loopback host is reached without one. */
void http_reach_set_proxy(CURL *easy, const struct url *url);

/* Bounds the addresses that a transfer may connect to, as each is connected to: what a name stands
 * for is known only then. Behind a proxy it is the proxy that looks up names, and nothing is bound.
 */
void http_reach_set(struct transfer *transfer, enum http_reach reach);

/* Whether a host may be reached; a name may, as long as its addresses are not known. */
bool http_reach_allows(enum http_reach reach, const char *host);

/* Says in *err that an address is refused. Returns -1. */
int http_reach_refuse(struct error *err);

#endif
