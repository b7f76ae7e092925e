/* What a registry, its mirrors and token servers answer in the fuzz target `registry`. Without a
 * script they hold a sound image; the parts "answer" of the script spoil their answers one by one,
 * in the order of the requests:
 *
 *   .             leaves it sound
 *   + WORDS       changes it: s503 its status, c100 cuts its body after 100 bytes and ends the
 * connection, e ends it HEADER        after the whole answer, n says no length, b has the rest of
 * the part after an empty line as its …             body; the lines that follow are further header
 * lines anything else is sent as it is, and the connection ended
 */
#ifndef DIFFOCI_TESTS_REGISTRY_PEER_H
#define DIFFOCI_TESTS_REGISTRY_PEER_H

#include "../common/fake_net.h"

#define SECRET_OF_REGISTRY "secret-of-the-registry"
#define SECRET_OF_MIRROR "secret-of-the-mirror"
#define TOKEN_OF_REGISTRY "token-of-the-registry"

/* Credentials for the hosts, as in an auth.json. */
extern const char registry_peer_credentials[];

/* A run begins. */
void registry_peer_begin(struct str script);
/* What the user names is this image from now on. */
void registry_peer_name(struct str name);
/* Ends the program if the request tells a secret to whom it is not for, or goes where it must not.
 */
bool registry_peer_answer(void *context, const struct fake_request *request, struct buf *out);

#endif
