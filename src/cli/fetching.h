/* The process that speaks to registries, confined to that. */
#ifndef DIFFOCI_CLI_FETCHING_H
#define DIFFOCI_CLI_FETCHING_H

#include "base/confine/confine.h"
#include "image/reference.h"
#include "net/auth/credentials.h"

/* Adds what the user has to log in with at the registry of a name and its mirrors, found before
 * there is no right to look any more. helpers: whether credential helpers are asked now, or when
 * they are needed. */
MUST_CHECK int fetching_credentials(struct credentials_held *held,
                                    const struct reference *reference, bool helpers,
                                    struct error *err);
/* Confines this process, for good, before it has threads, to what is wanted, and to what speaking
 * to hosts takes: also reads what libraries and certificates are in, and ca_file (NULL: none). It
 * forgets its environment but for what that needs. */
MUST_CHECK int fetching_confine(const struct confine_wanted *wanted,
                                const struct confine_support *support, const char *ca_file,
                                struct error *err);
/* The same of one that speaks for the confined process, and does nothing else: it may wait for and
 * end its n children, at most CONFINE_CHILDREN_MAX. */
MUST_CHECK int fetching_confine_alone(const struct confine_support *support, const char *ca_file,
                                      const pid_t *children, size_t n, struct error *err);

#endif
