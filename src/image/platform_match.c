#include "image/platform_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

enum {
  BUILD_NUMBERS = 3,
  ARM64_V8 = 8,
  ARM64_V9 = 9,
  ARM64_OFFSET = 5, /* v9.x has all that v8.(x + 5) has */
  ARM64_LAST = 9,   /* there is no v8.10 */
};

struct version { /* "v8.2" */
  unsigned major, minor;
};

static bool parse_number(const char **text, unsigned *out)
{
  size_t digits = strspn(*text, "0123456789");

  if (digits == 0 || digits > 3)
    return false;
  *out = (unsigned)strtoul(*text, NULL, 10);
  *text += digits;
  return true;
}

/* fallback: what no variant means. */
static bool parse_variant(const char *variant, const char *fallback, struct version *out)
{
  const char *text = *variant ? variant : fallback;
  struct version version = { 0 };

  if (*text++ != 'v' || !parse_number(&text, &version.major))
    return false;
  if (*text == '.') {
    text++;
    if (!parse_number(&text, &version.minor))
      return false;
  }
  *out = version;
  return !*text;
}

/* Versions without a minor part, down to the least. */
static int rank_down(const char *wanted, const char *has, const char *least)
{
  struct version w;
  struct version h;
  struct version l;

  if (!parse_variant(wanted, least, &w) || !parse_variant(has, least, &h) ||
      !parse_variant(least, least, &l) || w.minor || h.minor || h.major > w.major ||
      h.major < l.major)
    return -1;
  return (int)(w.major - h.major);
}

static int rank_arm64(const char *wanted, const char *has)
{
  struct version w;
  struct version h;
  unsigned newest;

  if (!parse_variant(wanted, "v8", &w) || !parse_variant(has, "v8", &h))
    return -1;
  if (w.major == h.major)
    return h.minor <= w.minor ? (int)(w.minor - h.minor) : -1;
  if (w.major != ARM64_V9 || h.major != ARM64_V8)
    return -1;
  newest = MIN_OF(w.minor + ARM64_OFFSET, (unsigned)ARM64_LAST);
  return h.minor <= newest ? (int)(w.minor + 1 + newest - h.minor) : -1;
}

static int rank_of_variant(const struct platform *w, const struct platform *h)
{
  if (strcmp(w->variant, h->variant) == 0)
    return 0;
  if (strcmp(w->architecture, "amd64") == 0)
    return rank_down(w->variant, h->variant, "v1");
  if (strcmp(w->architecture, "arm") == 0)
    return rank_down(w->variant, h->variant, "v5");
  return strcmp(w->architecture, "arm64") == 0 ? rank_arm64(w->variant, h->variant) : -1;
}

bool platform_same_build(const struct platform *a, const struct platform *b)
{
  const char *x = a->os_version;
  const char *y = b->os_version;

  if (!*x || !*y)
    return true;
  for (int i = 0; i < BUILD_NUMBERS; i++) {
    size_t len = strcspn(x, ".");

    if (len != strcspn(y, ".") || strncmp(x, y, len) != 0)
      return false;
    x += len + (x[len] == '.');
    y += len + (y[len] == '.');
  }
  return true;
}

int platform_rank(const struct platform *wanted, const struct platform *has)
{
  struct platform w = platform_normalize(wanted);
  struct platform h = platform_normalize(has);

  if (strcmp(w.os, h.os) != 0 || strcmp(w.architecture, h.architecture) != 0 ||
      (strcmp(w.os, "windows") == 0 && !platform_same_build(&w, &h)))
    return -1;
  return rank_of_variant(&w, &h);
}

int platform_distance(const struct platform *a, const struct platform *b)
{
  int rank = platform_rank(a, b);

  return rank >= 0 ? rank : platform_rank(b, a);
}

int platform_check_alone(const struct platform *asked, size_t n, const struct platform *has,
                         struct error *err)
{
  const struct platform own = platform_normalize(has);
  char text[2][PLATFORM_MAX_TEXT];

  if (!own.architecture[0])
    return 0;
  for (size_t i = 0; i < n; i++)
    if (platform_rank(&asked[i], &own) >= 0)
      return 0;
  return error_set(err, ERROR_NOT_FOUND,
                   "no manifest for platform %s: the image is for %s alone (choose with "
                   "--platform)",
                   platform_format(&asked[0], text[0]), platform_format(&own, text[1]));
}
