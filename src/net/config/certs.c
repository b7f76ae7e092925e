#include "net/config/certs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/file.h"

enum { PEM_MAX = 4 * 1024 * 1024 };

void http_tls_release(struct http_tls *tls)
{
  free(tls->ca_pem);
  free(tls->cert_file);
  free(tls->key_file);
  *tls = (struct http_tls) { 0 };
}

/* At least one, and none that cannot be read: libcurl would not say in which file that is. */
static bool holds_certificates(struct str text)
{
  BIO *bio = text.len <= INT_MAX ? BIO_new_mem_buf(text.ptr, (int)text.len) : NULL;
  unsigned long code;
  size_t n = 0;
  X509 *one;

  while (bio && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
    X509_free(one);
    n++;
  }
  code = ERR_peek_last_error();
  ERR_clear_error();
  BIO_free(bio);
  return n > 0 && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

int certs_add_ca(struct http_tls *tls, const char *path, struct error *err)
{
  AUTO_BUF pem = BUF_INIT(PEM_MAX);
  size_t before;

  if (tls->ca_pem)
    buf_puts(&pem, tls->ca_pem);
  buf_putc(&pem, '\n');
  before = pem.len;
  if (file_read(path, &pem, err) < 0)
    return -1;
  if (memchr(pem.ptr, '\0', pem.len) || !holds_certificates(str_skip(buf_str(&pem), before)))
    return error_set(err, ERROR_CORRUPT, "%s: expected a certificate in PEM", path);
  free(tls->ca_pem);
  tls->ca_pem = buf_detach(&pem);
  return 0;
}

static int take_client(struct http_tls *tls, const char *path, struct error *err)
{
  AUTO_FREE char *key = xasprintf("%.*s.key", (int)(strlen(path) - strlen(".cert")), path);

  if (access(key, F_OK) < 0)
    return error_sys(err, errno, "%s has no key: %s", path, key);
  free(tls->cert_file);
  free(tls->key_file);
  tls->cert_file = xstrdup(path);
  tls->key_file = steal_pointer(&key);
  return 0;
}

static int take_dir(struct http_tls *tls, const char *dir, struct error *err)
{
  struct dirent **entries;
  int n = scandir(dir, &entries, NULL, alphasort);
  int result = 0;

  if (n < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : error_sys(err, errno, "%s", dir);
  http_tls_release(tls);
  for (int i = 0; i < n; i++) {
    struct str name = str_of(entries[i]->d_name);
    AUTO_FREE char *path = xasprintf("%s/%s", dir, name.ptr);

    if (result == 0 && str_has_suffix(name, STR(".crt")))
      result = certs_add_ca(tls, path, err);
    else if (result == 0 && str_has_suffix(name, STR(".cert")))
      result = take_client(tls, path, err);
    free(entries[i]);
  }
  free(entries);
  return result;
}

int certs_load(struct http_tls *out, const char *host, unsigned port, struct error *err)
{
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *home = getenv("HOME");
  AUTO_FREE char *user = config && *config ? xasprintf("%s/containers/certs.d", config)
                         : home && *home   ? xasprintf("%s/.config/containers/certs.d", home)
                                           : NULL;
  const char *const places[] = { "/etc/docker/certs.d", "/etc/containers/certs.d", user };
  bool v6 = strchr(host, ':') && host[0] != '[';
  struct http_tls tls = { 0 };
  int result = 0;

  /* What becomes a path comes from a server's redirect, perhaps. */
  if (strchr(host, '/') || strcmp(host, "..") == 0 || strcmp(host, ".") == 0)
    return 0;
  for (size_t i = 0; i < ARRAY_LEN(places) && result == 0 && places[i]; i++) {
    AUTO_FREE char *bare = xasprintf("%s/%s%s%s", places[i], v6 ? "[" : "", host, v6 ? "]" : "");
    AUTO_FREE char *full = xasprintf("%s:%u", bare, port);

    if (port == 443)
      result = take_dir(&tls, bare, err);
    if (result == 0)
      result = take_dir(&tls, full, err);
  }
  if (result < 0)
    http_tls_release(&tls);
  else
    *out = tls;
  return result;
}
