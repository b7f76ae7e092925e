#include "cli/fetching.h"

#include "base/digest.h"
#include "cli/fetching_paths.h"
#include "net/net.h"

int fetching_credentials(struct credentials_held *held, const struct reference *reference,
                         bool helpers, struct error *err)
{
  struct registries *registries = registries_load(err);
  struct endpoint_list list;
  int result = -1;

  if (registries && registries_endpoints(registries, reference->domain, reference->path,
                                         reference->has_digest, &list, err) == 0) {
    result = 0;
    for (size_t i = 0; i < list.n; i++)
      credentials_held_look(held, list.items[i].domain, list.items[i].path, helpers);
    endpoint_list_release(&list);
  }
  registries_free(registries);
  return result;
}

/* What libraries ask for, and this process, from here on. */
static const char *const variables[] = {
  "CONTAINERS_REGISTRIES_CONF",
  "HOME",
  "HOSTALIASES",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "DOCKER",
  "LOCALDOMAIN",
  "NERDCTL",
  "NO_PROXY",
  "PODMAN",
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
  struct fetching_paths paths = { 0 };
  struct confine_wanted all = *wanted;
  int result;

  for (size_t i = 0; i < wanted->n_readable; i++)
    fetching_paths_add(&paths, wanted->readable[i]);
  fetching_paths_find(&paths, ca_file);
  all.readable = (const char *const *)paths.items;
  all.n_readable = paths.n;
  /* The library reads files when it is first used, which $OPENSSL_CONF may name. */
  (void)digest_of(DIGEST_SHA256, "", 0);
  confine_forget_environment(variables, ARRAY_LEN(variables));
  result = confine_enter(&all, support, err)
               ? error_wrap(err, "the process that fetches cannot be confined (--sandbox=off does "
                                 "without)")
               : 0;
  fetching_paths_release(&paths);
  return result;
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
