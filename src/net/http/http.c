#include "net/http/http.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/http/http_reach.h"
#include "net/http/http_transfer.h"

enum { REDIRECTS_MAX = 10, CHALLENGES_MAX = 2, CONNECT_ATTEMPTS = 3 };

static unsigned or_default(unsigned value, unsigned fallback)
{
  return value ? value : fallback;
}

struct http_client *http_client_new(const struct http_client_options *options, struct error *err)
{
  struct http_client *client = xcalloc(1, sizeof(*client));

  client->options = *options;
  client->options.attempts = or_default(options->attempts, 5);
  client->options.connect_seconds = or_default(options->connect_seconds, 20);
  client->options.stall_seconds = or_default(options->stall_seconds, 30);
  client->options.backoff_ms = or_default(options->backoff_ms, 500);
  client->options.max_wait_seconds = or_default(options->max_wait_seconds, 60);
  if (http_loop_start(&client->loop, err) < 0) {
    free(client);
    return NULL;
  }
  return client;
}

void http_client_free(struct http_client *client)
{
  if (!client)
    return;
  http_loop_stop(&client->loop);
  free(client);
}

uint64_t http_client_received(struct http_client *client)
{
  return __atomic_load_n(&client->received, __ATOMIC_RELAXED);
}

/* Doubles each time, and by chance up to half as much again, so that many clients that failed at
 * once do not come back at once. */
void http_pause(const struct http_client *client, unsigned attempt, unsigned asked)
{
  uint64_t most = (uint64_t)client->options.max_wait_seconds * 1000;
  uint64_t ms = (uint64_t)client->options.backoff_ms << MIN_OF(attempt, 10U);
  uint16_t chance = 0;
  struct timespec rest;

  if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
    chance = 0;
  ms = MIN_OF(ms + ms * chance / 131072, most);
  ms = MAX_OF(ms, (uint64_t)asked * 1000);
  rest = (struct timespec) { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
  while (nanosleep(&rest, &rest) < 0)
    continue;
}

/* The way from the first URL to where the content lies. */
struct route {
  struct url urls[REDIRECTS_MAX + 1];
  size_t n;
};

static void route_release(struct route *route)
{
  for (size_t i = 0; i < route->n; i++)
    url_release(&route->urls[i]);
}

static int route_follow(struct route *route, const char *location, struct error *err)
{
  const struct url *from = &route->urls[route->n - 1];
  struct url *to = &route->urls[route->n];
  AUTO_FREE char *shown = NULL;

  if (route->n > REDIRECTS_MAX)
    return error_set(err, ERROR_CORRUPT, "more than %d redirects", REDIRECTS_MAX);
  if (!location)
    return error_set(err, ERROR_CORRUPT, "a redirect that does not say where to");
  if (url_parse(to, from->text, location, err) < 0)
    return error_wrap(err, "redirect");
  route->n++;
  shown = url_display(to->text);
  log_debug("http: redirected to %s", shown);
  if (from->https && !to->https)
    return error_set(err, ERROR_PERMISSION, "refusing a redirect from https to http (%s)", shown);
  for (size_t i = 0; i + 1 < route->n; i++) {
    if (strcmp(route->urls[i].text, to->text) == 0)
      return error_set(err, ERROR_CORRUPT, "redirects go in a circle (%s)", shown);
  }
  return 0;
}

static bool is_redirect(unsigned status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool is_passing(unsigned status)
{
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504;
}

/* Asks who speaks for us about a 401. */
static int challenge(const struct http_request *request, struct transfer *transfer,
                     const char *used, struct error *err)
{
  struct http_response view = { .status = 401, .n_challenges = transfer->head.n_challenges };

  for (size_t i = 0; i < view.n_challenges; i++)
    view.challenges[i] = transfer->head.challenges[i];
  return request->auth->challenged(request->auth, &view, used, err);
}

struct attempt { /* what stays the same along a route */
  struct http_client *client;
  const struct http_request *request;
  uint64_t from;
  const char *if_range;
  enum http_problem *problem;
};

/* is_first: url is the request's own, not where a redirect leads. */
static struct transfer *send_one(const struct attempt *attempt, const struct url *url,
                                 bool is_first, const char *authorization, struct error *err)
{
  enum http_reach reach = attempt->request->reach;
  const struct transfer_options options = {
    .url = url,
    .accept = attempt->request->accept,
    .form = attempt->request->form,
    .authorization = authorization,
    .if_range = attempt->if_range,
    .from = attempt->from,
    .bulk = attempt->request->bulk,
    .reach = reach == HTTP_REACH_GIVEN && !is_first ? HTTP_REACH_NOT_LINK_LOCAL : reach,
  };
  AUTO_FREE char *shown = url_display(url->text);
  const char *method = options.form ? "POST" : "GET";
  struct transfer *transfer;

  if (!http_reach_allows(options.reach, url->host)) {
    http_reach_refuse(err);
    error_wrap(err, "%s %s", method, shown);
    return NULL;
  }
  transfer = transfer_start(attempt->client, &options);
  if (transfer_wait_head(transfer, attempt->problem, err) < 0) {
    log_debug("http: %s %s: %s", method, shown, err->message);
    error_wrap(err, "%s %s", method, shown);
    transfer_free(transfer);
    return NULL;
  }
  log_debug("http: %s %s%s: %u", method, shown, attempt->from ? " (resumed)" : "",
            transfer->head.status);
  return transfer;
}

/* One step: 1 if another has to follow, 0 with *out, -1. */
static int http_step(const struct attempt *attempt, struct route *route, unsigned *challenges,
                     struct transfer **out, struct error *err)
{
  const struct http_request *request = attempt->request;
  const struct url *url = &route->urls[route->n - 1];
  bool ours = request->auth && url_same_origin(url, &route->urls[0]);
  AUTO_FREE char *authorization = NULL;
  struct transfer *transfer;
  int more = 0;

  if (ours && request->auth->header(request->auth, &authorization, err) < 0)
    return -1;
  transfer = send_one(attempt, url, route->n == 1, authorization, err);
  if (transfer && ours && transfer->head.status == 401 && (*challenges)++ < CHALLENGES_MAX) {
    transfer_drain(transfer);
    more = challenge(request, transfer, authorization, err);
  } else if (transfer && is_redirect(transfer->head.status) && !request->form) {
    transfer_drain(transfer);
    more = route_follow(route, transfer->head.location, err) < 0 ? -1 : 1;
  }
  if (authorization)
    explicit_bzero(authorization, strlen(authorization));
  if (!transfer)
    return -1;
  if (more == 0)
    *out = transfer;
  else
    transfer_free(transfer);
  return more;
}

static int try_once(const struct attempt *attempt, struct transfer **out, struct error *err)
{
  CLEANUP(route_release) struct route route = { 0 };
  AUTO_FREE char *shown = url_display(attempt->request->url);
  unsigned challenges = 0;
  int more = 1;

  *attempt->problem = HTTP_PROBLEM_OTHER;
  if (url_parse(&route.urls[0], NULL, attempt->request->url, err) < 0)
    return error_wrap(err, "%s", shown);
  route.n = 1;
  while (more > 0) {
    size_t before = route.n;

    more = http_step(attempt, &route, &challenges, out, err);
    if (more < 0 && route.n != before)
      return error_wrap(err, "GET %s", shown);
  }
  return more;
}

int http_exchange(struct http_client *client, const struct http_request *request, uint64_t from,
                  const char *if_range, struct transfer **out, enum http_problem *problem,
                  struct error *err)
{
  const struct attempt attempt = { client, request, from, if_range, problem };
  unsigned attempts = request->once ? 1 : client->options.attempts;

  for (unsigned i = 0;; i++) {
    struct transfer *transfer = NULL;
    unsigned asked = 0;

    if (try_once(&attempt, &transfer, err) < 0) {
      if (!error_is_transient(err) || i + 1 >= attempts ||
          (*problem == HTTP_PROBLEM_CONNECT && i + 1 >= CONNECT_ATTEMPTS))
        return -1;
    } else {
      asked = transfer->head.retry_after;
      if (!is_passing(transfer->head.status) || i + 1 >= attempts ||
          asked > client->options.max_wait_seconds) {
        *problem = HTTP_PROBLEM_NONE;
        *out = transfer;
        return 0;
      }
      transfer_drain(transfer);
      transfer_free(transfer);
    }
    log_debug("http: trying again (attempt %u of %u)", i + 2, attempts);
    http_pause(client, i, asked);
  }
}

/* The answer to a Range request as if all had been asked for. */
static int take_range(const struct http_request *request, struct transfer_head *head,
                      struct http_response *out, struct error *err)
{
  out->status = head->status;
  out->length = head->length;
  if (request->from == 0 || head->status != 206)
    return 0;
  if (head->range_start < 0 || (uint64_t)head->range_start > request->from)
    return error_set(err, ERROR_CORRUPT, "asked for bytes from %llu on, found another range",
                     (unsigned long long)request->from);
  out->status = 200;
  if (head->length >= 0)
    out->length = head->length <= INT64_MAX - head->range_start ? head->length + head->range_start
                                                                : INT64_MAX;
  return 0;
}

int http_fetch(struct http_client *client, const struct http_request *request,
               struct http_response *out, struct error *err)
{
  struct transfer *transfer;
  struct transfer_head *head;

  *out = (struct http_response) { .length = -1 };
  if (http_exchange(client, request, request->from, NULL, &transfer, &out->problem, err) < 0)
    return -1;
  head = &transfer->head;
  if (take_range(request, head, out, err) < 0) {
    AUTO_FREE char *shown = url_display(request->url);

    transfer_free(transfer);
    return error_wrap(err, "GET %s", shown);
  }
  out->content_type = steal_pointer(&head->content_type);
  out->content_digest = steal_pointer(&head->content_digest);
  out->next = steal_pointer(&head->next);
  for (size_t i = 0; i < head->n_challenges; i++)
    out->challenges[i] = steal_pointer(&head->challenges[i]);
  out->n_challenges = head->n_challenges;
  out->body = http_body_stream(client, request, transfer);
  return 0;
}

void http_response_release(struct http_response *response)
{
  free(response->content_type);
  free(response->content_digest);
  free(response->next);
  for (size_t i = 0; i < response->n_challenges; i++)
    free(response->challenges[i]);
  stream_close(response->body);
  *response = (struct http_response) { 0 };
}

int http_read_body(struct http_response *response, struct buf *out, struct error *err)
{
  char bytes[16 * 1024];

  for (;;) {
    ssize_t n = stream_read(response->body, bytes, sizeof(bytes), err);

    if (n < 0)
      return -1;
    if (n == 0)
      return 0;
    buf_add(out, bytes, (size_t)n);
    if (out->overflow)
      return error_set(err, ERROR_LIMIT, "a body of more than %zu bytes", out->max);
  }
}
