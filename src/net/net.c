#include "net/net.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/config/certs.h"
#include "net/url.h"

struct host {
  struct host *next;
  char *name; /* as in struct url */
  unsigned port;
  struct http_tls tls;
};

struct net {
  struct http_client *client;
  struct auth *auth;
  struct registries *registries;
  struct progress *progress;
  char **plain_http, **insecure;
  size_t n_plain_http, n_insecure;
  char *ca_file;
  pthread_mutex_t lock; /* guards hosts */
  struct host *hosts;
};

struct http_client *net_client(struct net *net)
{
  return net->client;
}

struct auth *net_auth(struct net *net)
{
  return net->auth;
}

const struct registries *net_registries(const struct net *net)
{
  return net->registries;
}

struct progress *net_progress(const struct net *net)
{
  return net->progress;
}

/* "HOST:PORT", or "HOST" for every port. */
static bool is_listed(char *const *list, size_t n, const char *host, unsigned port)
{
  bool v6 = strchr(host, ':') != NULL;
  AUTO_FREE char *bare = xasprintf("%s%s%s", v6 ? "[" : "", host, v6 ? "]" : "");
  AUTO_FREE char *full = xasprintf("%s:%u", bare, port);

  for (size_t i = 0; i < n; i++) {
    if (strcasecmp(list[i], bare) == 0 || strcasecmp(list[i], full) == 0 ||
        strcasecmp(list[i], host) == 0)
      return true;
  }
  return false;
}

/* Called with the lock held. NULL with *err. */
static struct host *host_of(struct net *net, const char *name, unsigned port, struct error *err)
{
  struct http_tls tls = { 0 };
  struct host *host;

  for (host = net->hosts; host; host = host->next) {
    if (host->port == port && strcmp(host->name, name) == 0)
      return host;
  }
  if (certs_load(&tls, name, port, err) < 0 ||
      (net->ca_file && certs_add_ca(&tls, net->ca_file, err) < 0)) {
    http_tls_release(&tls);
    return NULL;
  }
  tls.insecure = is_listed(net->insecure, net->n_insecure, name, port);
  host = xcalloc(1, sizeof(*host));
  *host = (struct host) { net->hosts, xstrdup(name), port, tls };
  net->hosts = host;
  return host;
}

static const struct http_tls *tls_of(void *context, const char *name, unsigned port)
{
  struct net *net = context;
  struct error err;
  struct host *host;

  pthread_mutex_lock(&net->lock);
  host = host_of(net, name, port, &err);
  pthread_mutex_unlock(&net->lock);
  if (!host)
    log_debug("certificates for %s: %s", name, err.message);
  return host ? &host->tls : NULL;
}

static char **copy_list(const char *const *list, size_t n)
{
  char **copy = xcalloc(n + 1, sizeof(*copy));

  for (size_t i = 0; i < n; i++)
    copy[i] = xstrdup(list[i]);
  return copy;
}

/* What names no host would be held against none, and so go without a word. */
static int check_hosts(const char *flag, const char *const *list, size_t n, struct error *err)
{
  for (size_t i = 0; i < n; i++)
    if (!*list[i] || strpbrk(list[i], "/@ "))
      return error_set(err, ERROR_USAGE, "flag --%s: expected HOST[:PORT], found \"%.300s\"", flag,
                       list[i]);
  return 0;
}

struct net *net_new(const struct net_options *options, struct error *err)
{
  struct http_client_options http = options->http;
  struct net *net;
  struct http_tls check = { 0 };

  if (check_hosts("plain-http", options->plain_http, options->n_plain_http, err) < 0 ||
      check_hosts("insecure", options->insecure, options->n_insecure, err) < 0)
    return NULL;
  net = xcalloc(1, sizeof(*net));
  net->progress = options->progress;
  http.tls = tls_of;
  http.tls_context = net;
  pthread_mutex_init(&net->lock, NULL);
  net->plain_http = copy_list(options->plain_http, options->n_plain_http);
  net->n_plain_http = options->n_plain_http;
  net->insecure = copy_list(options->insecure, options->n_insecure);
  net->n_insecure = options->n_insecure;
  net->ca_file = options->ca_file ? xstrdup(options->ca_file) : NULL;
  if ((!net->ca_file || certs_add_ca(&check, net->ca_file, err) == 0) &&
      (net->registries = registries_load(err)) && (net->client = http_client_new(&http, err)))
    net->auth = auth_new(net->client, options->credentials);
  http_tls_release(&check);
  if (net->auth)
    return net;
  net_free(net);
  return NULL;
}

static void free_list(char **list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(list[i]);
  free(list);
}

void net_free(struct net *net)
{
  struct host *next;

  if (!net)
    return;
  auth_free(net->auth);
  http_client_free(net->client);
  registries_free(net->registries);
  for (struct host *host = net->hosts; host; host = next) {
    next = host->next;
    http_tls_release(&host->tls);
    free(host->name);
    free(host);
  }
  free_list(net->plain_http, net->n_plain_http);
  free_list(net->insecure, net->n_insecure);
  free(net->ca_file);
  pthread_mutex_destroy(&net->lock);
  free(net);
}

bool net_is_named(const struct net *net, const char *url)
{
  CLEANUP(url_release) struct url parsed = { 0 };
  struct error ignored;

  return url_parse(&parsed, NULL, url, &ignored) == 0 &&
         (is_listed(net->plain_http, net->n_plain_http, parsed.host, parsed.port) ||
          is_listed(net->insecure, net->n_insecure, parsed.host, parsed.port));
}

int net_scheme_of(struct net *net, const char *domain, bool insecure, enum net_scheme *out,
                  struct error *err)
{
  AUTO_FREE char *text = xasprintf("https://%s/", domain);
  CLEANUP(url_release) struct url url = { 0 };
  struct host *host;

  if (url_parse(&url, NULL, text, err) < 0)
    return error_wrap(err, "registry %s", domain);
  if (is_listed(net->plain_http, net->n_plain_http, url.host, url.port)) {
    *out = NET_HTTP;
    return 0;
  }
  pthread_mutex_lock(&net->lock);
  host = host_of(net, url.host, url.port, err);
  if (host) {
    if (insecure && !host->tls.insecure)
      host->tls.insecure = true;
    insecure = host->tls.insecure;
  }
  pthread_mutex_unlock(&net->lock);
  if (!host)
    return error_wrap(err, "registry %s", domain);
  if (host_is_loopback(url.host) && url.port != 443)
    *out = NET_HTTP_THEN_HTTPS;
  else
    *out = insecure ? NET_HTTPS_THEN_HTTP : NET_HTTPS;
  return 0;
}
