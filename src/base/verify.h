/* A stream that passes its inner stream on and checks its size and digest. */
#ifndef DIFFOCI_BASE_VERIFY_H
#define DIFFOCI_BASE_VERIFY_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/stream.h"

/* Owns inner. Reading past `size` bytes fails; so does the end of the stream before that, or with
 * another digest: ERROR_CORRUPT, "expected …, found …". The end must be read (a return of 0) for
 * the check to have been made. */
struct stream *stream_verified(struct stream *inner, const struct digest *digest, uint64_t size);

/* Appends all `size` bytes of such a stream to *out, and reads its end, which makes the check. A
 * NUL follows them. ERROR_LIMIT where *out has no room for them; on any error *out is as before. */
MUST_CHECK int stream_read_checked(struct stream *verified, uint64_t size, struct buf *out,
                                   struct error *err);

#endif
