/* What kind of network an address is in (the IANA registries of special-purpose addresses). */
#ifndef DIFFOCI_NET_HTTP_ADDRESS_H
#define DIFFOCI_NET_HTTP_ADDRESS_H

#include <sys/socket.h>

enum address_kind {
  ADDRESS_PUBLIC,
  ADDRESS_PRIVATE,    /* this host, a network of somebody's own, or none that can be reached */
  ADDRESS_LINK_LOCAL, /* 169.254.0.0/16, fe80::/10: where clouds tell machines their secrets */
};

/* IPv4 addresses within IPv6 ones count as what they are; other families are private. */
enum address_kind address_kind(const struct sockaddr *address);
/* The same of a host as it stands in a URL, without brackets. A name is public, but for localhost
 * and all below it: what it stands for is known when it is connected to. */
enum address_kind address_kind_of_host(const char *host);

#endif
