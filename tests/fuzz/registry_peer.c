#include "registry_peer.h"

#include <stdlib.h>
#include <string.h>

#include "../common/sections.h"
#include "base/alloc.h"
#include "image/reference.h"
#include "net/http/address.h"
#include "net/url.h"
#include "registry_image.h"

enum { REALMS_MAX = 64 };

const char registry_peer_credentials[] =
    "{\"auths\":{"
    "\"r.example\":{\"auth\":\"dXNlcjpzZWNyZXQtb2YtdGhlLXJlZ2lzdHJ5\"},"
    "\"mirrored.example\":{\"auth\":\"dXNlcjpzZWNyZXQtb2YtdGhlLXJlZ2lzdHJ5\"},"
    "\"loose.example\":{\"auth\":\"dXNlcjpzZWNyZXQtb2YtdGhlLXJlZ2lzdHJ5\"},"
    "\"other.example:5000\":{\"auth\":\"dXNlcjpzZWNyZXQtb2YtdGhlLXJlZ2lzdHJ5\"},"
    "\"m.example\":{\"auth\":\"dXNlcjpzZWNyZXQtb2YtdGhlLW1pcnJvcg==\"},"
    "\"id.example\":{\"identitytoken\":\"" SECRET_OF_REGISTRY "\"},"
    "\"token.example\":{\"registrytoken\":\"" TOKEN_OF_REGISTRY "\"}},"
    "\"credHelpers\":{\"helped.example\":\"fuzz\",\"none.example\":\"fuzz\",\"x.example\":\"fuzz\","
    "\"y.example\":\"not-installed\"}}";

/* How these go over the wire, and whose they are. */
static const struct {
  const char *text;
  bool of_mirror;
} secrets[] = {
  { "dXNlcjpzZWNyZXQtb2YtdGhlLXJlZ2lzdHJ5", false },
  { "dTpzZWNyZXQtb2YtdGhlLXJlZ2lzdHJ5", false },
  { SECRET_OF_REGISTRY, false },
  { TOKEN_OF_REGISTRY, false },
  { "dXNlcjpzZWNyZXQtb2YtdGhlLW1pcnJvcg==", true },
  { SECRET_OF_MIRROR, true },
};

struct realm {
  char *host; /* as in struct url */
  unsigned port;
  char *by; /* the host that named it */
};

static struct {
  bool leads_elsewhere; /* the script itself names what the image says to be elsewhere */
  bool was_elsewhere;   /* the last request was for that, and was led on */
  struct str script;    /* what is left of it */
  char *host;           /* the registry's, as in struct url; "" if the name has none */
  unsigned port;
  struct realm realms[REALMS_MAX]; /* token servers that were named */
  size_t n_realms;
} peer;

/* ---- requests ---- */

struct request {
  struct str bytes, path;
  char *host; /* as in struct url; owned, "" where there is none */
  unsigned port;
  unsigned long long from; /* of a Range */
};

static struct str header_of(struct str head, const char *name)
{
  AUTO_FREE char *line = xasprintf("\r\n%s: ", name);
  const char *at = head.len ? memmem(head.ptr, head.len, line, strlen(line)) : NULL;
  struct str value = at ? str_skip(head, (size_t)(at - head.ptr) + strlen(line)) : STR("");
  const char *end = value.len ? memchr(value.ptr, '\r', value.len) : NULL;

  value.len = end ? (size_t)(end - value.ptr) : value.len;
  return value;
}

/* Host and port of HOST[:PORT]. */
static char *host_of(struct str authority, unsigned *port)
{
  AUTO_FREE char *text = xasprintf("http://%.*s/", STR_ARGS(authority));
  CLEANUP(url_release) struct url url = { 0 };
  struct error ignored;

  *port = 0;
  if (url_parse(&url, NULL, text, &ignored) < 0)
    return xstrdup("");
  *port = url.port;
  return xstrdup(url.host);
}

static struct request parse(struct str bytes)
{
  const char *space = memchr(bytes.ptr, ' ', bytes.len);
  struct str path = space ? str_skip(bytes, (size_t)(space + 1 - bytes.ptr)) : STR("");
  const char *end = path.len ? memchr(path.ptr, ' ', path.len) : NULL;
  struct str range = header_of(bytes, "Range");
  struct request request = { .bytes = bytes };

  path.len = end ? (size_t)(end - path.ptr) : 0;
  request.path = path;
  request.host = host_of(header_of(bytes, "Host"), &request.port);
  if (str_has_prefix(range, STR("bytes=")))
    request.from = strtoull(range.ptr + 6, NULL, 10);
  return request;
}

static bool is_registry(const struct request *request)
{
  return peer.port == request->port && strcmp(peer.host, request->host) == 0;
}

static bool is_mirror(const struct request *request)
{
  return strcmp(peer.host, "mirrored.example") == 0 && strcmp(request->host, "m.example") == 0 &&
         request->port == 80;
}

static bool may_see(const struct request *request, bool of_mirror)
{
  if (of_mirror ? is_mirror(request) : is_registry(request))
    return true;
  for (size_t i = 0; i < peer.n_realms; i++)
    if (strcmp(peer.realms[i].by, of_mirror ? "m.example" : peer.host) == 0 &&
        peer.realms[i].port == request->port && strcmp(peer.realms[i].host, request->host) == 0)
      return true;
  return false;
}

static bool contains(struct str s, const char *text)
{
  return s.ptr && memmem(s.ptr, s.len, text, strlen(text));
}

static void check(const struct request *request, const struct sockaddr *address)
{
  const enum address_kind kind = address_kind(address);
  const struct str authorization = header_of(request->bytes, "Authorization");

  for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
    if (contains(request->bytes, secrets[i].text) && !may_see(request, secrets[i].of_mirror))
      abort();
  if (str_has_prefix(authorization, STR("Bearer ")) && !is_registry(request) && !is_mirror(request))
    abort();
  if (kind == ADDRESS_LINK_LOCAL && !is_registry(request))
    abort();
  /* What an image names, and where that leads, but for its registry, and r.example, which the user
   * named. */
  if (kind != ADDRESS_PUBLIC && !peer.leads_elsewhere && !is_registry(request) &&
      !is_mirror(request) && (peer.was_elsewhere || str_has_prefix(request->path, STR("/foreign"))))
    abort();
}

/* ---- answers ---- */

static const char *status_words(unsigned status)
{
  return status == 200 ? "OK" : status == 206 ? "Partial Content" : "Whatever";
}

static struct str next_line(struct str *rest)
{
  const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
  struct str line = { rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len };

  *rest = str_skip(*rest, line.len + 1);
  return line;
}

struct change {
  unsigned status; /* 0: as it is */
  size_t cut;      /* of the body */
  bool is_cut, ends, no_length, other_body;
};

static struct change change_of(struct str words)
{
  struct change change = { 0 };

  for (; words.len; words = str_skip(words, 1)) {
    AUTO_FREE char *number = str_dup(str_skip(words, 1));

    switch (*words.ptr) {
    case 's':
      change.status = (unsigned)strtoul(number, NULL, 10) % 1000;
      break;
    case 'c':
      change.is_cut = true;
      change.cut = strtoul(number, NULL, 10);
      break;
    case 'e':
      change.ends = true;
      break;
    case 'n':
      change.no_length = true;
      break;
    case 'b':
      change.other_body = true;
      break;
    default:
      break;
    }
  }
  return change;
}

/* A sound answer, changed as the script has it. Returns whether the connection stays open. */
static bool write_sound(struct sound sound, struct change change, struct str lines, struct buf *out)
{
  struct str line;
  unsigned status = change.status ? change.status : sound.status;

  buf_printf(out, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\n", status, status_words(status),
             sound.type);
  if (sound.digest && status == 200)
    buf_printf(out, "Docker-Content-Digest: %s\r\nETag: \"%s\"\r\n", sound.digest, sound.digest);
  if (sound.from)
    buf_printf(out, "Content-Range: bytes %llu-%llu/%llu\r\n", sound.from,
               sound.from + sound.body.len - 1, sound.from + sound.body.len);
  for (line = next_line(&lines); line.len; line = next_line(&lines))
    buf_printf(out, "%.*s\r\n", STR_ARGS(line));
  if (change.other_body)
    sound.body = lines;
  if (!change.no_length)
    buf_printf(out, "Content-Length: %zu\r\n", sound.body.len);
  buf_puts(out, "\r\n");

  buf_add(out, sound.body.ptr, change.is_cut ? MIN_OF(change.cut, sound.body.len) : sound.body.len);
  return !change.is_cut && !change.ends && !change.no_length;
}

/* Lines of the head end as they must, so that scripts need not. */
static void write_raw(struct str bytes, struct buf *out)
{
  while (bytes.len) {
    struct str line = next_line(&bytes);

    buf_add_str(out, line);
    buf_puts(out, line.len && line.ptr[line.len - 1] == '\r' ? "\n" : "\r\n");
    if (!line.len)
      break;
  }
  buf_add_str(out, bytes);
}

/* Every URL in a head that names a realm may be a token server. */
static void note_realms(struct str head, const char *by)
{
  AUTO_FREE char *text = str_dup(head);
  char *to = text;

  if (!strcasestr(text, "realm"))
    return;
  for (const char *from = text; *from; from++)
    if (*from != '\\')
      *to++ = *from;
  *to = '\0';
  for (const char *at = text; (at = strcasestr(at, "http")) && peer.n_realms < REALMS_MAX; at++) {
    AUTO_FREE char *one = xstrndup(at, strcspn(at, "\" ,\r\n"));
    CLEANUP(url_release) struct url url = { 0 };
    struct error ignored;

    if (url_parse(&url, NULL, one, &ignored) == 0)
      peer.realms[peer.n_realms++] = (struct realm) { xstrdup(url.host), url.port, xstrdup(by) };
  }
}

static bool next_answer(struct str *answer)
{
  struct str name;

  while (section_next(&peer.script, &name, answer))
    if (str_equal(name, STR("answer")))
      return true;
  return false;
}

static bool respond(const struct request *request, struct buf *out)
{
  struct str answer;
  struct str words;

  if (!next_answer(&answer) || str_has_prefix(answer, STR(".")))
    return write_sound(registry_image_answer(request->path, request->from), (struct change) { 0 },
                       STR(""), out);
  if (!str_has_prefix(answer, STR("+"))) {
    write_raw(answer, out);
    return false;
  }
  words = next_line(&answer);
  return write_sound(registry_image_answer(request->path, request->from), change_of(words), answer,
                     out);
}

bool registry_peer_answer(void *context, const struct fake_request *fake, struct buf *out)
{
  struct request request;
  bool stays;

  (void)context;
  if (fake->is_tls) {
    struct str answer;

    write_raw(next_answer(&answer) ? answer : STR("HTTP/1.1 400 Bad Request\n\nthis is no TLS"),
              out);
    return false;
  }
  request = parse(fake->bytes);
  check(&request, fake->address);
  stays = respond(&request, out);
  peer.was_elsewhere = str_has_prefix(request.path, STR("/foreign")) &&
                       strcmp(request.host, "r.example") != 0 && !is_registry(&request) &&
                       contains(buf_str(out), "\r\nLocation:");
  if (is_registry(&request) || is_mirror(&request))
    note_realms(buf_str(out), request.host);
  free(request.host);
  return stays;
}

void registry_peer_begin(struct str script)
{
  registry_image_make();
  for (size_t i = 0; i < peer.n_realms; i++) {
    free(peer.realms[i].host);
    free(peer.realms[i].by);
  }
  peer.n_realms = 0;
  peer.script = script;
  peer.leads_elsewhere = contains(script, "/foreign");
  peer.was_elsewhere = false;
  registry_peer_name(STR(""));
}

void registry_peer_name(struct str name)
{
  struct reference reference;
  struct error ignored;

  free(peer.host);
  peer.host = NULL;
  if (str_equal(name, STR("short")))
    name = STR("r.example/a");
  if (reference_parse(&reference, name, &ignored) == 0) {
    peer.host = strcmp(reference.domain, "docker.io") == 0
                    ? host_of(STR("registry-1.docker.io"), &peer.port)
                    : host_of(str_of(reference.domain), &peer.port);
    reference_release(&reference);
  }
  if (!peer.host)
    peer.host = xstrdup("");
}
