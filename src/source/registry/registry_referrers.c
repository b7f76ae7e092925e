#include "source/registry/registry_referrers.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "image/index.h"
#include "net/url.h"

/* The list has no digest and may be longer than a manifest: clients are to take 4 MiB. */
enum { PAGES_MAX = 1000, PAGE_SCALE = 4 };

static int take_page(struct http_response *response, const struct limits *limits,
                     struct referrers *out, struct error *err)
{
  AUTO_BUF text = BUF_INIT((size_t)MIN_OF(limits->json_bytes, SIZE_MAX / 8) * PAGE_SCALE);
  struct index index;
  int result = 0;

  if (http_read_body(response, &text, err) < 0 ||
      index_parse(&index, buf_str(&text), limits, err) < 0)
    return -1;
  for (size_t i = 0; result == 0 && i < index.n_manifests; i++)
    result = referrers_add(out, &index.manifests[i], limits->manifests, err);
  index_release(&index);
  return result;
}

/* Where the next page is, in *url. What else is there would be told our credentials. */
static int registry_referrers_follow(const struct place *place, const char *next, char **url,
                                     struct error *err)
{
  CLEANUP(url_release) struct url base = { 0 };
  CLEANUP(url_release) struct url to = { 0 };
  AUTO_FREE char *shown = NULL;

  if (url_parse(&base, NULL, *url, err) < 0 || url_parse(&to, *url, next, err) < 0)
    return error_wrap(err, "%s: the next page of referrers", place->endpoint->domain);
  shown = url_display(to.text);
  if (!url_same_origin(&base, &to))
    return error_set(err, ERROR_PERMISSION,
                     "%s: the next page of referrers is said to be on another server: %s",
                     place->endpoint->domain, shown);
  if (strcmp(base.text, to.text) == 0)
    return error_set(err, ERROR_CORRUPT, "%s: pages of referrers go in a circle (%s)",
                     place->endpoint->domain, shown);
  free(*url);
  *url = xstrdup(to.text);
  return 0;
}

static bool has_no_api(unsigned status)
{
  return status == 404 || status == 400 || status == 405 || status == 406;
}

static int registry_referrers_wrap(const struct place *place, const char *name, struct error *err)
{
  return error_wrap(err, "%s: %s of %s", place->endpoint->domain, name, place->endpoint->path);
}

/* 1: done; 0: there is no such API; -1: failed. */
static int ask_api(struct place *place, const char *digest, const struct limits *limits,
                   struct referrers *out, struct error *err)
{
  AUTO_FREE char *what = xasprintf("referrers/%s", digest);
  AUTO_FREE char *name = xasprintf("referrers of %s", digest);
  AUTO_FREE char *url = NULL;

  for (int page = 0; page < PAGES_MAX; page++) {
    AUTO_RESPONSE response = { 0 };
    struct place_request request = { .what = what, .name = name, .accept = MEDIA_OCI_INDEX };

    request.url = url;
    if (place_get(place, &request, &response, err) < 0)
      return -1;
    if (page == 0 && has_no_api(response.status))
      return 0;
    if (response.status != 200)
      return place_refuse(place, &request, &response, err);
    if (take_page(&response, limits, out, err) < 0)
      return registry_referrers_wrap(place, name, err);
    if (!response.next)
      return 1;
    if (!url)
      url = xasprintf("%s%s", place->base, what);
    if (registry_referrers_follow(place, response.next, &url, err) < 0)
      return -1;
  }
  return error_set(err, ERROR_LIMIT, "%s: more than %d pages of referrers", place->endpoint->domain,
                   PAGES_MAX);
}

static int ask_tag(struct place *place, const struct digest *digest, const struct limits *limits,
                   struct referrers *out, struct error *err)
{
  char tag[REFERRERS_TAG_MAX];
  AUTO_FREE char *what = xasprintf("manifests/%s", referrers_tag(digest, tag));
  AUTO_FREE char *name = xasprintf("referrers (tag %s)", tag);
  const struct place_request request = { .what = what, .name = name, .accept = MEDIA_OCI_INDEX };
  AUTO_RESPONSE response = { 0 };

  if (place_get(place, &request, &response, err) < 0)
    return -1;
  if (response.status == 404)
    return 0;
  if (response.status != 200)
    return place_refuse(place, &request, &response, err);
  return take_page(&response, limits, out, err) < 0 ? registry_referrers_wrap(place, name, err) : 0;
}

int place_referrers(struct place *place, const struct descriptor *subject,
                    const struct limits *limits, struct referrers *out, struct error *err)
{
  char digest[DIGEST_MAX_TEXT];
  int answered = ask_api(place, digest_format(&subject->digest, digest), limits, out, err);

  if (answered != 0)
    return answered < 0 ? -1 : 0;
  log_debug("registry: %s has no API for referrers", place->endpoint->domain);
  return ask_tag(place, &subject->digest, limits, out, err);
}
