#include "source/choose.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "image/reference.h"

enum { LISTED_MAX = 20, LIST_BYTES_MAX = 1400, NAME_SHOWN_MAX = 128 };

/* How well a name fits; more is better. */
enum { FITS_NOT, FITS_TAG, FITS_NORMALISED, FITS_AS_WRITTEN };

bool choose_by_digest(const char *ref, struct digest *out)
{
  const char *at = strrchr(ref, '@');
  struct str text = str_of(at ? at + 1 : ref);
  struct error ignored;
  char prefixed[DIGEST_MAX_TEXT];

  if (digest_parse(out, text, &ignored) == 0)
    return true;
  if (text.len != 64)
    return false;
  snprintf(prefixed, sizeof(prefixed), "sha256:%s", text.ptr);
  return digest_parse(out, str_of(prefixed), &ignored) == 0;
}

int choose_by_position(const char *ref, size_t n, size_t *out, struct error *err)
{
  uint64_t position;

  if (!ref || ref[0] != '@' || !str_to_u64(str_of(ref + 1), INT64_MAX, &position))
    return 0;
  if (position >= n)
    return error_set(err, ERROR_NOT_FOUND, "no image \"%s\": it holds %zu, counted from @0", ref,
                     n);
  *out = (size_t)position;
  return 1;
}

/* The full form of a name, to be freed; NULL if it is none. */
static char *normalised(const char *name)
{
  struct reference reference;
  struct error ignored;
  char *full;

  if (reference_parse(&reference, str_of(name), &ignored) < 0)
    return NULL;
  full = reference_format(&reference);
  reference_release(&reference);
  return full;
}

static const char *tag_of(const char *name)
{
  const char *slash = strrchr(name, '/');
  const char *colon = strrchr(slash ? slash : name, ':');

  return colon ? colon + 1 : NULL;
}

static int fit_of_name(const char *name, const char *ref, const char *full_ref)
{
  AUTO_FREE char *full = NULL;

  if (!name)
    return FITS_NOT;
  if (strcmp(name, ref) == 0)
    return FITS_AS_WRITTEN;
  full = normalised(name);
  if (full && full_ref && strcmp(full, full_ref) == 0)
    return FITS_NORMALISED;
  return tag_of(name) && strcmp(tag_of(name), ref) == 0 ? FITS_TAG : FITS_NOT;
}

static int fit_of(const struct candidate *candidate, const char *ref, const char *full_ref)
{
  int by_name = fit_of_name(candidate->name, ref, full_ref);
  int by_ref_name = fit_of_name(candidate->ref_name, ref, full_ref);

  /* A ref.name beside a full name is but its tag, so that it says no more than that. */
  if (candidate->name && by_ref_name != FITS_NOT && !strchr(candidate->ref_name, '/'))
    by_ref_name = FITS_TAG;
  return MAX_OF(by_name, by_ref_name);
}

static void describe(struct buf *out, const struct candidate *candidate)
{
  const char *name = candidate->name ? candidate->name : candidate->ref_name;
  char digest[DIGEST_MAX_TEXT];
  char platform[PLATFORM_MAX_TEXT];

  if (name) {
    buf_printf(out, "\"%.*s\"", NAME_SHOWN_MAX, name);
    return;
  }
  buf_puts(out, digest_format(&candidate->digest, digest));
  if (candidate->platform)
    buf_printf(out, " (%s)", platform_format(candidate->platform, platform));
}

/* What there is, in one line, to be freed. */
static char *list(const struct candidate *candidates, size_t n)
{
  AUTO_BUF out = BUF_INIT(LIST_BYTES_MAX);
  size_t shown = MIN_OF(n, (size_t)LISTED_MAX);

  for (size_t i = 0; i < shown && out.len < LIST_BYTES_MAX - 400; i++) {
    if (i)
      buf_puts(&out, ", ");
    describe(&out, &candidates[i]);
    n--;
  }
  if (n)
    buf_printf(&out, " and %zu more", n);
  return buf_detach(&out);
}

static bool all_the_same(const struct candidate *candidates, size_t n)
{
  for (size_t i = 1; i < n; i++) {
    if (!digest_equal(&candidates[0].digest, &candidates[i].digest))
      return false;
  }
  return true;
}

static int choose_only(const struct candidate *candidates, size_t n, size_t *out, struct error *err)
{
  AUTO_FREE char *names = NULL;

  if (n == 0)
    return error_set(err, ERROR_NOT_FOUND, "it holds no image");
  if (all_the_same(candidates, n)) {
    *out = 0;
    return 0;
  }
  names = list(candidates, n);
  return error_set(err, ERROR_AMBIGUOUS, "it holds several images; append ':' and one of: %s",
                   names);
}

static int not_there(const struct candidate *candidates, size_t n, const char *ref,
                     struct error *err)
{
  AUTO_FREE char *names = list(candidates, n);

  return error_set(err, ERROR_NOT_FOUND, "no image \"%.200s\"; it holds: %s", ref,
                   n ? names : "no image");
}

static int choose_digest(const struct candidate *candidates, size_t n, const char *ref,
                         const struct digest *digest, size_t *out, struct error *err)
{
  for (size_t i = 0; i < n; i++) {
    if (digest_equal(&candidates[i].digest, digest)) {
      *out = i;
      return 0;
    }
  }
  return not_there(candidates, n, ref, err);
}

int choose_candidate(const struct candidate *candidates, size_t n, const char *ref, size_t *out,
                     struct error *err)
{
  AUTO_FREE char *full_ref = NULL;
  AUTO_FREE struct candidate *fitting = NULL;
  AUTO_FREE char *names = NULL;
  struct digest digest;
  size_t n_fitting = 0;
  size_t first = 0;
  int best = FITS_NOT;

  if (!ref)
    return choose_only(candidates, n, out, err);
  if (choose_by_digest(ref, &digest))
    return choose_digest(candidates, n, ref, &digest, out, err);
  full_ref = normalised(ref);
  fitting = xcalloc(n + 1, sizeof(*fitting));
  for (size_t i = 0; i < n; i++) {
    int fit = fit_of(&candidates[i], ref, full_ref);

    if (fit == FITS_NOT || fit < best)
      continue;
    if (fit > best) {
      best = fit;
      n_fitting = 0;
      first = i;
    }
    fitting[n_fitting++] = candidates[i];
  }
  if (n_fitting == 0)
    return not_there(candidates, n, ref, err);
  if (all_the_same(fitting, n_fitting)) {
    *out = first;
    return 0;
  }
  names = list(fitting, n_fitting);
  return error_set(err, ERROR_AMBIGUOUS, "several images fit \"%.200s\": %s", ref, names);
}
