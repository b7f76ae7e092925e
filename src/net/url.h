/* URLs (RFC 3986), http and https only. libcurl does the parsing. */
#ifndef DIFFOCI_NET_URL_H
#define DIFFOCI_NET_URL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

enum { URL_MAX = 16 * 1024 }; /* bytes; longer ones are refused */

struct url {
  char *text;    /* the whole, without user, password and fragment; owned */
  char *host;    /* lower case, an IPv6 address without brackets; owned */
  unsigned port; /* the scheme's own where none is given */
  bool https;
};

/* location is a URL, or a reference that counts from base (NULL: it must be a whole URL). A user
 * and password in it are dropped. ERROR_CORRUPT for what is none, ERROR_UNSUPPORTED for another
 * scheme; messages never hold the query. */
MUST_CHECK int url_parse(struct url *out, const char *base, const char *location,
                         struct error *err);
void url_release(struct url *url);
/* The same scheme, host and port: what is secret for one may be told to the other. */
bool url_same_origin(const struct url *a, const struct url *b);
/* For messages: without the query, which may hold a signature. To be freed. */
char *url_display(const char *url);
/* Percent-encoded for a query or a form; to be freed. */
char *url_encode(struct str s);
/* localhost, *.localhost, 127.0.0.0/8, ::1 (with or without brackets). */
bool host_is_loopback(const char *host);

#endif
