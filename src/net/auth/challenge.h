/* The WWW-Authenticate header (RFC 9110, 11.6.1; the Bearer scheme: RFC 6750 and distribution's
 * token authentication specification). */
#ifndef DIFFOCI_NET_AUTH_CHALLENGE_H
#define DIFFOCI_NET_AUTH_CHALLENGE_H

#include "base/error.h"
#include "base/str.h"

struct challenge { /* what is owned is NULL where it is not given */
  char *scheme;
  char *realm, *service, *scope, *error;
};

enum { CHALLENGES_IN_HEADER = 8 }; /* further ones are not looked at */

struct challenge_list {
  struct challenge items[CHALLENGES_IN_HEADER];
  size_t n;
};

/* Adds the challenges of one header to *list. Other parameters are skipped; of a parameter given
 * twice the first counts. ERROR_CORRUPT at what follows no grammar; what came before it stays. */
MUST_CHECK int challenges_parse(struct challenge_list *list, struct str header, struct error *err);
void challenges_release(struct challenge_list *list);
/* The first of a scheme, in any case, or NULL. */
const struct challenge *challenges_find(const struct challenge_list *list, const char *scheme);

#endif
