#include "image/reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digit.h"

#define DEFAULT_DOMAIN "docker.io"
#define LEGACY_DEFAULT_DOMAIN "index.docker.io"
#define OFFICIAL "library/"

enum {
  DOMAIN_MAX_BYTES = 255,
  PATH_MAX_BYTES = 255,
  TAG_MAX_BYTES = 128,
  NAME_MAX_BYTES = 4096,
  SHOWN_MAX = 300
};

/* Classes of bytes; the locale must not matter. */
static bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
  return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
  return is_lower(c) || is_upper(c) || digit_is_decimal(c);
}

static bool is_hex(char c)
{
  return digit_is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool all(struct str s, bool (*is)(char))
{
  for (size_t i = 0; i < s.len; i++) {
    if (!is(s.ptr[i]))
      return false;
  }
  return true;
}

static bool reference_has(struct str s, char c)
{
  return s.len && memchr(s.ptr, c, s.len);
}

static bool has_upper(struct str s)
{
  for (size_t i = 0; i < s.len; i++) {
    if (is_upper(s.ptr[i]))
      return true;
  }
  return false;
}

/* Takes what stands before the first c off the front of *rest, and c; all of it if there is no c.
 */
static struct str take_until(struct str *rest, char c)
{
  const char *found = rest->len ? memchr(rest->ptr, c, rest->len) : NULL;
  struct str part = { rest->ptr, found ? (size_t)(found - rest->ptr) : rest->len };

  *rest = str_skip(*rest, part.len + 1);
  return part;
}

/* Letters and digits, with hyphens between them. */
static bool is_domain_component(struct str s)
{
  if (s.len == 0 || !is_alnum(s.ptr[0]) || !is_alnum(s.ptr[s.len - 1]))
    return false;
  for (size_t i = 0; i < s.len; i++) {
    if (!is_alnum(s.ptr[i]) && s.ptr[i] != '-')
      return false;
  }
  return true;
}

static bool is_ipv6(struct str s)
{
  for (size_t i = 0; i < s.len; i++) {
    if (!is_hex(s.ptr[i]) && s.ptr[i] != ':')
      return false;
  }
  return s.len > 0;
}

static bool is_port(struct str s) /* with its ':' */
{
  return s.len == 0 || (s.len > 1 && s.ptr[0] == ':' && all(str_skip(s, 1), digit_is_decimal));
}

static bool is_domain(struct str s)
{
  struct str host;

  if (s.len && s.ptr[0] == '[') {
    const char *end = memchr(s.ptr, ']', s.len);
    size_t len = end ? (size_t)(end - s.ptr) : 0;

    return end && is_ipv6((struct str) { s.ptr + 1, len - 1 }) && is_port(str_skip(s, len + 1));
  }
  host = s;
  host = take_until(&host, ':');
  if (!is_port(str_skip(s, host.len)))
    return false;
  if (host.len == 0 || host.ptr[host.len - 1] == '.')
    return false;
  while (host.len) {
    if (!is_domain_component(take_until(&host, '.')))
      return false;
  }
  return true;
}

/* Lower-case letters and digits; between them '.', '_', '__' or any number of '-'. */
static bool is_path_component(struct str s)
{
  size_t i = 0;

  while (i < s.len) {
    size_t start = i;
    char separator;

    while (i < s.len && (is_lower(s.ptr[i]) || digit_is_decimal(s.ptr[i])))
      i++;
    if (i == start)
      return false;
    if (i == s.len)
      return true;
    separator = s.ptr[i];
    start = i;
    while (i < s.len && s.ptr[i] == separator)
      i++;
    if (separator != '-' && !(separator == '.' && i - start == 1) &&
        !(separator == '_' && i - start <= 2))
      return false;
  }
  return false; /* empty, or with a separator at its end */
}

/* Docker's own images are in library/, which is left out in what users write. */
static bool is_official(struct str domain, struct str path)
{
  return str_equal(domain, STR(DEFAULT_DOMAIN)) && !reference_has(path, '/');
}

static int check_path(struct str domain, struct str path, struct error *err)
{
  struct str rest = path;

  if (path.len + (is_official(domain, path) ? strlen(OFFICIAL) : 0) > PATH_MAX_BYTES)
    return error_set(err, ERROR_USAGE, "the repository name is longer than %d bytes",
                     PATH_MAX_BYTES);
  if (has_upper(path))
    return error_set(err, ERROR_USAGE, "the repository name must be lower case");
  if (path.len == 0)
    return error_set(err, ERROR_USAGE, "it has no repository name");
  for (;;) {
    bool last = !reference_has(rest, '/');
    struct str component = take_until(&rest, '/');

    if (!is_path_component(component))
      return error_set(err, ERROR_USAGE,
                       "\"%.*s\" is no part of a repository name (expected lower-case letters and "
                       "digits with '.', '_', '__' or '-' between them)",
                       (int)MIN_OF(component.len, (size_t)SHOWN_MAX), component.ptr);
    if (last)
      return 0;
  }
}

static int check_tag(struct str tag, struct error *err)
{
  bool good = tag.len > 0 && tag.ptr[0] != '.' && tag.ptr[0] != '-';

  if (tag.len > TAG_MAX_BYTES)
    return error_set(err, ERROR_USAGE, "the tag is longer than %d bytes", TAG_MAX_BYTES);
  for (size_t i = 0; i < tag.len && good; i++)
    good = is_alnum(tag.ptr[i]) || tag.ptr[i] == '_' || tag.ptr[i] == '.' || tag.ptr[i] == '-';
  if (!good)
    return error_set(err, ERROR_USAGE,
                     "\"%.*s\" is no tag (expected letters, digits and '_', then also '.' and '-')",
                     (int)tag.len, tag.ptr ? tag.ptr : "");
  return 0;
}

/* A name's first part is a domain if it looks like one: with '.', ':', a capital, or localhost. */
static bool begins_with_domain(struct str name)
{
  struct str rest = name;
  struct str first = take_until(&rest, '/');

  return reference_has(name, '/') && (reference_has(first, '.') || reference_has(first, ':') ||
                                      has_upper(first) || str_equal(first, STR("localhost")));
}

static struct str take_domain(struct str *name)
{
  struct str rest = *name;
  struct str first = take_until(&rest, '/');

  if (!begins_with_domain(*name))
    return STR(DEFAULT_DOMAIN);
  *name = rest;
  return str_equal(first, STR(LEGACY_DEFAULT_DOMAIN)) ? STR(DEFAULT_DOMAIN) : first;
}

/* The pieces of a name, views of it. */
struct pieces {
  struct str domain;
  struct str path;
  struct str tag;
  bool has_tag;
  struct digest digest;
  bool has_digest;
};

static int take_apart(struct pieces *out, struct str text, struct error *err)
{
  struct str digest = text;
  struct str name = take_until(&digest, '@');

  out->has_digest = name.len < text.len;
  if (out->has_digest && digest_parse(&out->digest, digest, err) < 0) {
    err->code = ERROR_USAGE;
    return -1;
  }
  if (!out->has_digest && name.len == 64 && all(name, is_hex) && !has_upper(name))
    return error_set(err, ERROR_USAGE, "64 hex digits are no image name");
  out->domain = take_domain(&name);
  if (out->domain.len > DOMAIN_MAX_BYTES)
    return error_set(err, ERROR_USAGE, "the registry's name is longer than %d bytes",
                     DOMAIN_MAX_BYTES);
  if (!is_domain(out->domain))
    return error_set(err, ERROR_USAGE, "\"%.*s\" is no registry (expected HOST or HOST:PORT)",
                     (int)MIN_OF(out->domain.len, (size_t)SHOWN_MAX), out->domain.ptr);
  out->has_tag = reference_has(name, ':');
  out->path = take_until(&name, ':');
  out->tag = name;
  if (check_path(out->domain, out->path, err) < 0)
    return -1;
  return out->has_tag ? check_tag(out->tag, err) : 0;
}

int reference_parse(struct reference *out, struct str text, struct error *err)
{
  struct pieces pieces = { 0 };
  bool official;

  if (text.len > NAME_MAX_BYTES)
    return error_set(err, ERROR_USAGE, "an image name is not longer than %d bytes", NAME_MAX_BYTES);
  if (take_apart(&pieces, text, err) < 0)
    return error_wrap(err, "image name \"%.*s\"", (int)MIN_OF(text.len, (size_t)SHOWN_MAX),
                      text.ptr ? text.ptr : "");
  official = is_official(pieces.domain, pieces.path);
  *out = (struct reference) {
    .domain = str_dup(pieces.domain),
    .path = xasprintf("%s%.*s", official ? OFFICIAL : "", STR_ARGS(pieces.path)),
    .tag = pieces.has_tag ? str_dup(pieces.tag) : NULL,
    .has_digest = pieces.has_digest,
    .digest = pieces.digest,
  };
  if (!out->tag && !out->has_digest)
    out->tag = xstrdup("latest");
  return 0;
}

void reference_release(struct reference *reference)
{
  free(reference->domain);
  free(reference->path);
  free(reference->tag);
  *reference = (struct reference) { 0 };
}

static char *with_suffixes(const char *domain, const char *path, const struct reference *reference)
{
  char digest[DIGEST_MAX_TEXT] = "";

  if (reference->has_digest)
    digest_format(&reference->digest, digest);
  return xasprintf("%s%s%s%s%s%s%s", domain, domain[0] ? "/" : "", path, reference->tag ? ":" : "",
                   reference->tag ? reference->tag : "", reference->has_digest ? "@" : "", digest);
}

char *reference_format(const struct reference *reference)
{
  return with_suffixes(reference->domain, reference->path, reference);
}

char *reference_familiar(const struct reference *reference)
{
  const char *path = reference->path;
  size_t official = strlen(OFFICIAL);

  /* Left out only where what remains means the same. */
  if (strcmp(reference->domain, DEFAULT_DOMAIN) != 0 || begins_with_domain(str_of(path)))
    return reference_format(reference);
  if (strncmp(path, OFFICIAL, official) == 0 && !strchr(path + official, '/'))
    path += official;
  return with_suffixes("", path, reference);
}

char *reference_full_name(const char *name)
{
  struct reference reference;
  struct error ignored;
  char *full;

  if (!name || reference_parse(&reference, str_of(name), &ignored) < 0)
    return NULL;
  full = reference_format(&reference);
  reference_release(&reference);
  return full;
}
