/* gRPC's length-prefixed messages (PROTOCOL-HTTP2.md, "Length-Prefixed-Message"): bytes in as they
 * come, messages out. */
#ifndef DIFFOCI_NET_GRPC_GRPC_FRAME_H
#define DIFFOCI_NET_GRPC_GRPC_FRAME_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum { GRPC_PREFIX_BYTES = 5 };

/* What stands before a message of that length, which is not compressed. */
void grpc_prefix(uint8_t out[GRPC_PREFIX_BYTES], uint32_t len);

struct grpc_frames {
  struct buf bytes;
  size_t start; /* of what has not been handed out, in bytes */
  size_t max_message;
};

/* At most max_message bytes in one message, and little more than that in memory. */
void grpc_frames_init(struct grpc_frames *frames, size_t max_message);
void grpc_frames_release(struct grpc_frames *frames);
/* ERROR_LIMIT: more than may wait here. */
MUST_CHECK int grpc_frames_add(struct grpc_frames *frames, const void *bytes, size_t len,
                               struct error *err);
/* 1: *message is a view, valid until grpc_frames_add; 0: none is complete. -1: ERROR_LIMIT for one
 * that is too long, ERROR_UNSUPPORTED for a compressed one, which was not asked for. */
MUST_CHECK int grpc_frames_next(struct grpc_frames *frames, struct str *message, struct error *err);
/* Bytes that have come and are no complete message yet. */
size_t grpc_frames_left(const struct grpc_frames *frames);

#endif
