/* What this user has to log in with. Looks, in this order, into $REGISTRY_AUTH_FILE,
 * $XDG_RUNTIME_DIR/containers/auth.json, ${XDG_CONFIG_HOME:-~/.config}/containers/auth.json and
 * $DOCKER_CONFIG/config.json (~/.docker/config.json), and asks the helper programs named there. */
#ifndef DIFFOCI_NET_AUTH_CREDENTIALS_H
#define DIFFOCI_NET_AUTH_CREDENTIALS_H

#include "base/starter.h"
#include "net/auth/docker_config.h"

/* Returns 1: *out filled; 0: there are none (out->missing may tell why); -1: a file or a helper
 * failed. *out is to be released. */
MUST_CHECK int credentials_find(const char *domain, const char *path, struct credential *out,
                                struct error *err);

/* What was found for some repositories, by a process that may not look later. */
struct credentials_held;
struct credentials_held *credentials_held_new(void);
void credentials_held_free(struct credentials_held *held); /* erases them; NULL allowed */
/* Looks for those of one more repository. What fails is an error when they are needed. helpers
 * false: asks no helper program before they are needed. */
void credentials_held_look(struct credentials_held *held, const char *domain, const char *path,
                           bool helpers);
/* Tells of the helpers that may still have to be asked who will start them. */
void credentials_held_allow(const struct credentials_held *held, struct starter *starter);
/* As credentials_find, of what was looked for; of another repository there are none. */
MUST_CHECK int credentials_held_find(const struct credentials_held *held, const char *domain,
                                     const char *path, struct credential *out, struct error *err);

#endif
