/* net/address. Wanted: the IANA IPv4 and IPv6 Special-Purpose Address Registries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "net/http/address.h"

static void test_hosts(void **state)
{
  static const struct {
    const char *host;
    enum address_kind kind;
  } cases[] = {
    { "8.8.8.8", ADDRESS_PUBLIC },
    { "9.255.255.255", ADDRESS_PUBLIC },
    { "10.0.0.0", ADDRESS_PRIVATE },
    { "11.0.0.0", ADDRESS_PUBLIC },
    { "100.63.255.255", ADDRESS_PUBLIC },
    { "100.64.0.1", ADDRESS_PRIVATE },
    { "127.0.0.1", ADDRESS_PRIVATE },
    { "127.1", ADDRESS_PRIVATE },
    { "2130706433", ADDRESS_PRIVATE },
    { "0x7f000001", ADDRESS_PRIVATE },
    { "0.0.0.0", ADDRESS_PRIVATE },
    { "169.253.255.255", ADDRESS_PUBLIC },
    { "169.254.169.254", ADDRESS_LINK_LOCAL },
    { "2852039166", ADDRESS_LINK_LOCAL },
    { "172.15.255.255", ADDRESS_PUBLIC },
    { "172.16.0.1", ADDRESS_PRIVATE },
    { "172.31.255.255", ADDRESS_PRIVATE },
    { "172.32.0.0", ADDRESS_PUBLIC },
    { "192.168.1.1", ADDRESS_PRIVATE },
    { "198.19.0.1", ADDRESS_PRIVATE },
    { "224.0.0.1", ADDRESS_PRIVATE },
    { "255.255.255.255", ADDRESS_PRIVATE },
    { "::1", ADDRESS_PRIVATE },
    { "::", ADDRESS_PRIVATE },
    { "fe80::1", ADDRESS_LINK_LOCAL },
    { "fe80::1%eth0", ADDRESS_LINK_LOCAL },
    { "febf::1", ADDRESS_LINK_LOCAL },
    { "fec0::1", ADDRESS_PRIVATE },
    { "fd00::1", ADDRESS_PRIVATE },
    { "2001:4860:4860::8888", ADDRESS_PUBLIC },
    { "::ffff:169.254.169.254", ADDRESS_LINK_LOCAL },
    { "::ffff:10.0.0.1", ADDRESS_PRIVATE },
    { "::ffff:8.8.8.8", ADDRESS_PUBLIC },
    { "64:ff9b::a9fe:a9fe", ADDRESS_LINK_LOCAL },
    { "2002:a9fe:a9fe::1", ADDRESS_LINK_LOCAL },
    { "localhost", ADDRESS_PRIVATE },
    { "a.localhost", ADDRESS_PRIVATE },
    { "example.com", ADDRESS_PUBLIC },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    if (address_kind_of_host(cases[i].host) != cases[i].kind)
      fail_msg("%s: found %d", cases[i].host, address_kind_of_host(cases[i].host));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_hosts) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
