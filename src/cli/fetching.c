#include "cli/fetching.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "net/net.h"

struct credentials_held *fetching_credentials(const struct reference *reference, struct error *err)
{
  struct registries *registries = registries_load(err);
  struct credentials_held *held = NULL;
  struct endpoint_list list;

  if (registries && registries_endpoints(registries, reference->domain, reference->path,
                                         reference->has_digest, &list, err) == 0) {
    held = credentials_held_new();
    for (size_t i = 0; i < list.n; i++)
      credentials_held_look(held, list.items[i].domain, list.items[i].path);
    endpoint_list_release(&list);
  }
  registries_free(registries);
  return held;
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

int fetching_confine(const struct confine_support *support, const char *ca_file, pid_t child,
                     struct error *err)
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
  const char *readable[ARRAY_LEN(usual) + ARRAY_LEN(own)];
  struct confine_wanted wanted = { .role = CONFINE_FETCHER, .readable = readable, .child = child };

  for (size_t i = 0; i < ARRAY_LEN(usual); i++)
    readable[wanted.n_readable++] = usual[i];
  for (size_t i = 0; i < ARRAY_LEN(own); i++)
    if (own[i] && *own[i])
      readable[wanted.n_readable++] = own[i];
  confine_forget_environment(variables, ARRAY_LEN(variables));
  (void)digest_of(DIGEST_SHA256, "", 0); /* the library reads files when it is first used */
  return confine_enter(&wanted, support, err)
             ? error_wrap(err, "the process that fetches cannot be confined (--sandbox=off does "
                               "without)")
             : 0;
}
