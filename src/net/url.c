#include "net/url.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "net/http/curl_api.h"

static void cleanup_curlu(CURLU **handle)
{
  if (*handle)
    curl_url_cleanup(*handle);
}

static char *part(CURLU *handle, CURLUPart which, unsigned flags)
{
  char *value = NULL;
  char *copy;

  if (curl_url_get(handle, which, &value, flags) != CURLUE_OK)
    return NULL;
  copy = xstrdup(value);
  curl_free(value);
  return copy;
}

/* libcurl decodes a host's %XX, of which controls are left, and which it does not take a second
 * time in the URL that it makes. No name has any (RFC 3986, 3.2.2; RFC 1123, 2.1). */
static bool has_control(const char *host)
{
  while (*host && !iscntrl((unsigned char)*host))
    host++;
  return *host;
}

static int url_fill(struct url *out, CURLU *handle, struct error *err)
{
  AUTO_FREE char *scheme = part(handle, CURLUPART_SCHEME, 0);
  AUTO_FREE char *port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  AUTO_FREE char *host = part(handle, CURLUPART_HOST, 0);
  AUTO_FREE char *text = part(handle, CURLUPART_URL, 0);
  struct str bare = str_of(host);
  uint64_t number;

  if (!scheme || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0))
    return error_set(err, ERROR_UNSUPPORTED, "expected an http or https URL, found the scheme %s",
                     scheme ? scheme : "(none)");
  if (!host || !*host || !text || !str_to_u64(str_of(port), 65535, &number) || number == 0)
    return error_set(err, ERROR_CORRUPT, "the URL has no host or a wrong port");
  if (has_control(host))
    return error_set(err, ERROR_CORRUPT, "the URL's host holds a control character");
  if (bare.ptr[0] == '[' && bare.len > 2)
    bare = (struct str) { bare.ptr + 1, bare.len - 2 };
  out->host = str_dup(bare);
  for (char *c = out->host; *c; c++)
    *c = (char)tolower((unsigned char)*c);
  out->https = strcmp(scheme, "https") == 0;
  out->port = (unsigned)number;
  out->text = steal_pointer(&text);
  return 0;
}

/* Takes the URL that was made once more: libcurl decodes a host's %XX, and sees only then that it
 * is an address ("https://%31%32%37.1/" is one at 127.0.0.1). */
static CURLUcode url_settle(CURLU *handle)
{
  AUTO_FREE char *text = NULL;

  curl_url_set(handle, CURLUPART_USER, NULL, 0);
  curl_url_set(handle, CURLUPART_PASSWORD, NULL, 0);
  curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
  text = part(handle, CURLUPART_URL, 0);
  return text ? curl_url_set(handle, CURLUPART_URL, text, 0) : CURLUE_NO_HOST;
}

int url_parse(struct url *out, const char *base, const char *location, struct error *err)
{
  CLEANUP(cleanup_curlu) CURLU *handle = NULL;
  const unsigned flags = CURLU_URLENCODE | CURLU_ALLOW_SPACE;
  CURLUcode code = CURLUE_OK;

  if (curl_load(err) < 0)
    return -1;
  handle = curl_url();
  if (!handle)
    out_of_memory();
  if (strlen(location) > URL_MAX)
    return error_set(err, ERROR_LIMIT, "a URL of more than %d bytes", URL_MAX);
  if (base)
    code = curl_url_set(handle, CURLUPART_URL, base, flags);
  if (code == CURLUE_OK)
    code = curl_url_set(handle, CURLUPART_URL, location, flags);
  if (code == CURLUE_OK)
    code = url_settle(handle);
  if (code == CURLUE_UNSUPPORTED_SCHEME)
    return error_set(err, ERROR_UNSUPPORTED, "expected an http or https URL");
  if (code != CURLUE_OK)
    return error_set(err, ERROR_CORRUPT, "malformed URL: %s", curl_url_strerror(code));
  return url_fill(out, handle, err);
}

void url_release(struct url *url)
{
  free(url->text);
  free(url->host);
  *url = (struct url) { 0 };
}

bool url_same_origin(const struct url *a, const struct url *b)
{
  return a->https == b->https && a->port == b->port && strcmp(a->host, b->host) == 0;
}

char *url_display(const char *url)
{
  const char *scheme_end = strstr(url, "://");
  size_t start = scheme_end ? (size_t)(scheme_end + 3 - url) : 0;
  size_t end = strcspn(url, "?#");
  size_t host_end = start + strcspn(url + start, "/?#");
  const char *at = memrchr(url + start, '@', host_end - start);

  if (at)
    return xasprintf("%.*s%.*s", (int)start, url, (int)(end - (size_t)(at + 1 - url)), at + 1);
  return xstrndup(url, end);
}

char *url_encode(struct str s)
{
  static const char hex[] = "0123456789ABCDEF";
  struct buf out = BUF_INIT(SIZE_MAX);

  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];

    if ((c < 0x80 && isalnum(c)) || (c && strchr("-._~", c))) {
      buf_putc(&out, (char)c);
    } else {
      buf_putc(&out, '%');
      buf_putc(&out, hex[c >> 4]);
      buf_putc(&out, hex[c & 15]);
    }
  }
  return buf_detach(&out);
}

/* All four parts are numbers, so that 127.example.com is none. */
static bool is_loopback_v4(struct str host)
{
  unsigned parts = 0;

  if (!str_has_prefix(host, STR("127.")))
    return false;
  while (host.len > 0) {
    const char *dot = memchr(host.ptr, '.', host.len);
    size_t len = dot ? (size_t)(dot - host.ptr) : host.len;
    uint64_t number;

    if (!str_to_u64((struct str) { host.ptr, len }, 255, &number))
      return false;
    parts++;
    host = str_skip(host, len + 1);
  }
  return parts == 4;
}

bool host_is_loopback(const char *host)
{
  struct str s = str_of(host);

  return strcasecmp(host, "localhost") == 0 || str_equal(s, STR("::1")) ||
         str_equal(s, STR("[::1]")) || is_loopback_v4(s) ||
         (s.len > 10 && strcasecmp(host + s.len - 10, ".localhost") == 0);
}
