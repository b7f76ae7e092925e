/* A gRPC client on a Unix socket: unary and streaming calls (PROTOCOL-HTTP2.md). A client may be
 * used by several threads at once, each call by one at a time; each call has a connection to itself
 * while it lasts. */
#ifndef DIFFOCI_NET_GRPC_GRPC_H
#define DIFFOCI_NET_GRPC_GRPC_H

#include "base/starter.h"
#include "net/grpc/grpc_connection.h"

struct grpc_options {
  const char *socket;  /* copied; see unix_connect */
  unsigned connect_ms; /* 0: 5 s */
  unsigned stall_ms;   /* without any byte while some are waited for; 0: 60 s */
  size_t max_message;  /* bytes of a message that comes; 0: 16 MiB */
};

struct grpc;
struct grpc *grpc_new(const struct grpc_options *options); /* connects when it is used */
/* All calls must have been closed. NULL allowed. */
void grpc_free(struct grpc *grpc);

/* Connects as often as calls will be made at a time, so that a process that may open no sockets any
 * more can go on with what it has: from here on connections that have ended are all that is lost.
 */
MUST_CHECK int grpc_keep_open(struct grpc *grpc, struct error *err);

/* Tells who will connect for a process that may not any more. The client lives longer. */
void grpc_allow(const struct grpc *grpc, struct starter *starter);

struct grpc_request {
  const char *method; /* "/SERVICE/METHOD" */
  const struct grpc_header *headers;
  size_t n_headers;
  unsigned stall_ms; /* 0: as in the options */
  unsigned total_ms; /* for all of the call; 0: no such limit */
};

struct grpc_call;
struct grpc_call *grpc_call_open(struct grpc *grpc, const struct grpc_request *request,
                                 struct error *err);
/* Sends a message, which is not needed any longer then. Where the other side has ended the call
 * already, it is dropped: grpc_call_receive says why. */
MUST_CHECK int grpc_call_send(struct grpc_call *call, struct str message, bool last,
                              struct error *err);
/* 1: *message is a view, valid until the next use of the call; 0: the call has ended well. -1: it
 * failed, or ended with a status other than OK. */
MUST_CHECK int grpc_call_receive(struct grpc_call *call, struct str *message, struct error *err);
/* From here on, how long to wait where nothing comes; as request->stall_ms. */
void grpc_call_set_stall(struct grpc_call *call, unsigned stall_ms);
/* How it ended; GRPC_NONE: it has not, or otherwise than by a status. */
enum grpc_code grpc_call_code(const struct grpc_call *call);
/* A call that has not ended is cancelled. NULL allowed. */
void grpc_call_close(struct grpc_call *call);

/* One message there, one back, which is appended to reply (NULL: not wanted). *code, where not
 * NULL, is as grpc_call_code in any case. */
MUST_CHECK int grpc_unary(struct grpc *grpc, const struct grpc_request *request, struct str message,
                          struct buf *reply, enum grpc_code *code, struct error *err);

#endif
