/* Blobs that lie elsewhere: the `urls` of a descriptor (OCI descriptor.md), as the layers have that
 * may not be distributed ("foreign" layers). */
#ifndef DIFFOCI_SOURCE_EXTERNAL_H
#define DIFFOCI_SOURCE_EXTERNAL_H

#include "base/stream.h"
#include "image/descriptor.h"
#include "net/net.h"

/* Whether there is a URL to try, of http or https. Only layers of the types that may not be
 * distributed have such: whoever writes an image could else make us ask anybody for anything. */
bool external_has(const struct descriptor *blob);
/* A stream of the bytes, not checked, from the first URL that answers. No credentials are sent, and
 * none but public addresses are asked, or hosts that the user named, or the registry that the image
 * came from (HOST[:PORT]; NULL: from none). err tells, when called, why the blob is needed from
 * elsewhere; after a failure its code is the same, and the message says that, too. */
struct stream *external_open(struct net *net, const struct descriptor *blob, const char *from,
                             struct error *err);
/* The same, for struct source_options: over the connection that net(context, …) opens. */
struct stream *external_fetch(struct net *(*net)(void *context, struct error *err), void *context,
                              const struct descriptor *blob, struct error *err);

#endif
