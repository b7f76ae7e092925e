/* One exchange with one server, as a reader sees it. Only for the files http*.c. */
#ifndef DIFFOCI_NET_HTTP_HTTP_TRANSFER_H
#define DIFFOCI_NET_HTTP_HTTP_TRANSFER_H

#include "net/http/http.h"
#include "net/http/http_loop.h"
#include "net/url.h"

struct http_client {
  struct http_client_options options;
  struct http_loop loop;
  uint64_t received; /* atomic */
};

struct transfer_head { /* the head of the final response */
  unsigned status;
  int64_t length;       /* Content-Length, or -1 */
  int64_t range_start;  /* Content-Range, or -1 */
  unsigned retry_after; /* seconds; 0: not given */
  bool framed;          /* the body's end can be told from a broken connection */
  char *content_type, *content_digest, *etag, *location, *next;
  char *challenges[HTTP_MAX_CHALLENGES];
  size_t n_challenges;
};

struct transfer {
  struct loop_node node;
  CURL *easy;
  struct curl_slist *headers;
  struct http_client *client;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* guarded by lock */
  struct transfer_head head;
  bool head_done, done, removed, paused;
  CURLcode result; /* once done */
  bool refused;    /* an address was none that may be connected to; set before done */
  char *ring;
  size_t ring_size, ring_start, ring_len;
  /* end of what lock guards */
  enum http_reach reach;
  size_t head_bytes;             /* of all heads so far; the loop's thread only */
  char message[CURL_ERROR_SIZE]; /* libcurl's; to be read once done */
};

struct transfer_options {
  const struct url *url;
  const char *accept, *form, *authorization, *if_range;
  uint64_t from; /* > 0: a Range request */
  bool bulk;
  enum http_reach reach; /* HTTP_REACH_GIVEN: anywhere */
};

struct transfer *transfer_start(struct http_client *client, const struct transfer_options *options);
/* Waits for the head: transfer->head may then be read. */
MUST_CHECK int transfer_wait_head(struct transfer *transfer, enum http_problem *problem,
                                  struct error *err);
/* As a stream's read. */
MUST_CHECK ssize_t transfer_read(struct transfer *transfer, void *buffer, size_t size,
                                 enum http_problem *problem, struct error *err);
/* Reads a short body to its end, so that the connection can be used again. */
void transfer_drain(struct transfer *transfer);
void transfer_free(struct transfer *transfer); /* NULL allowed */
/* One request with all that belongs to it: authorization, redirects, and, unless request->once,
 * further attempts. From the byte from on, if that is > 0. The head of *out is there. */
MUST_CHECK int http_exchange(struct http_client *client, const struct http_request *request,
                             uint64_t from, const char *if_range, struct transfer **out,
                             enum http_problem *problem, struct error *err);
/* Sleeps before the attempt'th further attempt (from 0); asked: seconds the server wants, or 0. */
void http_pause(const struct http_client *client, unsigned attempt, unsigned asked);
/* The body of a response; takes the transfer. */
struct stream *http_body_stream(struct http_client *client, const struct http_request *request,
                                struct transfer *transfer);
/* Called by the loop. */
void transfer_finished(struct transfer *transfer, CURLcode result);
void transfer_removed(struct transfer *transfer);
/* The fields of a head, http_head_line for each line as libcurl gives it. */
void transfer_head_line(struct transfer_head *head, struct str line);
void transfer_head_release(struct transfer_head *head);

#endif
