#include "net/auth/auth_token.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "image/json.h"
#include "net/url.h"

enum { ANSWER_MAX = 1024 * 1024, TOKEN_MAX = 64 * 1024, DEFAULT_SECONDS = 60 };

void token_release(struct token *token)
{
  if (token->text)
    explicit_bzero(token->text, strlen(token->text));
  free(token->text);
  *token = (struct token) { 0 };
}

char *auth_basic(const char *user, const char *password)
{
  AUTO_FREE char *plain = xasprintf("%s:%s", user, password);
  size_t len = strlen(plain);
  AUTO_FREE char *encoded = xcalloc(1, len / 3 * 4 + 5);
  char *header;

  EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)plain, (int)len);
  header = xasprintf("Basic %s", encoded);
  explicit_bzero(plain, len);
  explicit_bzero(encoded, strlen(encoded));
  return header;
}

int token_parse(struct str answer, struct token *out, struct error *err)
{
  struct error detail; /* may quote the token */
  AUTO_JSON json = json_parse(answer, &detail);
  const char *text = "";
  int64_t seconds = 0;

  if (!json || !json_is_object(json) || json_get_string(json, "token", &text, &detail) < 0 ||
      (!*text && json_get_string(json, "access_token", &text, &detail) < 0) ||
      json_get_int(json, "expires_in", &seconds, &detail) < 0 || !*text)
    return error_set(err, ERROR_CORRUPT, "expected a JSON object with a token as its answer");
  if (strlen(text) > TOKEN_MAX)
    return error_set(err, ERROR_LIMIT, "a token of more than %d bytes", TOKEN_MAX);
  for (const char *c = text; *c; c++) {
    if (*c <= ' ' || *c > '~')
      return error_set(err, ERROR_CORRUPT, "a token with bytes that no header can hold");
  }
  if (seconds <= 0 || seconds > INT32_MAX)
    seconds = seconds <= 0 ? DEFAULT_SECONDS : INT32_MAX;
  *out = (struct token) { xstrdup(text), (unsigned)seconds };
  return 0;
}

struct fixed_auth { /* one value, come what may */
  struct http_auth base;
  const char *value;
};

static int fixed_header(struct http_auth *auth, char **out, struct error *err)
{
  const char *value = ((struct fixed_auth *)auth)->value;

  (void)err;
  *out = value ? xstrdup(value) : NULL;
  return 0;
}

static int fixed_challenged(struct http_auth *auth, const struct http_response *response,
                            const char *used, struct error *err)
{
  (void)auth;
  (void)response;
  (void)used;
  (void)err;
  return 0;
}

/* NAME=VALUE&…, for a query or a form. */
static void add_param(struct buf *out, const char *name, const char *value)
{
  AUTO_FREE char *encoded = value ? url_encode(str_of(value)) : NULL;

  if (!encoded || !*encoded)
    return;
  if (out->len && out->ptr[out->len - 1] != '?' && out->ptr[out->len - 1] != '&')
    buf_putc(out, '&');
  buf_printf(out, "%s=%s", name, encoded);
  explicit_bzero(encoded, strlen(encoded));
}

static int check_realm(const char *realm, bool has_credential, bool https, struct error *err)
{
  struct url url = { 0 };
  bool refuse;

  if (url_parse(&url, NULL, realm, err) < 0)
    return -1;
  refuse = has_credential && https && !url.https;
  url_release(&url);
  if (refuse)
    return error_set(err, ERROR_PERMISSION, "refusing to send credentials to it over plain http");
  return 0;
}

static int read_token(struct http_response *response, const struct credential *credential,
                      struct token *out, struct error *err)
{
  struct buf answer = BUF_INIT(ANSWER_MAX);
  int result;

  if (response->status == 400 || response->status == 401 || response->status == 403)
    return credential
               ? error_set(err, ERROR_AUTH, "HTTP status %u for the credentials from %s",
                           response->status, credential->origin)
               : error_set(err, ERROR_AUTH, "HTTP status %u without credentials", response->status);
  if (response->status != 200)
    return error_set(
        err, response->status >= 500 || response->status == 429 ? ERROR_NETWORK : ERROR_CORRUPT,
        "HTTP status %u", response->status);
  result = http_read_body(response, &answer, err);
  if (result == 0)
    result = token_parse(buf_str(&answer), out, err);
  if (answer.ptr)
    explicit_bzero(answer.ptr, answer.len);
  buf_release(&answer);
  return result;
}

static int auth_token_fetch(struct http_client *client, const struct challenge *challenge,
                            const char *scope, const struct credential *credential,
                            struct token *out, struct error *err)
{
  bool post = credential && credential->identity;
  struct buf params = BUF_INIT(1024 * 1024);
  AUTO_RESPONSE response = { 0 };
  AUTO_FREE char *basic = NULL;
  struct fixed_auth auth = { { fixed_header, fixed_challenged }, NULL };
  struct http_request request = { .accept = "application/json",
                                  .auth = &auth.base,
                                  .reach = HTTP_REACH_NOT_LINK_LOCAL };
  int result;

  if (post) {
    add_param(&params, "grant_type", "refresh_token");
    add_param(&params, "client_id", "diffoci");
    add_param(&params, "refresh_token", credential->secret);
  } else {
    buf_puts(&params, challenge->realm);
    buf_putc(&params, strchr(challenge->realm, '?') ? '&' : '?');
    if (credential) {
      add_param(&params, "account", credential->user);
      auth.value = basic = auth_basic(credential->user, credential->secret);
    }
  }
  add_param(&params, "service", challenge->service);
  add_param(&params, "scope", scope);
  request.url = post ? challenge->realm : params.ptr;
  request.form = post ? params.ptr : NULL;
  result = http_fetch(client, &request, &response, err);
  if (basic)
    explicit_bzero(basic, strlen(basic));
  if (result == 0)
    result = read_token(&response, credential, out, err);
  explicit_bzero(params.ptr, params.len);
  buf_release(&params);
  return result;
}

int token_fetch(struct http_client *client, const struct challenge *challenge, const char *scope,
                const struct credential *credential, bool https, struct token *out,
                struct error *err)
{
  AUTO_FREE char *shown = NULL;

  if (!challenge->realm || !*challenge->realm)
    return error_set(err, ERROR_CORRUPT, "WWW-Authenticate: Bearer without a realm");
  shown = url_display(challenge->realm);
  if (check_realm(challenge->realm, credential, https, err) < 0 ||
      auth_token_fetch(client, challenge, scope, credential, out, err) < 0)
    return error_wrap(err, "token server %s", shown);
  return 0;
}
