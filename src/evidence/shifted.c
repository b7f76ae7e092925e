#include "evidence/shifted.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "evidence/build_path.h"
#include "evidence/clock.h"
#include "evidence/date.h"
#include "evidence/locale_name.h"
#include "evidence/pyc_source.h"
#include "evidence/reader.h"
#include "evidence/when.h"

enum {
  WORK_PER_BYTE = 32, /* steps, for each byte of both contents */
  DEPTH_MAX = 32,     /* lengths of what holds lengths */
  PATHS_MAX = 4,      /* pairs of build directories */
  PATH_MAX_BYTES = 4096,
  DATE_MAX_BYTES = 64,
};

/* Something that accounts for what differs. */
struct taken {
  const char *id;
  struct str side[2];
  bool assumed;
};

struct shifted {
  const struct content_file *file;
  const struct str *content;      /* two, whole */
  bool runs;                      /* something is ruled by what they say */
  bool notes;                     /* paths say where it was built */
  struct str paths[PATHS_MAX][2]; /* that were seen, if only in what led nowhere */
  size_t n_paths;
  size_t n_locales;    /* pairs of their names that were taken */
  struct taken *taken; /* owned */
  size_t n_taken, cap_taken;
  uint64_t work;
};

/* What is left of both contents, or of two parts of them. */
struct rest {
  struct str side[2];
};

static void skip(struct rest *rest, size_t a, size_t b)
{
  rest->side[0] = str_skip(rest->side[0], a);
  rest->side[1] = str_skip(rest->side[1], b);
}

static bool spend(struct shifted *shifted, uint64_t steps)
{
  if (steps > shifted->work) {
    shifted->work = 0;
    return false;
  }
  shifted->work -= steps;
  return true;
}

/* How many bytes before the rests are the same, and in one part with them. */
static size_t bytes_before(const struct rest *whole, const struct rest *rest, size_t max)
{
  const size_t a = (size_t)(rest->side[0].ptr - whole->side[0].ptr);
  const size_t b = (size_t)(rest->side[1].ptr - whole->side[1].ptr);
  size_t n = 0;

  while (n < a && n < b && n < max &&
         rest->side[0].ptr[-1 - (ptrdiff_t)n] == rest->side[1].ptr[-1 - (ptrdiff_t)n])
    n++;
  return n;
}

static void take(struct shifted *shifted, const char *id, const struct str side[2], bool assumed)
{
  shifted->taken =
      xgrow(shifted->taken, shifted->n_taken, &shifted->cap_taken, sizeof(*shifted->taken));
  shifted->taken[shifted->n_taken++] =
      (struct taken) { id, { side[0], side[1] }, assumed || shifted->runs };
}

/* ---- paths ---- */

static bool is_path_char(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c && strchr("/.+-~@%_=", c));
}

static struct str path_at(struct str rest, size_t back)
{
  struct str path = { rest.ptr - back, back };

  while (path.len < back + rest.len && path.len < PATH_MAX_BYTES &&
         is_path_char(path.ptr[path.len]))
    path.len++;
  return path;
}

static bool is_known_path(const struct shifted *shifted, const struct rest *rest, size_t back,
                          size_t *which)
{
  for (size_t i = 0; i < shifted->n_paths; i++) {
    bool fits = true;

    for (int side = 0; side < 2; side++) {
      const struct str path = shifted->paths[i][side];
      const struct str here = { rest->side[side].ptr - back, rest->side[side].len + back };

      fits = fits && path.len > back && str_has_prefix(here, path);
    }
    *which = i;
    if (fits)
      return true;
  }
  return false;
}

/* Whether paths that begin so far back are those of a build alone, by where they stand. */
static bool is_certain(const struct shifted *shifted, const struct rest *rest, size_t back)
{
  const struct str paths[2] = { path_at(rest->side[0], back), path_at(rest->side[1], back) };
  bool is_source = true;

  for (int i = 0; i < 2; i++)
    is_source = is_source &&
                pyc_source_is(shifted->content[i], (size_t)(paths[i].ptr - shifted->content[i].ptr),
                              shifted->file->path);
  return shifted->notes || is_source;
}

static void take_build_path(struct shifted *shifted, struct rest *rest, size_t back,
                            const struct str side[2])
{
  take(shifted, "build-path", side, !is_certain(shifted, rest, back));
  skip(rest, side[0].len - back, side[1].len - back);
}

/* The path that the first byte that differs lies in begins at one of the slashes before it; the
 * byte before may be its length, whatever character that is. */
static bool take_path(struct shifted *shifted, const struct rest *whole, struct rest *rest)
{
  const size_t before = bytes_before(whole, rest, PATH_MAX_BYTES);
  size_t run = 0;

  while (run < before && is_path_char(rest->side[0].ptr[-1 - (ptrdiff_t)run]))
    run++;
  if (!spend(shifted, 16 + run * (1 + shifted->n_paths)))
    return false;
  for (size_t back = run; back > 0; back--) {
    struct str paths[2];
    struct str side[2];
    size_t which;

    if (rest->side[0].ptr[-(ptrdiff_t)back] != '/')
      continue;
    if (is_known_path(shifted, rest, back, &which)) {
      take_build_path(shifted, rest, back, shifted->paths[which]);
      return true;
    }
    for (int i = 0; i < 2; i++)
      paths[i] = path_at(rest->side[i], back);
    if (shifted->n_paths == PATHS_MAX || !build_path_differs(paths, side) || side[0].len < back ||
        side[1].len < back)
      continue;
    memcpy(shifted->paths[shifted->n_paths++], side, sizeof(side));
    take_build_path(shifted, rest, back, side);
    return true;
  }
  return false;
}

/* ---- dates ---- */

static struct str date_at(struct str rest, size_t back)
{
  struct str text = { rest.ptr - back, MIN_OF(rest.len + back, (size_t)DATE_MAX_BYTES) };

  return (struct str) { text.ptr, date_length(text) };
}

static bool is_letter_or_digit(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool take_date(struct shifted *shifted, const struct rest *whole, struct rest *rest)
{
  const size_t before = bytes_before(whole, rest, DATE_MAX_BYTES / 2);

  if (!spend(shifted, 16 + 4 * before))
    return false;
  for (size_t back = before + 1; back-- > 0;) {
    const struct token dates[2] = { { TOKEN_DATE, date_at(rest->side[0], back) },
                                    { TOKEN_DATE, date_at(rest->side[1], back) } };

    if (dates[0].text.len <= back || dates[1].text.len <= back ||
        (back < before && is_letter_or_digit(rest->side[0].ptr[-1 - (ptrdiff_t)back])))
      continue;
    take(shifted, "embedded-date", (const struct str[2]) { dates[0].text, dates[1].text },
         reader_is_machine(shifted->file) || when_is_ruled(whole->side[0].ptr, dates[0].text.ptr) ||
             clock_fits(&dates[0], shifted->file, 0) != CLOCK_SECOND ||
             clock_fits(&dates[1], shifted->file, 1) != CLOCK_SECOND);
    skip(rest, dates[0].text.len - back, dates[1].text.len - back);
    return true;
  }
  return false;
}

/* ---- locales ---- */

/* A part that is the name of a locale and nothing else: a string behind its length, as in R's
 * serialized objects. */
static bool take_locale(struct shifted *shifted, const struct rest *whole, struct rest *rest)
{
  if (!locale_name_is(whole->side[0]) || !locale_name_is(whole->side[1]))
    return false;
  take(shifted, "embedded-locale", whole->side, true);
  shifted->n_locales++;
  skip(rest, rest->side[0].len, rest->side[1].len);
  return true;
}

/* ---- lengths ---- */

static uint64_t number_at(const char *p, size_t width, bool is_big)
{
  uint64_t value = 0;

  for (size_t i = 0; i < width; i++)
    value |= (uint64_t)(unsigned char)p[is_big ? width - 1 - i : i] << 8 * i;
  return value;
}

static bool walk(struct shifted *shifted, struct rest rest, unsigned depth);

/* A number that may be a length. */
struct number {
  size_t back; /* bytes of it that lie before the first that differs */
  size_t width;
  bool is_big;
};

static bool is_text(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] < ' ' && !strchr("\t\n\r", s.ptr[i] ? s.ptr[i] : '\1'))
      return false;
  return true;
}

/* Whether what a number may measure ends where it says by something else than that number: any
 * number before a path could be called a length that reaches to some place behind it, as the number
 * of a port. Both ends lie where the part around them ends, or text ends there and is all there is;
 * or it is a frame of a pickle before another frame (PEP 3154), or a string of compiled Python. */
static bool ends_there(const struct shifted *shifted, const struct rest *whole,
                       const struct rest *inner, const struct number *number)
{
  size_t at_end = 0;
  size_t framed = 0;
  size_t marshalled = 0;
  size_t texts = 0;

  for (int side = 0; side < 2; side++) {
    const struct str s = inner->side[side];
    const struct str around = whole->side[side];
    const char *const start = s.ptr - number->width;
    const char before = (char)(start > around.ptr ? start[-1] : '\0');
    const bool is_last = s.ptr + s.len == around.ptr + around.len;
    const unsigned char next = (unsigned char)(is_last ? '\0' : s.ptr[s.len]);

    at_end += is_last;
    framed += before == '\x95' && number->width == 8 && !number->is_big && next == 0x95;
    marshalled +=
        !number->is_big && pyc_source_is_string(shifted->file->path, before, number->width);
    texts += (next < ' ' || next >= 0x7f) && is_text(s);
  }
  return at_end == 2 || framed == 2 || marshalled == 2 || texts == 2;
}

static bool take_length_of(struct shifted *shifted, const struct rest *whole, struct rest *rest,
                           const struct number *measure, unsigned depth)
{
  const size_t n_taken = shifted->n_taken;
  const size_t back = measure->back;
  const size_t width = measure->width;
  struct rest inner;
  size_t len[2];

  if (!spend(shifted, 4))
    return false;
  for (int side = 0; side < 2; side++) {
    const struct str here = rest->side[side];
    uint64_t number;

    if (here.len < width - back)
      return false;
    number = number_at(here.ptr - back, width, measure->is_big);
    if (!number || number > here.len - (width - back))
      return false;
    len[side] = (size_t)number;
    inner.side[side] = (struct str) { here.ptr + width - back, len[side] };
  }
  if (!spend(shifted, (len[0] + len[1]) / 8) || !ends_there(shifted, whole, &inner, measure) ||
      !walk(shifted, inner, depth + 1)) {
    shifted->n_taken = n_taken;
    return false;
  }
  skip(rest, width - back + len[0], width - back + len[1]);
  return true;
}

static bool take_length(struct shifted *shifted, const struct rest *whole, struct rest *rest,
                        unsigned depth)
{
  const size_t before = bytes_before(whole, rest, 7);

  if (depth == DEPTH_MAX)
    return false;
  for (size_t width = 8; width > 0; width /= 2)
    for (size_t back = 0; back < width && back <= before; back++)
      for (int is_big = 0; is_big < (width > 1 ? 2 : 1); is_big++)
        if (take_length_of(shifted, whole, rest, &(struct number) { back, width, is_big }, depth))
          return true;
  return false;
}

/* ---- all ---- */

/* At most as many bytes as the steps that are left allow, so that none is looked at unpaid. */
static size_t common_length(const struct shifted *shifted, struct str a, struct str b)
{
  const uint64_t paid = 8 * (shifted->work + 1);
  const size_t max = (size_t)MIN_OF((uint64_t)MIN_OF(a.len, b.len), paid);
  size_t n = 0;

  while (n + 8 <= max && memcmp(a.ptr + n, b.ptr + n, 8) == 0)
    n += 8;
  while (n < max && a.ptr[n] == b.ptr[n])
    n++;
  return n;
}

static bool walk(struct shifted *shifted, struct rest rest, unsigned depth)
{
  const struct rest whole = rest;

  for (;;) {
    const size_t same = common_length(shifted, rest.side[0], rest.side[1]);

    if (!spend(shifted, 1 + same / 8))
      return false;
    skip(&rest, same, same);
    if (!rest.side[0].len && !rest.side[1].len)
      return true;
    if (!rest.side[0].len || !rest.side[1].len)
      return false;
    if (!take_locale(shifted, &whole, &rest) && !take_path(shifted, &whole, &rest) &&
        !take_length(shifted, &whole, &rest, depth) && !take_date(shifted, &whole, &rest))
      return false;
  }
}

static void tell(const struct taken *taken, bool is_debugging, struct arena *arena,
                 struct content_evidence *out)
{
  if (taken->assumed)
    content_assume(out, arena, taken->id, "", taken->side[0], taken->side[1]);
  else
    content_add(out, arena, taken->id, "", taken->side[0], taken->side[1]);
  if (!is_debugging)
    content_acts(out, taken->id);
}

bool shifted_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                  struct content_evidence *out)
{
  struct shifted shifted = {
    .file = file,
    .content = content,
    .runs = reader_is_interpreter(content, file),
    .notes = build_path_is_noted(file),
    .work = WORK_PER_BYTE * ((uint64_t)content[0].len + content[1].len + 1024),
  };
  const bool all = walk(&shifted, (struct rest) { { content[0], content[1] } }, 0) &&
                   (shifted.n_paths || shifted.n_locales);

  for (size_t i = 0; i < shifted.n_taken && all; i++)
    tell(&shifted.taken[i], file->debugging, arena, out);
  for (size_t i = 0; i < shifted.n_paths && !all; i++)
    tell(&(struct taken) { "build-path",
                           { shifted.paths[i][0], shifted.paths[i][1] },
                           shifted.runs || !shifted.notes },
         file->debugging, arena, out);
  free(shifted.taken);
  return all;
}
