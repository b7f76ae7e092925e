#include "store/name.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/reference.h"

static bool is_short_id(const char *name)
{
  const size_t digits = strspn(name, "0123456789abcdef");

  return digits >= NAME_SHORT_ID && name[digits] == '\0';
}

static bool begins_with(const struct digest *digest, const char *short_id)
{
  char text[DIGEST_MAX_TEXT];
  const char *hex = strchr(digest_format(digest, text), ':') + 1;

  return strncmp(hex, short_id, strlen(short_id)) == 0;
}

void wanted_name_init(struct wanted_name *wanted, const char *name)
{
  struct reference reference;
  struct error ignored;

  *wanted = (struct wanted_name) { 0 };
  if (digest_parse(&wanted->digest, str_of(name), &ignored) == 0) {
    wanted->has_digest = true;
    return;
  }
  if (reference_parse(&reference, str_of(name), &ignored) < 0) {
    wanted->full = xstrdup(name);
    return;
  }
  if (is_short_id(name))
    wanted->short_id = xstrdup(name);
  wanted->full = reference_format(&reference);
  wanted->has_digest = reference.has_digest;
  wanted->digest = reference.digest;
  if (reference.has_digest)
    wanted->repository = xasprintf("%s/%s", reference.domain, reference.path);
  reference_release(&reference);
}

void wanted_name_release(struct wanted_name *wanted)
{
  free(wanted->full);
  free(wanted->repository);
  free(wanted->short_id);
}

bool wanted_name_fits(const struct wanted_name *wanted, const char *name,
                      const struct digest *digest)
{
  size_t len;

  if (wanted->full && name && strcmp(name, wanted->full) == 0)
    return true;
  if (wanted->short_id && begins_with(digest, wanted->short_id))
    return true;
  if (!wanted->has_digest || !digest_equal(digest, &wanted->digest))
    return false;
  if (!wanted->repository)
    return true;
  len = strlen(wanted->repository);
  return name && strncmp(name, wanted->repository, len) == 0 &&
         (name[len] == '\0' || name[len] == ':' || name[len] == '@');
}
