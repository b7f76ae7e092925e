/* What the machine's owner says about registries: registries.conf, version 2
 * (containers-registries.conf(5)). Image names are Docker's here, so the search list for names
 * without a registry is read but does not count; short-name aliases do. */
#ifndef DIFFOCI_NET_CONFIG_REGISTRIES_H
#define DIFFOCI_NET_CONFIG_REGISTRIES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

struct registries;

struct registries *registries_new(void);             /* knows nothing */
void registries_free(struct registries *registries); /* NULL allowed */
/* Adds what one file says; an entry for a prefix or alias that is there replaces it. */
MUST_CHECK int registries_add(struct registries *registries, struct str text, struct error *err);
/* Directories that may hold registries.conf and registries.conf.d, the most important first: the
 * user's (NULL: none), the machine owner's, the distribution's. */
enum { REGISTRIES_PLACES = 3 };
/* The first registries.conf that is there, then registries.conf.d/ *.conf: of the user's place
 * alone if that file was the user's (containers-registries.conf.d(5)), else of all, the most
 * important last. */
struct registries *registries_load_from(const char *const places[REGISTRIES_PLACES],
                                        struct error *err);
/* $CONTAINERS_REGISTRIES_CONF alone; or else from ${XDG_CONFIG_HOME:-~/.config}/containers,
 * /etc/containers and /usr/share/containers. */
struct registries *registries_load(struct error *err);

/* The full name that an alias gives to a name without domain, tag and digest; or NULL. */
const char *registries_alias(const struct registries *registries, struct str name);

/* A place to ask for a repository. */
struct endpoint {
  char *domain; /* "HOST[:PORT]"; owned */
  char *path;   /* owned */
  bool insecure;
};

struct endpoint_list {
  struct endpoint *items;
  size_t n;
};

/* Where to ask for DOMAIN/PATH, mirrors first; at least one. by_digest: whether the image is asked
 * for by digest, since mirrors may serve only these, or only the others. Blocked:
 * ERROR_PERMISSION. */
MUST_CHECK int registries_endpoints(const struct registries *registries, const char *domain,
                                    const char *path, bool by_digest, struct endpoint_list *out,
                                    struct error *err);
void endpoint_list_release(struct endpoint_list *list);

#endif
