/* The Link header (RFC 8288), as lists that come in several pages have it. */
#ifndef DIFFOCI_NET_HTTP_LINK_H
#define DIFFOCI_NET_HTTP_LINK_H

#include "base/str.h"

/* The target of the first link whose rel is, or has among others, "next"; to be freed. NULL: there
 * is none, or what is there is no such header. */
char *link_next(struct str value);

#endif
