/* One HTTP/2 connection (RFC 9113, over nghttp2) that carries one gRPC call at a time. One thread
 * at a time; bytes move only while grpc_connection_turn runs, so that a slow reader holds up nobody
 * else and keeps nothing in memory. */
#ifndef DIFFOCI_NET_GRPC_GRPC_CONNECTION_H
#define DIFFOCI_NET_GRPC_GRPC_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/grpc/grpc_frame.h"
#include "net/grpc/grpc_status.h"

struct grpc_header { /* name in lower case; the value is printable ASCII */
  const char *name;
  const char *value;
};

/* A call as the connection sees it. */
struct grpc_stream {
  struct grpc_status status;
  struct grpc_frames frames; /* what came */
  struct str sending[2];     /* a prefix and a message, borrowed, less what is under way */
  uint8_t prefix[GRPC_PREFIX_BYTES];
  bool last;   /* after that, nothing more is sent */
  bool ended;  /* the other side sends nothing more */
  bool closed; /* so do we */
  bool failed; /* with err: what came cannot be used */
  struct error err;
  int32_t id;
};

/* max_message: of what comes, in bytes. */
void grpc_stream_init(struct grpc_stream *stream, size_t max_message);
void grpc_stream_release(struct grpc_stream *stream);
/* Lines up a message, once the one before is gone (grpc_stream_is_sent). */
void grpc_stream_send(struct grpc_stream *stream, struct str message, bool last);

struct grpc_connection;

/* Owns fd, a connected non-blocking socket, also on failure. */
struct grpc_connection *grpc_connection_new(int fd, struct error *err);
void grpc_connection_free(struct grpc_connection *connection); /* NULL allowed */
/* Sends what a client begins with (RFC 9113, 3.4), which is otherwise sent with the first call: a
 * server ends connections on which that does not come within two minutes. */
MUST_CHECK int grpc_connection_greet(struct grpc_connection *connection, struct error *err);
/* Whether an unused connection still can be used. Does not wait. */
bool grpc_connection_is_alive(struct grpc_connection *connection);

/* Begins a call of method ("/SERVICE/METHOD") on a connection that has none; stream stays the
 * caller's and must outlive the call. */
MUST_CHECK int grpc_connection_begin(struct grpc_connection *connection, struct grpc_stream *stream,
                                     const char *method, const struct grpc_header *headers,
                                     size_t n, struct error *err);
/* After grpc_stream_send. */
MUST_CHECK int grpc_connection_resume(struct grpc_connection *connection, struct error *err);
/* Whether all that was to be sent is with the system. */
bool grpc_connection_is_flushed(const struct grpc_connection *connection);
/* Sends and receives what can be, waiting until the deadline (clock_ms) for something. */
MUST_CHECK int grpc_connection_turn(struct grpc_connection *connection, int64_t deadline,
                                    struct error *err);
/* Ends the call; false: the connection can only be freed. */
bool grpc_connection_end(struct grpc_connection *connection);

#endif
