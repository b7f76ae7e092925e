/* An HTTP client (RFC 9110) over libcurl for fetching: redirects, retries, resumed transfers. One
 * thread per client drives all transfers, so that they share connections; every other function may
 * be called from any thread. */
#ifndef DIFFOCI_NET_HTTP_HTTP_H
#define DIFFOCI_NET_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stream.h"

/* How one server proves itself, and we to it. */
struct http_tls {
  char *ca_pem;               /* certificates to trust beside the system's; NULL: only those */
  char *cert_file, *key_file; /* a client certificate in PEM; NULL: none */
  bool insecure;              /* take any certificate */
};

struct http_client_options { /* all zero: the defaults */
  unsigned attempts;         /* of one request, the first counted; default 5 */
  unsigned connect_seconds;  /* default 20 */
  unsigned stall_seconds;    /* without (nearly) any byte; default 30 */
  unsigned backoff_ms;       /* the first pause, which doubles; default 500 */
  unsigned max_wait_seconds; /* the longest pause, also one that a server asks for; default 60 */
  /* The settings for one server, which must live as long as the client; NULL: the defaults. Called
   * from several threads. */
  const struct http_tls *(*tls)(void *context, const char *host, unsigned port);
  void *tls_context;
};

struct http_client;
struct http_client *http_client_new(const struct http_client_options *options, struct error *err);
/* All responses must have been released. NULL allowed. */
void http_client_free(struct http_client *client);
/* Bytes of bodies and headers received so far. */
uint64_t http_client_received(struct http_client *client);

struct http_response;

/* Who speaks for us. Called from any thread, with several requests at once. */
struct http_auth {
  /* The value of the Authorization header in *out, to be freed; NULL for none. */
  int (*header)(struct http_auth *auth, char **out, struct error *err);
  /* The server answered 401 to a request that was sent with the value used (NULL: none). Returns 1:
   * try again, 0: that was all there is, -1: with *err. */
  int (*challenged)(struct http_auth *auth, const struct http_response *response, const char *used,
                    struct error *err);
};

enum http_reach {                   /* which addresses a request may go to */
                  HTTP_REACH_GIVEN, /* the user named the first host; redirects: not link-local */
                  HTTP_REACH_NOT_LINK_LOCAL, /* a server named the host */
                  HTTP_REACH_PUBLIC,         /* an image named it: not private ones either */
};

struct http_request {
  const char *url;
  const char *accept;     /* the value of Accept; NULL: none is sent */
  const char *form;       /* a POST with this body, application/x-www-form-urlencoded; NULL: GET */
  struct http_auth *auth; /* asked only for the url's own origin; must outlive the response */
  /* Large: gets a connection of its own over HTTP/1.1. What arrives on a shared HTTP/2 connection
   * for a reader that is slow is kept in memory by libcurl, up to whole layers. A transfer that
   * breaks is resumed. */
  bool bulk;
  bool once; /* no retries */
  enum http_reach reach;
  uint64_t size; /* of the body, where it is known, else 0: tells an end from a broken connection */
  /* Bytes of the body that the caller has: they are not asked for, nor handed out. Status and
   * length of a success are as if they had been asked for. */
  uint64_t from;
};

enum http_problem { /* why there is no response */
                    HTTP_PROBLEM_NONE,
                    HTTP_PROBLEM_CONNECT,  /* no connection */
                    HTTP_PROBLEM_TLS,      /* a connection, but no trust */
                    HTTP_PROBLEM_PROTOCOL, /* an answer that is no HTTP, or none */
                    HTTP_PROBLEM_OTHER,
};

enum { HTTP_MAX_CHALLENGES = 8 };

struct http_response {
  enum http_problem problem; /* set also on failure */
  unsigned status;
  int64_t length;                        /* of the body, as announced; -1 where it is not */
  char *content_type;                    /* these are owned, NULL where the header is missing */
  char *content_digest;                  /* Docker-Content-Digest */
  char *next;                            /* Link, rel="next": as it stands there */
  char *challenges[HTTP_MAX_CHALLENGES]; /* WWW-Authenticate */
  size_t n_challenges;
  struct stream *body; /* owned; may be taken out */
};

/* Sends the request; follows redirects (at most 10, never from https to http, no circles), tries
 * again after 429, 5xx and broken connections. Any other status is a response; so is 429 or 5xx
 * when all attempts are used up. Errors name the URL without its query. */
MUST_CHECK int http_fetch(struct http_client *client, const struct http_request *request,
                          struct http_response *out, struct error *err);
void http_response_release(struct http_response *response);
#define AUTO_RESPONSE CLEANUP(http_response_release) struct http_response
/* The rest of the body, at most out->max bytes (ERROR_LIMIT beyond). */
MUST_CHECK int http_read_body(struct http_response *response, struct buf *out, struct error *err);

#endif
