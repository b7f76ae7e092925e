/* URLs and what a Location header says of them: the input is a base, a zero byte, and a location.
 * What is taken reads as the same again, tells no user or password, and none of its query. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/http/address.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct url *url)
{
  CLEANUP(url_release) struct url again = { 0 };
  AUTO_FREE char *shown = url_display(url->text);
  const char *authority = strstr(url->text, "://");
  struct error err;

  if (!authority || !*url->host || !url->port || url->port > UINT16_MAX)
    abort();
  authority += strlen("://");
  if (memchr(authority, '@', strcspn(authority, "/?#")) || strchr(url->text, '#'))
    abort();
  if (strlen(shown) > strcspn(url->text, "?") + strlen("?…") + 8)
    abort();
  if (url_parse(&again, NULL, url->text, &err) < 0 || strcmp(again.text, url->text) != 0 ||
      !url_same_origin(&again, url))
    abort();
  /* What is this machine is never taken for a public place. */
  if (host_is_loopback(url->host) && address_kind_of_host(url->host) == ADDRESS_PUBLIC)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_FREE char *text = xcalloc(1, size + 2);
  struct url url = { 0 };
  const char *location;
  struct error err;

  memcpy(text, data, size);
  location = text + strlen(text) + 1;
  if (location > text + size)
    location = "";
  if (url_parse(&url, NULL, text, &err) == 0) {
    check(&url);
    url_release(&url);
    if (url_parse(&url, text, location, &err) == 0) {
      check(&url);
      url_release(&url);
    }
  }
  return 0;
}
