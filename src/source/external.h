/* Blobs that lie elsewhere: the `urls` of a descriptor (OCI descriptor.md), as the layers have that
 * may not be distributed ("foreign" layers). */
#ifndef DIFFOCI_SOURCE_EXTERNAL_H
#define DIFFOCI_SOURCE_EXTERNAL_H

#include "base/stream.h"
#include "image/descriptor.h"
#include "net/net.h"

/* Whether there is a URL to try: of http or https, and the blob is no index, manifest or config.
 */
bool external_has(const struct descriptor *blob);
/* A stream of the bytes, not checked, from the first URL that answers. No credentials are sent.
 * err tells, when called, why the blob is needed from elsewhere, and after a failure that, too. */
struct stream *external_open(struct net *net, const struct descriptor *blob, struct error *err);

#endif
