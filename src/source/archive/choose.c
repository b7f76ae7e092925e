#include "source/archive/choose.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
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
  const char *colon = strrchr(path_name_of(name), ':');

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

static const char *shown_name(const struct candidate *candidate)
{
  return candidate->name ? candidate->name : candidate->ref_name;
}

static bool same_name(const struct candidate *a, const struct candidate *b)
{
  const char *names[2] = { shown_name(a), shown_name(b) };

  return names[0] && names[1] ? strcmp(names[0], names[1]) == 0 : names[0] == names[1];
}

/* A name that several have tells nothing: then the digest does. */
static bool is_name_shared(const struct candidate *candidates, size_t n, size_t of)
{
  for (size_t i = 0; i < n; i++)
    if (i != of && same_name(&candidates[i], &candidates[of]) &&
        !digest_equal(&candidates[i].digest, &candidates[of].digest))
      return true;
  return false;
}

static void choose_describe(struct buf *out, const struct candidate *candidate, bool shared)
{
  const char *name = shared ? NULL : shown_name(candidate);
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
  size_t shown = 0;

  for (; shown < MIN_OF(n, (size_t)LISTED_MAX) && out.len < LIST_BYTES_MAX - 400; shown++) {
    if (shown)
      buf_puts(&out, ", ");
    choose_describe(&out, &candidates[shown], is_name_shared(candidates, n, shown));
  }
  if (n > shown)
    buf_printf(&out, " and %zu more", n - shown);
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

/* Whether they are the platforms of one image. */
static bool are_platforms_of_one(const struct candidate *candidates, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const struct platform *platform = candidates[i].platform;

    if (!platform || !same_name(&candidates[0], &candidates[i]))
      return false;
    for (size_t j = 0; j < i && !platform_is_unknown(platform); j++)
      if (platform_equal(platform, candidates[j].platform) &&
          strcmp(platform->os_version, candidates[j].platform->os_version) == 0)
        return false;
  }
  return true;
}

/* Those at the positions in chosen, of which there have to be one only. */
static int choose_settle(const struct candidate *candidates, const char *ref, size_t *chosen,
                         size_t *n_chosen, struct error *err)
{
  AUTO_FREE struct candidate *fitting = xcalloc(*n_chosen + 1, sizeof(*fitting));
  AUTO_FREE char *names = NULL;

  for (size_t i = 0; i < *n_chosen; i++)
    fitting[i] = candidates[chosen[i]];
  if (all_the_same(fitting, *n_chosen))
    *n_chosen = 1;
  if (*n_chosen == 1 || are_platforms_of_one(fitting, *n_chosen))
    return 0;
  names = list(fitting, *n_chosen);
  if (ref)
    return error_set(err, ERROR_AMBIGUOUS, "several images fit \"%.200s\": %s", ref, names);
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

/* The positions of those that ref, which is no digest, fits best. */
static size_t find_fitting(const struct candidate *candidates, size_t n, const char *ref,
                           size_t *chosen)
{
  AUTO_FREE char *full_ref = normalised(ref);
  size_t n_chosen = 0;
  int best = FITS_NOT;

  for (size_t i = 0; i < n; i++) {
    int fit = fit_of(&candidates[i], ref, full_ref);

    if (fit == FITS_NOT || fit < best)
      continue;
    if (fit > best)
      n_chosen = 0;
    best = fit;
    chosen[n_chosen++] = i;
  }
  return n_chosen;
}

int choose_candidates(const struct candidate *candidates, size_t n, const char *ref, size_t *chosen,
                      size_t *n_chosen, struct error *err)
{
  struct digest digest;

  if (ref && choose_by_digest(ref, &digest)) {
    *n_chosen = 1;
    return choose_digest(candidates, n, ref, &digest, chosen, err);
  }
  if (!ref && n == 0)
    return error_set(err, ERROR_NOT_FOUND, "it holds no image");
  *n_chosen = n;
  for (size_t i = 0; i < n && !ref; i++)
    chosen[i] = i;
  if (ref)
    *n_chosen = find_fitting(candidates, n, ref, chosen);
  return *n_chosen ? choose_settle(candidates, ref, chosen, n_chosen, err)
                   : not_there(candidates, n, ref, err);
}

int choose_candidate(const struct candidate *candidates, size_t n, const char *ref, size_t *out,
                     struct error *err)
{
  AUTO_FREE size_t *chosen = xcalloc(n + 1, sizeof(*chosen));
  AUTO_FREE char *names = NULL;
  size_t n_chosen = 0;

  if (choose_candidates(candidates, n, ref, chosen, &n_chosen, err) < 0)
    return -1;
  *out = chosen[0];
  if (n_chosen == 1)
    return 0;
  names = list(candidates, n);
  return error_set(err, ERROR_AMBIGUOUS, "it holds several images; append ':' and one of: %s",
                   names);
}
