/* The thread that drives libcurl's multi interface. Only for the files http*.c. */
#ifndef DIFFOCI_NET_HTTP_HTTP_LOOP_H
#define DIFFOCI_NET_HTTP_HTTP_LOOP_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/http/curl_api.h"

struct transfer;

enum loop_command { LOOP_ADD = 1, LOOP_UNPAUSE = 2, LOOP_REMOVE = 4 };

struct loop_node { /* a part of every transfer */
  struct transfer *next;
  unsigned commands; /* not yet carried out; not 0: the transfer is in the queue */
  bool attached;     /* the multi handle has it; used by the loop's thread only */
};

struct http_loop {
  CURLM *multi;
  pthread_t thread;
  pthread_mutex_t lock;
  struct transfer *queue; /* with commands; guarded by lock, as is stop */
  bool stop;
};

MUST_CHECK int http_loop_start(struct http_loop *loop, struct error *err);
void http_loop_stop(struct http_loop *loop);
/* Asks for something to be done soon. After LOOP_REMOVE was carried out (transfer_removed is
 * called), the loop knows nothing of the transfer any more. */
void http_loop_command(struct http_loop *loop, struct transfer *transfer,
                       enum loop_command command);

#endif
