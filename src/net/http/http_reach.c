#include "net/http/http_reach.h"

#include <stdlib.h>

#include "net/http/address.h"

void http_reach_set_proxy(CURL *easy, const struct url *url)
{
  const char *upper = getenv("HTTP_PROXY");

  if (host_is_loopback(url->host))
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  else if (!url->https && upper && *upper && !getenv("http_proxy") && !getenv("REQUEST_METHOD"))
    curl_easy_setopt(easy, CURLOPT_PROXY, upper);
}

static bool may_reach(enum http_reach reach, enum address_kind kind)
{
  return kind == ADDRESS_PUBLIC || reach == HTTP_REACH_GIVEN ||
         (reach == HTTP_REACH_NOT_LINK_LOCAL && kind == ADDRESS_PRIVATE);
}

/* Called for each address that libcurl is about to connect to. A name may stand for any. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct transfer *transfer = context;

  (void)purpose;
  if (may_reach(transfer->reach, address_kind(&address->addr)))
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  pthread_mutex_lock(&transfer->lock);
  transfer->refused = true;
  pthread_mutex_unlock(&transfer->lock);
  return CURL_SOCKET_BAD;
}

/* Behind a proxy it is the proxy's address that is connected to, and the proxy that looks up names.
 */
static bool has_proxy(void)
{
  static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy",
                                       "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY" };

  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    const char *value = getenv(names[i]);

    if (value && *value)
      return true;
  }
  return false;
}

void http_reach_set(struct transfer *transfer, enum http_reach reach)
{
  transfer->reach = reach;
  if (reach == HTTP_REACH_GIVEN || has_proxy())
    return;
  curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, transfer);
  /* A connection that is open already was made by other rules. */
  if (reach == HTTP_REACH_PUBLIC)
    curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
}

bool http_reach_allows(enum http_reach reach, const char *host)
{
  return may_reach(reach, address_kind_of_host(host));
}

int http_reach_refuse(struct error *err)
{
  return error_set(err, ERROR_PERMISSION,
                   "refused: a loopback, private or link-local address that the user did not name");
}
