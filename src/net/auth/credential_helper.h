/* Programs that keep credentials (the docker-credential-helpers protocol). */
#ifndef DIFFOCI_NET_AUTH_CREDENTIAL_HELPER_H
#define DIFFOCI_NET_AUTH_CREDENTIAL_HELPER_H

#include "base/starter.h"
#include "net/auth/docker_config.h"

/* Runs "docker-credential-NAME get" without a shell, writes server to it, reads its answer.
 * Returns 1: *out filled; 0: it has none, or there is no such program (then out->missing is its
 * name); -1. */
MUST_CHECK int credential_helper_get(const char *name, const char *server, unsigned timeout_seconds,
                                     struct credential *out, struct error *err);
/* Tells of the program, and of what it is asked, who will start it. */
void credential_helper_allow(const char *name, const char *server, struct starter *starter);
/* What its answer says: 1: *out filled but for origin; 0: it has none; -1 for anything but the JSON
 * of the protocol. No message holds anything of it. */
MUST_CHECK int credential_helper_parse(struct str answer, struct credential *out,
                                       struct error *err);

#endif
