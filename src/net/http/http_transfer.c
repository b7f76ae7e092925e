#include "net/http/http_transfer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/version.h"
#include "net/http/http_reach.h"

enum {
  RING_BULK = 512 * 1024,
  RING_SMALL = 64 * 1024, /* more than libcurl hands over at once (CURL_MAX_WRITE_SIZE) */
  DRAIN_MAX = 64 * 1024,
  CURL_BUFFER = 256 * 1024,
  STALL_BYTES = 512, /* per second; less than this is no progress */
  HEAD_MAX = 512 * 1024,
};

static size_t on_header(char *bytes, size_t size, size_t n, void *context)
{
  struct transfer *transfer = context;
  size_t len = size * n;

  __atomic_fetch_add(&transfer->client->received, len, __ATOMIC_RELAXED);
  transfer->head_bytes += len;
  if (transfer->head_bytes > HEAD_MAX)
    return 0;
  pthread_mutex_lock(&transfer->lock);
  /* After the blank line only trailers come. */
  if (!transfer->head_done) {
    if (len <= 2 && bytes[0] != ':') {
      transfer->head_done = transfer->head.status >= 200;
      pthread_cond_broadcast(&transfer->changed);
    } else {
      transfer_head_line(&transfer->head, (struct str) { bytes, len });
    }
  }
  pthread_mutex_unlock(&transfer->lock);
  return len;
}

static void ring_put(struct transfer *transfer, const char *bytes, size_t len)
{
  size_t at = (transfer->ring_start + transfer->ring_len) % transfer->ring_size;
  size_t first = MIN_OF(len, transfer->ring_size - at);

  memcpy(transfer->ring + at, bytes, first);
  memcpy(transfer->ring, bytes + first, len - first);
  transfer->ring_len += len;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
  struct transfer *transfer = context;
  size_t len = size * n;
  size_t result = len;

  pthread_mutex_lock(&transfer->lock);
  if (len > transfer->ring_size) {
    result = 0;
  } else if (len > transfer->ring_size - transfer->ring_len) {
    transfer->paused = true;
    result = CURL_WRITEFUNC_PAUSE;
  } else if (len > 0) {
    ring_put(transfer, bytes, len);
    __atomic_fetch_add(&transfer->client->received, len, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&transfer->changed);
  }
  pthread_mutex_unlock(&transfer->lock);
  return result;
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
  AUTO_FREE char *line = xasprintf("%s: %s", name, value);
  struct curl_slist *list = curl_slist_append(transfer->headers, line);

  if (!list)
    out_of_memory();
  explicit_bzero(line, strlen(line));
  transfer->headers = list;
}

static void add_headers(struct transfer *transfer, const struct transfer_options *options)
{
  if (options->accept)
    add_header(transfer, "Accept", options->accept);
  if (options->authorization)
    add_header(transfer, "Authorization", options->authorization);
  if (options->bulk)
    add_header(transfer, "Accept-Encoding", "identity");
  if (options->from > 0) {
    AUTO_FREE char *range = xasprintf("bytes=%llu-", (unsigned long long)options->from);

    add_header(transfer, "Range", range);
    if (options->if_range)
      add_header(transfer, "If-Range", options->if_range);
  }
  curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_tls(CURL *easy, const struct http_client_options *options, const struct url *url)
{
  const struct http_tls *tls =
      options->tls ? options->tls(options->tls_context, url->host, url->port) : NULL;
  const char *file = getenv("SSL_CERT_FILE");
  const char *dir = getenv("SSL_CERT_DIR");

  if (file && *file)
    curl_easy_setopt(easy, CURLOPT_CAINFO, file);
  if (dir && *dir)
    curl_easy_setopt(easy, CURLOPT_CAPATH, dir);
  if (!tls)
    return;
  if (tls->ca_pem) {
    /* Replaces CAINFO; the system's certificates are still found in CAPATH. */
    struct curl_blob blob = { tls->ca_pem, strlen(tls->ca_pem), CURL_BLOB_COPY };

    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (tls->cert_file)
    curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->cert_file);
  if (tls->key_file)
    curl_easy_setopt(easy, CURLOPT_SSLKEY, tls->key_file);
  if (tls->insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

static void set_options(struct transfer *transfer, const struct transfer_options *options)
{
  const struct http_client_options *limits = &transfer->client->options;
  CURL *easy = transfer->easy;

  curl_easy_setopt(easy, CURLOPT_URL, options->url->text);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, diffoci_user_agent);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)CURL_BUFFER);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)limits->connect_seconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)limits->stall_seconds);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   options->bulk ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
  /* Several small requests to one server wait for its connection instead of opening more. */
  if (options->url->https && !options->bulk)
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  if (options->form)
    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, options->form);
  http_reach_set_proxy(easy, options->url);
  http_reach_set(transfer, options->reach);
  set_tls(easy, limits, options->url);
}

struct transfer *transfer_start(struct http_client *client, const struct transfer_options *options)
{
  struct transfer *transfer = xcalloc(1, sizeof(*transfer));

  transfer->client = client;
  transfer->easy = curl_easy_init();
  if (!transfer->easy)
    out_of_memory();
  pthread_mutex_init(&transfer->lock, NULL);
  pthread_cond_init(&transfer->changed, NULL);
  transfer->head = (struct transfer_head) { .length = -1, .range_start = -1 };
  transfer->ring_size = options->bulk ? RING_BULK : RING_SMALL;
  transfer->ring = xmalloc(transfer->ring_size);
  set_options(transfer, options);
  add_headers(transfer, options);
  http_loop_command(&client->loop, transfer, LOOP_ADD);
  return transfer;
}

static enum http_problem problem_of(CURLcode code)
{
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_CONNECT:
    return HTTP_PROBLEM_CONNECT;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
    return HTTP_PROBLEM_TLS;
  case CURLE_GOT_NOTHING:
  case CURLE_RECV_ERROR: /* a reset, as the answer to what was not understood */
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_HTTP2:
    return HTTP_PROBLEM_PROTOCOL;
  default:
    return HTTP_PROBLEM_OTHER;
  }
}

static enum error_code code_of(CURLcode code)
{
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT:
    return ERROR_TIMEOUT;
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_WEIRD_SERVER_REPLY:
    return ERROR_CORRUPT;
  default:
    return problem_of(code) == HTTP_PROBLEM_TLS ? ERROR_IO : ERROR_NETWORK;
  }
}

/* Called with the lock held, once done and not CURLE_OK. */
static int http_transfer_fail(const struct transfer *transfer, enum http_problem *problem,
                              struct error *err)
{
  CURLcode code = transfer->result;

  *problem = problem_of(code);
  if (transfer->refused) {
    *problem = HTTP_PROBLEM_OTHER;
    return http_reach_refuse(err);
  }
  return error_set(err, code_of(code), "%s",
                   transfer->message[0] ? transfer->message : curl_easy_strerror(code));
}

int transfer_wait_head(struct transfer *transfer, enum http_problem *problem, struct error *err)
{
  int result = 0;

  pthread_mutex_lock(&transfer->lock);
  while (!transfer->head_done && !transfer->done)
    pthread_cond_wait(&transfer->changed, &transfer->lock);
  if (!transfer->head_done) {
    if (transfer->result == CURLE_OK)
      transfer->result = CURLE_WEIRD_SERVER_REPLY;
    result = http_transfer_fail(transfer, problem, err);
  }
  pthread_mutex_unlock(&transfer->lock);
  return result;
}

ssize_t transfer_read(struct transfer *transfer, void *buffer, size_t size,
                      enum http_problem *problem, struct error *err)
{
  bool unpause = false;
  ssize_t result;

  pthread_mutex_lock(&transfer->lock);
  while (!transfer->ring_len && !transfer->done)
    pthread_cond_wait(&transfer->changed, &transfer->lock);
  if (transfer->ring_len) {
    size_t n = MIN_OF(size, transfer->ring_len);
    size_t first = MIN_OF(n, transfer->ring_size - transfer->ring_start);

    memcpy(buffer, transfer->ring + transfer->ring_start, first);
    memcpy((char *)buffer + first, transfer->ring, n - first);
    transfer->ring_start = (transfer->ring_start + n) % transfer->ring_size;
    transfer->ring_len -= n;
    unpause = transfer->paused && transfer->ring_len <= transfer->ring_size / 2;
    transfer->paused = transfer->paused && !unpause;
    result = (ssize_t)n;
  } else {
    result = transfer->result == CURLE_OK ? 0 : http_transfer_fail(transfer, problem, err);
  }
  pthread_mutex_unlock(&transfer->lock);
  if (unpause)
    http_loop_command(&transfer->client->loop, transfer, LOOP_UNPAUSE);
  return result;
}

void transfer_drain(struct transfer *transfer)
{
  char bytes[4096];
  enum http_problem problem;
  struct error err;
  size_t seen = 0;
  ssize_t n = 1;

  if (transfer->head.length > DRAIN_MAX)
    return;
  while (n > 0 && seen < DRAIN_MAX) {
    n = transfer_read(transfer, bytes, sizeof(bytes), &problem, &err);
    seen += n > 0 ? (size_t)n : 0;
  }
}

void transfer_finished(struct transfer *transfer, CURLcode result)
{
  pthread_mutex_lock(&transfer->lock);
  transfer->done = true;
  transfer->result = result;
  pthread_cond_broadcast(&transfer->changed);
  pthread_mutex_unlock(&transfer->lock);
}

void transfer_removed(struct transfer *transfer)
{
  pthread_mutex_lock(&transfer->lock);
  transfer->removed = true;
  pthread_cond_broadcast(&transfer->changed);
  pthread_mutex_unlock(&transfer->lock);
}

void transfer_free(struct transfer *transfer)
{
  if (!transfer)
    return;
  http_loop_command(&transfer->client->loop, transfer, LOOP_REMOVE);
  pthread_mutex_lock(&transfer->lock);
  while (!transfer->removed)
    pthread_cond_wait(&transfer->changed, &transfer->lock);
  pthread_mutex_unlock(&transfer->lock);
  curl_easy_cleanup(transfer->easy);
  for (struct curl_slist *line = transfer->headers; line; line = line->next)
    explicit_bzero(line->data, strlen(line->data));
  curl_slist_free_all(transfer->headers);
  transfer_head_release(&transfer->head);
  pthread_cond_destroy(&transfer->changed);
  pthread_mutex_destroy(&transfer->lock);
  free(transfer->ring);
  free(transfer);
}
