/* One question to the broker and its answer. Private to worker/. */
#ifndef DIFFOCI_WORKER_CALL_H
#define DIFFOCI_WORKER_CALL_H

#include "worker/client.h"

/* Answers come from a process of ours: this is to keep a mistake small. */
enum { CALL_BYTES_MAX = 1 << 30 };

struct call {
  enum wire_kind kind; /* never WIRE_FAILED, which is an error */
  int socket;          /* WIRE_STREAM: where the frames come from; else -1 */
  int fd;              /* WIRE_FILE: the descriptor; else -1 */
  uint64_t offset, size;
  struct buf bytes; /* WIRE_DONE */
};

/* Asks and waits for the answer. *out is to be released, also on failure. Any thread. */
MUST_CHECK int client_call(struct client *client, const struct wire_request *request,
                           struct call *out, struct error *err);
void call_release(struct call *call);
#define AUTO_CALL CLEANUP(call_release) struct call

/* What WIRE_FILE and WIRE_STREAM stand for; takes their descriptors out of *call. */
struct stream *call_stream(struct call *call, struct error *err);

#endif
