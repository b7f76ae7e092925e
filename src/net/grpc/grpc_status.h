/* How a gRPC call ended (PROTOCOL-HTTP2.md, "Responses"; statuscodes.md). */
#ifndef DIFFOCI_NET_GRPC_GRPC_STATUS_H
#define DIFFOCI_NET_GRPC_GRPC_STATUS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

enum grpc_code {
  GRPC_OK = 0,
  GRPC_CANCELLED = 1,
  GRPC_UNKNOWN = 2,
  GRPC_INVALID_ARGUMENT = 3,
  GRPC_DEADLINE_EXCEEDED = 4,
  GRPC_NOT_FOUND = 5,
  GRPC_ALREADY_EXISTS = 6,
  GRPC_PERMISSION_DENIED = 7,
  GRPC_RESOURCE_EXHAUSTED = 8,
  GRPC_FAILED_PRECONDITION = 9,
  GRPC_ABORTED = 10,
  GRPC_OUT_OF_RANGE = 11,
  GRPC_UNIMPLEMENTED = 12,
  GRPC_INTERNAL = 13,
  GRPC_UNAVAILABLE = 14,
  GRPC_DATA_LOSS = 15,
  GRPC_UNAUTHENTICATED = 16,
  GRPC_NONE = 17, /* none of gRPC's: it was not told */
};

enum { GRPC_MESSAGE_MAX = 1024 }; /* bytes of a message; what is longer is cut */

/* What headers and trailers say, filled as they come. */
struct grpc_status {
  unsigned http;       /* :status; 0: none yet */
  bool has_type;       /* content-type was there, */
  bool is_grpc;        /* and it was application/grpc */
  enum grpc_code code; /* of grpc-status; GRPC_NONE: none yet */
  char message[GRPC_MESSAGE_MAX + 1];
};

void grpc_status_init(struct grpc_status *status);
/* Takes one header or trailer; those that say nothing here are left alone. */
void grpc_status_header(struct grpc_status *status, struct str name, struct str value);
/* Whether the call went well. -1: *err is filled from what came. */
MUST_CHECK int grpc_status_check(const struct grpc_status *status, struct error *err);

/* Percent-decodes (grpc-message), at most size - 1 bytes; what is no percent-encoding stays as it
 * is. NUL-terminated. */
void grpc_percent_decode(struct str text, char *out, size_t size);

#endif
