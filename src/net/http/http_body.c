#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/http/http_transfer.h"

/* PROGRESS_BYTES: of a body after it was resumed; less than that is no success, so that a server
 * that lets it drip does not hold us for ever. */
enum { RESUMES_MAX = 100, PROGRESS_BYTES = 64 * 1024 };

struct body {
  struct stream base;
  struct http_client *client;
  struct http_request request; /* url and accept are our own copies */
  struct transfer *transfer;   /* NULL between two attempts */
  uint64_t at;                 /* bytes handed out */
  uint64_t skip;               /* bytes to drop, since the server began before at */
  char *etag;                  /* a strong one, or NULL */
  uint64_t resumed_at;         /* at, when it was resumed the last time */
  unsigned failures;           /* since there was progress */
  unsigned resumes;
};

static bool may_resume(const struct body *body, const struct error *err)
{
  return !body->request.once && !body->request.form && error_is_transient(err) &&
         body->failures < body->client->options.attempts && body->resumes < RESUMES_MAX;
}

/* Looks at what the server made of a Range request; 0 ends the body. */
static int check_resumed(struct body *body, struct error *err)
{
  const struct transfer_head *head = &body->transfer->head;

  switch (head->status) {
  case 200:
    body->skip = body->at;
    return 1;
  case 206:
    if (head->range_start < 0 || (uint64_t)head->range_start > body->at)
      return error_set(err, ERROR_CORRUPT, "asked for bytes from %llu on, found another range",
                       (unsigned long long)body->at);
    body->skip = body->at - (uint64_t)head->range_start;
    return 1;
  case 416: /* there is nothing behind what we have */
    return 0;
  default:
    return error_set(err, ERROR_NETWORK, "resuming at byte %llu: HTTP status %u",
                     (unsigned long long)body->at, head->status);
  }
}

/* 1: reading may go on; 0: the body ends here; -1. */
static int resume(struct body *body, struct error *err)
{
  struct transfer *again = NULL;
  enum http_problem problem;
  int more;

  transfer_free(steal_pointer(&body->transfer));
  log_debug("http: broken after %llu bytes: %s", (unsigned long long)body->at, err->message);
  http_pause(body->client, body->failures++, 0);
  body->resumes++;
  body->resumed_at = body->at;
  if (http_exchange(body->client, &body->request, body->at, body->etag, &again, &problem, err) < 0)
    return -1;
  body->transfer = again;
  more = check_resumed(body, err);
  if (more < 0)
    transfer_free(steal_pointer(&body->transfer));
  return more;
}

/* As transfer_read, and drops what is there already. */
static ssize_t read_some(struct body *body, void *buffer, size_t size, struct error *err)
{
  enum http_problem problem;
  ssize_t n;

  do {
    n = transfer_read(body->transfer, buffer,
                      body->skip ? (size_t)MIN_OF((uint64_t)size, body->skip) : size, &problem,
                      err);
    if (n <= 0 || !body->skip)
      break;
    body->skip -= (uint64_t)n;
  } while (true);
  if (n == 0 && body->skip)
    return error_set(err, ERROR_CORRUPT, "resumed, the body is shorter than before");
  /* Without a length, the end may be a broken connection. */
  if (n == 0 && !body->transfer->head.framed && body->at < body->request.size)
    return error_set(err, ERROR_NETWORK, "the connection ended after %llu of %llu bytes",
                     (unsigned long long)body->at, (unsigned long long)body->request.size);
  return n;
}

static ssize_t body_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct body *body = (struct body *)stream;
  AUTO_FREE char *shown = NULL;

  for (;;) {
    ssize_t n = read_some(body, buffer, size, err);
    int more;

    if (n >= 0) {
      body->at += (uint64_t)n;
      if (body->at - body->resumed_at >= PROGRESS_BYTES)
        body->failures = 0;
      return n;
    }
    if (!may_resume(body, err))
      break;
    more = resume(body, err);
    if (more == 0)
      return 0;
    if (more < 0)
      break;
  }
  shown = url_display(body->request.url);
  return error_wrap(err, "reading %s", shown);
}

static void body_close(struct stream *stream)
{
  struct body *body = (struct body *)stream;

  transfer_free(body->transfer);
  free((char *)(uintptr_t)body->request.url);
  free((char *)(uintptr_t)body->request.accept);
  free(body->etag);
  free(body);
}

struct stream *http_body_stream(struct http_client *client, const struct http_request *request,
                                struct transfer *transfer)
{
  static const struct stream_ops ops = { body_read, body_close };
  struct body *body = xcalloc(1, sizeof(*body));
  const char *etag = transfer->head.etag;

  body->base.ops = &ops;
  body->client = client;
  body->request = *request;
  body->request.url = xstrdup(request->url);
  body->request.accept = request->accept ? xstrdup(request->accept) : NULL;
  body->transfer = transfer;
  if (transfer->head.status == 200 || transfer->head.status == 206)
    body->at = body->skip = request->from;
  if (transfer->head.status == 206)
    body->skip -= MIN_OF((uint64_t)MAX_OF(transfer->head.range_start, INT64_C(0)), body->skip);
  /* If-Range takes no weak one (RFC 9110, 13.1.5). */
  if (etag && etag[0] == '"')
    body->etag = xstrdup(etag);
  return &body->base;
}
