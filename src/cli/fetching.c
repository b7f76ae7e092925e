#include "cli/fetching.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "net/net.h"

int fetching_credentials(struct credentials_held *held, const struct reference *reference,
                         bool helpers, struct error *err)
{
  struct registries *registries = registries_load(err);
  struct endpoint_list list;
  int result = -1;

  if (registries && registries_endpoints(registries, reference->domain, reference->path,
                                         reference->has_digest, &list, err) == 0) {
    result = 1;
    for (size_t i = 0; i < list.n && result > 0; i++)
      result = credentials_held_look(held, list.items[i].domain, list.items[i].path, helpers);
    endpoint_list_release(&list);
  }
  registries_free(registries);
  return result;
}

/* Libraries that are loaded when they are needed, what the C library looks into to find a host, and
 * certificates. Single files of /etc, since there are others in it. */
static const char *const usual[] = {
  "/usr/lib",
  "/usr/lib32",
  "/usr/lib64",
  "/usr/local/lib",
  "/usr/libexec",
  "/lib",
  "/lib64",
  "/nix/store",
  "/etc/ld.so.cache",
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/host.conf",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/services",
  "/etc/protocols",
  "/etc/networks",
  "/etc/localtime",
  "/usr/share/zoneinfo",
  "/run/systemd/resolve",
  "/run/resolvconf",
  "/run/NetworkManager/resolv.conf",
  "/etc/ssl/openssl.cnf",
  "/etc/ssl/certs",
  "/etc/ssl/cert.pem",
  "/etc/pki/tls/certs",
  "/etc/pki/tls/cert.pem",
  "/etc/pki/tls/openssl.cnf",
  "/etc/pki/tls/openssl.d",
  "/etc/pki/ca-trust",
  "/etc/crypto-policies",
  "/etc/ca-certificates",
  "/usr/share/ca-certificates",
  "/usr/local/share/ca-certificates",
  "/usr/share/pki",
  "/usr/share/crypto-policies",
  "/var/lib/ca-certificates",
  "/etc/docker/certs.d",
  "/etc/containers",
  "/usr/share/containers",
  "/proc/vmstat",
  "/proc/self/cgroup",
  "/sys/fs/cgroup",
};

/* What libraries ask for, and this process, from here on. */
static const char *const variables[] = {
  "CONTAINERS_REGISTRIES_CONF",
  "HOME",
  "HOSTALIASES",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "LOCALDOMAIN",
  "NO_PROXY",
  "all_proxy",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "REQUEST_METHOD",
  "RES_OPTIONS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "XDG_CONFIG_HOME",
};

int fetching_confine(const struct confine_wanted *wanted, const struct confine_support *support,
                     const char *ca_file, struct error *err)
{
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *home = getenv("HOME");
  AUTO_FREE char *place = config && *config ? xasprintf("%s/containers", config)
                          : home && *home   ? xasprintf("%s/.config/containers", home)
                                            : xstrdup("");
  AUTO_FREE char *certs = xasprintf("%s/certs.d", place);
  AUTO_FREE char *file = xasprintf("%s/registries.conf", place);
  AUTO_FREE char *more = xasprintf("%s/registries.conf.d", place);
  const char *const own[] = {
    certs,
    file,
    more,
    getenv("CONTAINERS_REGISTRIES_CONF"),
    getenv("SSL_CERT_FILE"),
    getenv("SSL_CERT_DIR"),
    ca_file,
  };
  AUTO_FREE const char **readable =
      xcalloc(ARRAY_LEN(usual) + ARRAY_LEN(own) + wanted->n_readable, sizeof(*readable));
  struct confine_wanted all = *wanted;

  all.readable = readable;
  for (size_t i = 0; i < wanted->n_readable; i++)
    readable[i] = wanted->readable[i];
  for (size_t i = 0; i < ARRAY_LEN(usual); i++)
    readable[all.n_readable++] = usual[i];
  for (size_t i = 0; i < ARRAY_LEN(own); i++)
    if (own[i] && *own[i])
      readable[all.n_readable++] = own[i];
  /* The library reads files when it is first used, which $OPENSSL_CONF may name. */
  (void)digest_of(DIGEST_SHA256, "", 0);
  confine_forget_environment(variables, ARRAY_LEN(variables));
  return confine_enter(&all, support, err)
             ? error_wrap(err, "the process that fetches cannot be confined (--sandbox=off does "
                               "without)")
             : 0;
}

int fetching_confine_alone(const struct confine_support *support, const char *ca_file,
                           const pid_t *children, size_t n, struct error *err)
{
  struct confine_wanted wanted = { .role = CONFINE_FETCHER };

  while (wanted.n_children < n) {
    wanted.children[wanted.n_children] = children[wanted.n_children];
    wanted.n_children++;
  }
  return fetching_confine(&wanted, support, ca_file, err);
}
