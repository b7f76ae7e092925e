#include "report/explain/explain_pattern.h"

#include "evidence/date.h"

static bool is_run(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_url_base64(char c)
{
  return is_run(c) || c == '_' || c == '-';
}

/* What is in a run of characters. */
struct kinds {
  size_t digits, lower, upper, beyond_hex;
};

static struct kinds kinds_of(struct str run)
{
  struct kinds kinds = { 0 };

  for (size_t i = 0; i < run.len; i++) {
    const char c = run.ptr[i];

    kinds.digits += c >= '0' && c <= '9';
    kinds.lower += c >= 'a' && c <= 'z';
    kinds.upper += c >= 'A' && c <= 'Z';
    kinds.beyond_hex += !((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'));
  }
  return kinds;
}

/* Hexadecimal digits, some of them letters and some not; base 32, which is of one case; base 62 and
 * its like, of both. Words and versions are none of them. */
static bool is_hash(struct str run)
{
  const struct kinds kinds = kinds_of(run);
  const size_t letters = kinds.lower + kinds.upper;

  if (run.len < 6 || run.len > 128 || !letters || !kinds.digits)
    return false;
  if (!kinds.beyond_hex)
    return !(kinds.lower && kinds.upper);
  return run.len >= 8 && kinds.digits >= 2 &&
         (!kinds.lower || (kinds.upper >= 2 && kinds.lower >= 2));
}

static size_t run_length(struct str s, bool (*fits)(char))
{
  size_t n = 0;

  while (n < s.len && fits(s.ptr[n]))
    n++;
  return n;
}

/* A date in a file's name may have underscores where colons stand elsewhere. */
static size_t dated(struct str s)
{
  size_t n = date_length(s);

  while (n && n + 1 < s.len && strchr("_-T", s.ptr[n]) && s.ptr[n] && s.ptr[n + 1] >= '0' &&
         s.ptr[n + 1] <= '9')
    for (n++; n < s.len && is_run(s.ptr[n]); n++)
      continue;
  return n;
}

static void put(char *to, size_t *len, struct str s)
{
  memcpy(to + *len, s.ptr, s.len);
  *len += s.len;
}

struct str explain_pattern(struct str path, struct arena *arena, unsigned *parts)
{
  char *out = arena_alloc(arena, path.len + 1);
  size_t len = 0;
  bool begins = true; /* nothing of a word stands before */

  *parts = 0;
  while (path.len) {
    const size_t date = begins ? dated(path) : 0;
    const size_t run = run_length(path, is_run);
    const size_t whole = begins ? run_length(path, is_url_base64) : 0;
    size_t n = run ? run : 1;

    if (date >= 8) {
      n = date;
      *parts |= PATTERN_DATE;
      put(out, &len, STR("\1"));
    } else if (run && is_hash((struct str) { path.ptr, run })) {
      *parts |= PATTERN_HASH;
      put(out, &len, STR("\2"));
    } else if (whole >= 16 && (whole == path.len || path.ptr[whole] == '/') &&
               is_hash((struct str) { path.ptr, whole })) {
      /* A component that is one identifier, dashes included. */
      n = whole;
      *parts |= PATTERN_HASH;
      put(out, &len, STR("\2"));
    } else {
      put(out, &len, (struct str) { path.ptr, n });
    }
    begins = !is_run(path.ptr[n - 1]);
    path = str_skip(path, n);
  }
  return (struct str) { out, len };
}
