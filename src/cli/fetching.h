/* The process that speaks to registries, confined to that. */
#ifndef DIFFOCI_CLI_FETCHING_H
#define DIFFOCI_CLI_FETCHING_H

#include "base/confine/confine.h"
#include "image/reference.h"
#include "net/auth/credentials.h"

/* What the user has to log in with at the registry of a name and its mirrors, found before there is
 * no right to look any more. NULL with *err. */
struct credentials_held *fetching_credentials(const struct reference *reference, struct error *err);
/* Confines this process, for good, before it has threads: it may speak to hosts, read what
 * libraries and certificates for that take, ca_file (NULL: none) too, and wait for and end its
 * child.
 */
MUST_CHECK int fetching_confine(const struct confine_support *support, const char *ca_file,
                                pid_t child, struct error *err);

#endif
