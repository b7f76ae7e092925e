#include "net/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"
#include "net/url.h"

static enum address_kind address_kind_v4(uint32_t address)
{
  static const struct {
    uint32_t prefix;
    unsigned bits;
    enum address_kind kind;
  } special[] = {
    { 0x00000000, 8, ADDRESS_PRIVATE },     /* this network */
    { 0x0a000000, 8, ADDRESS_PRIVATE },     /* RFC 1918 */
    { 0x64400000, 10, ADDRESS_PRIVATE },    /* shared by a provider's customers, RFC 6598 */
    { 0x7f000000, 8, ADDRESS_PRIVATE },     /* loopback */
    { 0xa9fe0000, 16, ADDRESS_LINK_LOCAL }, /* RFC 3927 */
    { 0xac100000, 12, ADDRESS_PRIVATE },    /* RFC 1918 */
    { 0xc0000000, 24, ADDRESS_PRIVATE },    /* protocol assignments, RFC 6890 */
    { 0xc0a80000, 16, ADDRESS_PRIVATE },    /* RFC 1918 */
    { 0xc6120000, 15, ADDRESS_PRIVATE },    /* benchmarks, RFC 2544 */
    { 0xe0000000, 3, ADDRESS_PRIVATE },     /* multicast, reserved, broadcast */
  };

  for (size_t i = 0; i < ARRAY_LEN(special); i++) {
    if ((address ^ special[i].prefix) >> (32 - special[i].bits) == 0)
      return special[i].kind;
  }
  return ADDRESS_PUBLIC;
}

static enum address_kind address_kind_v6(const unsigned char b[16])
{
  static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */
  static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };    /* 64:ff9b::/96 */
  static const unsigned char compatible[12] = { 0 };                    /* ::/96, ::1 too */
  const unsigned char *v4 = NULL;

  if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0 || memcmp(b, compatible, 12) == 0)
    v4 = b + 12;
  if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 */
    v4 = b + 2;
  if (v4)
    return address_kind_v4((uint32_t)v4[0] << 24 | (uint32_t)v4[1] << 16 | (uint32_t)v4[2] << 8 |
                           v4[3]);
  if (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
    return ADDRESS_LINK_LOCAL;
  /* Beside 2000::/3 nothing is routed in public. */
  return (b[0] & 0xe0) == 0x20 ? ADDRESS_PUBLIC : ADDRESS_PRIVATE;
}

enum address_kind address_kind(const struct sockaddr *address)
{
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;

  switch (address->sa_family) {
  case AF_INET:
    memcpy(&v4, address, sizeof(v4));
    return address_kind_v4(ntohl(v4.sin_addr.s_addr));
  case AF_INET6:
    memcpy(&v6, address, sizeof(v6));
    return address_kind_v6(v6.sin6_addr.s6_addr);
  default:
    return ADDRESS_PRIVATE;
  }
}

enum address_kind address_kind_of_host(const char *host)
{
  char bare[INET6_ADDRSTRLEN];
  size_t len = strcspn(host, "%"); /* of a zone, which only link-local addresses have */
  struct in_addr v4;
  struct in6_addr v6;

  if (inet_aton(host, &v4)) /* in any of its spellings: 127.1, 0x7f000001 */
    return address_kind_v4(ntohl(v4.s_addr));
  if (len < sizeof(bare)) {
    memcpy(bare, host, len);
    bare[len] = '\0';
    if (inet_pton(AF_INET6, bare, &v6) == 1)
      return address_kind_v6(v6.s6_addr);
  }
  return host_is_loopback(host) ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}
