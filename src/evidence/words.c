#include "evidence/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/path.h"
#include "evidence/build_path.h"
#include "evidence/clock.h"
#include "evidence/key.h"
#include "evidence/reader.h"
#include "evidence/token.h"
#include "evidence/when.h"
#include "evidence/words_gap.h"

enum { LEAST_STEPS = 64 }; /* of comparing two lines, however short they are */

#define APART (UINT64_C(366) * 86400) /* seconds between two builds of one thing, at most */

struct tokens {
  struct token *items; /* owned */
  size_t n, cap;
};

static void tokens_read(struct tokens *out, struct str line)
{
  struct token token;
  struct token_place place = { 0 };

  *out = (struct tokens) { 0 };
  while (token_next(&line, &place, &token)) {
    out->items = xgrow(out->items, out->n, &out->cap, sizeof(*out->items));
    out->items[out->n++] = token;
  }
}

static const char *cause_of_kind(enum token_kind kind)
{
  static const char *const ids[] = {
    [TOKEN_DATE] = "embedded-date", [TOKEN_EPOCH] = "embedded-epoch",
    [TOKEN_UUID] = "embedded-uuid", [TOKEN_HASH] = "embedded-hash",
    [TOKEN_PATH] = "build-path",    [TOKEN_CRYPT] = "password-salt",
  };

  return (size_t)kind < ARRAY_LEN(ids) ? ids[kind] : NULL;
}

/* ---- two rows of tokens ---- */

struct comparison {
  struct tokens tokens[2];
  struct str lines[2];
  const struct words_file *of;
  const struct content_file *file;
  struct words *out;
};

static bool may_pair(const struct token *a, const struct token *b)
{
  if (a->kind != b->kind)
    return false;
  return a->kind >= TOKEN_DATE || str_equal(a->text, b->text);
}

static void add_pair(struct words *out, const char *id, struct str a, struct str b,
                     enum words_proof proof)
{
  if (out->n == WORDS_PAIRS_MAX)
    out->all = false;
  else
    out->pairs[out->n++] = (struct words_pair) { id, { a, b }, proof };
}

static bool has_letters(struct str s)
{
  for (size_t i = 0; i + 2 < s.len; i++)
    if (isalpha((unsigned char)s.ptr[i]) && isalpha((unsigned char)s.ptr[i + 1]) &&
        isalpha((unsigned char)s.ptr[i + 2]))
      return true;
  return false;
}

/* Whether a date is one by all that can be seen: not a part of a version (2023.7.22, 20230722), or
 * of an address (…/debian/20261128T000000Z/), which name what was taken and not when it was built.
 */
static bool is_certain_date(const struct comparison *c, struct str date)
{
  const char *line = c->lines[0].ptr;
  const char before = (char)(date.ptr > line ? date.ptr[-1] : '\0');
  size_t digits = 0;

  for (size_t i = 0; i < date.len; i++)
    digits += isdigit((unsigned char)date.ptr[i]) != 0;
  if (before == '/' || before == '=' || before == '@')
    return (before == '=' && date.ptr - line >= 2 && date.ptr[-2] != '=') && digits > 8;
  if (has_letters(date) || memchr(date.ptr, ':', date.len))
    return true;
  return digits > 8 ||
         (digits == 8 && (memchr(date.ptr, '-', date.len) || memchr(date.ptr, '/', date.len)));
}

/* "name:2026-11-28" is one of several that have that name, as the tag of an image. */
static bool is_tag(const struct comparison *c, struct str date)
{
  return date.ptr - c->lines[0].ptr >= 2 && date.ptr[-1] == ':' &&
         isalnum((unsigned char)date.ptr[-2]);
}

/* What the value at `at` in the first line is called, by the line or else by the file. */
static struct str key_of(const struct comparison *c, const char *at)
{
  const struct str key =
      key_before((struct str) { c->lines[0].ptr, (size_t)(at - c->lines[0].ptr) });

  return key.len ? key : path_name(c->file->path);
}

/* Random characters, and hashes: secrets by their names. */
static void add_random(struct comparison *c, const struct token *a, const struct token *b)
{
  if (a->text.len == b->text.len && key_names_secret(key_of(c, a->text.ptr)))
    add_pair(c->out, "random-id", a->text, b->text, WORDS_GUESSED);
  else if (a->kind == TOKEN_HASH) /* of what? A digest that pins something says what is used. */
    add_pair(c->out, "embedded-hash", a->text, b->text, WORDS_GUESSED);
  else
    c->out->all = false;
}

/* What a name says of a value, or, of a place inside a file, those that it lies below: the members
 * of a JSON document. */
static enum when_said said_by_path(struct str path)
{
  enum when_said said = when_said(path_name(path));
  struct str places = { NULL, 0 };
  struct str component;
  const char *mark;

  for (; path.len && (mark = memmem(path.ptr, path.len, "!/", 2)); path = places)
    places = str_skip(path, (size_t)(mark + 2 - path.ptr));
  while (said != WHEN_OTHER && path_next(&places, &component)) {
    const char *number = component.len ? memchr(component.ptr, '[', component.len) : NULL;

    if (number)
      component.len = (size_t)(number - component.ptr);
    if (when_said(component) == WHEN_OTHER)
      said = WHEN_OTHER;
  }
  return said;
}

static enum when_said said_of(const struct comparison *c, const struct token *token)
{
  const struct str line = { c->lines[0].ptr, (size_t)(token->text.ptr - c->lines[0].ptr) };

  const enum when_said said = key_before(line).len ? when_said(line) : said_by_path(c->file->path);

  /* A log tells what was: when something started or ended. */
  return said == WHEN_OTHER && reader_has_log(c->file) ? WHEN_UNSAID : said;
}

/* Whether two numbers of seconds lie further apart than two builds of one thing do: of random
 * numbers of ten digits every tenth looks like one. */
static bool are_far_apart(const struct token *a, const struct token *b)
{
  uint64_t seconds[2] = { 0, 0 };

  if (a->kind != TOKEN_EPOCH ||
      !str_to_u64((struct str) { a->text.ptr, 10 }, UINT64_MAX, &seconds[0]) ||
      !str_to_u64((struct str) { b->text.ptr, 10 }, UINT64_MAX, &seconds[1]))
    return false;
  return MAX_OF(seconds[0], seconds[1]) - MIN_OF(seconds[0], seconds[1]) > APART;
}

/* What a date or a number of seconds is proven to be the build's by: what it is called and the day,
 * or the second. A date shows that it is a time, but any number of ten digits may be a user's, or a
 * serial one, if nothing says that it is a time. */
static enum words_proof proof_of_time(struct comparison *c, const struct token *a,
                                      const struct token *b, enum when_said said)
{
  const enum clock_fit fit = MIN_OF(clock_fits(a, c->file, 0), clock_fits(b, c->file, 1));
  const bool is_number = a->kind == TOKEN_EPOCH;

  if (fit == CLOCK_FAR || said == WHEN_OTHER || (is_number && said == WHEN_UNSAID))
    return WORDS_GUESSED;
  if (!is_number && (!is_certain_date(c, a->text) || (said != WHEN_MADE && is_tag(c, a->text))))
    return WORDS_GUESSED;
  if (heading_rules(c->of->headings, c->lines[0], a->text.ptr))
    return WORDS_GUESSED;
  if (said == WHEN_MADE || fit == CLOCK_SECOND)
    return WORDS_SURE;
  return clock_is_time_of_day(a) && clock_is_time_of_day(b) ? WORDS_CLOCK : WORDS_OF_DAY;
}

/* A value that looks like one that a build made. Nothing is known of a UUID but what it is called.
 */
static void add_made(struct comparison *c, const struct token *a, const struct token *b)
{
  const enum when_said said = said_of(c, a);
  const enum words_proof proof =
      a->kind == TOKEN_UUID ? WORDS_GUESSED : proof_of_time(c, a, b, said);

  if (proof == WORDS_GUESSED && said != WHEN_MADE && are_far_apart(a, b))
    c->out->all = false;
  else
    add_pair(c->out, cause_of_kind(a->kind), a->text, b->text, proof);
}

static void add_tokens(struct comparison *c, const struct token *a, const struct token *b)
{
  const struct str whole[2] = { a->text, b->text };
  struct str side[2] = { a->text, b->text };

  if (str_equal(side[0], side[1]))
    return;
  if (a->kind == TOKEN_PATH && !build_path_differs(whole, side)) {
    c->out->all = false;
    return;
  }
  if (a->kind == TOKEN_RANDOM || a->kind == TOKEN_HASH) {
    add_random(c, a, b);
    return;
  }
  if (a->kind == TOKEN_DATE || a->kind == TOKEN_EPOCH || a->kind == TOKEN_UUID) {
    add_made(c, a, b);
    return;
  }
  /* Whether it is the same password nobody can see. */
  c->out->all = c->out->all && a->kind != TOKEN_CRYPT;
  add_pair(c->out, cause_of_kind(a->kind), side[0], side[1], WORDS_SURE);
}

/* Of no tokens: nothing, where they would stand. */
static struct str span(const struct comparison *c, int side, size_t from, size_t to)
{
  const struct token *items = c->tokens[side].items;

  if (from == to)
    return (struct str) { from ? items[from - 1].text.ptr + items[from - 1].text.len
                               : c->lines[side].ptr,
                          0 };
  return (struct str) { items[from].text.ptr,
                        (size_t)(items[to - 1].text.ptr + items[to - 1].text.len -
                                 items[from].text.ptr) };
}

/* Whether the name of which a gap is a part was told already, as a whole. */
static bool is_told(const struct words *out, const struct words_gap *gap)
{
  for (size_t i = 0; i < out->n; i++) {
    bool within = true;

    for (int side = 0; side < 2; side++) {
      const struct str told = out->pairs[i].side[side];

      within = within && gap->value[side].ptr >= told.ptr &&
               gap->value[side].ptr + gap->value[side].len <= told.ptr + told.len;
    }
    if (within)
      return true;
  }
  return false;
}

static bool is_date_at(const struct comparison *c, const size_t at[2])
{
  for (int side = 0; side < 2; side++)
    if (at[side] >= c->tokens[side].n || c->tokens[side].items[at[side]].kind != TOKEN_DATE)
      return false;
  return true;
}

static size_t first_digits(const struct comparison *c, int side, size_t at)
{
  const struct str date = c->tokens[side].items[at].text;
  size_t n = 0;

  while (n < date.len && isdigit((unsigned char)date.ptr[n]))
    n++;
  return n;
}

/* A space before the day of a month that has one digit, on that side alone, which brings it to the
 * width of the other's two: " 3. December", "29. November". A space before one date is a space. */
static bool is_padding(const struct comparison *c, const struct words_gap *gap, const size_t to[2])
{
  const int padded = gap->value[0].len ? 0 : 1;

  return str_equal(gap->value[padded], STR(" ")) && !gap->value[!padded].len && is_date_at(c, to) &&
         first_digits(c, padded, to[padded]) == 1 && first_digits(c, !padded, to[!padded]) == 2;
}

/* Tokens that have no partner. */
static void add_gap(struct comparison *c, const size_t from[2], const size_t to[2])
{
  struct words_gap gap = { .lines = { c->lines[0], c->lines[1] }, .path = c->file->path };
  struct words_pair pair;

  if (from[0] == to[0] && from[1] == to[1])
    return;
  for (int side = 0; side < 2; side++)
    gap.value[side] = span(c, side, from[side], to[side]);
  if (is_told(c->out, &gap) || is_padding(c, &gap, to))
    return;
  if (words_gap_explain(&gap, &pair))
    add_pair(c->out, pair.id, pair.side[0], pair.side[1], pair.proof);
  else
    c->out->all = false;
}

/* The longest common row of the tokens between from and to, and what is beside it. */
static void align(struct comparison *c, size_t from[2], size_t to[2])
{
  const size_t n = to[0] - from[0];
  const size_t m = to[1] - from[1];
  const struct token *a = c->tokens[0].items + from[0];
  const struct token *b = c->tokens[1].items + from[1];
  AUTO_FREE uint32_t *best = xcalloc((n + 1) * (m + 1), sizeof(*best)); /* of the rests */
  size_t i = 0;
  size_t j = 0;
  size_t gap[2] = { from[0], from[1] };

  for (size_t x = n; x-- > 0;)
    for (size_t y = m; y-- > 0;)
      best[x * (m + 1) + y] = may_pair(&a[x], &b[y])
                                  ? best[(x + 1) * (m + 1) + y + 1] + 1
                                  : MAX_OF(best[(x + 1) * (m + 1) + y], best[x * (m + 1) + y + 1]);
  while (i < n && j < m) {
    if (may_pair(&a[i], &b[j])) {
      add_gap(c, gap, (size_t[2]) { from[0] + i, from[1] + j });
      add_tokens(c, &a[i], &b[j]);
      i++;
      j++;
      gap[0] = from[0] + i;
      gap[1] = from[1] + j;
    } else if (best[(i + 1) * (m + 1) + j] >= best[i * (m + 1) + j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  add_gap(c, gap, to);
}

static void compare(struct comparison *c, uint64_t *work)
{
  size_t from[2] = { 0, 0 };
  size_t to[2] = { c->tokens[0].n, c->tokens[1].n };
  uint64_t cells;

  while (from[0] < to[0] && from[1] < to[1] &&
         may_pair(&c->tokens[0].items[from[0]], &c->tokens[1].items[from[1]])) {
    add_tokens(c, &c->tokens[0].items[from[0]], &c->tokens[1].items[from[1]]);
    from[0]++;
    from[1]++;
  }
  while (from[0] < to[0] && from[1] < to[1] &&
         may_pair(&c->tokens[0].items[to[0] - 1], &c->tokens[1].items[to[1] - 1])) {
    add_tokens(c, &c->tokens[0].items[to[0] - 1], &c->tokens[1].items[to[1] - 1]);
    to[0]--;
    to[1]--;
  }
  if (from[0] == to[0] || from[1] == to[1]) {
    add_gap(c, from, to);
    return;
  }
  cells = (uint64_t)(to[0] - from[0] + 1) * (to[1] - from[1] + 1);
  if (cells > *work || cells > UINT64_C(1) << 22) {
    c->out->all = false;
    return;
  }
  *work -= cells;
  align(c, from, to);
}

void words_compare(struct str a, struct str b, const struct words_file *file, uint64_t *work,
                   struct words *out)
{
  struct comparison c = { .lines = { a, b }, .of = file, .file = file->file, .out = out };
  const uint64_t steps = LEAST_STEPS + a.len + b.len;

  out->n = 0;
  out->all = steps <= *work;
  if (!out->all)
    return;
  *work -= steps;
  tokens_read(&c.tokens[0], a);
  tokens_read(&c.tokens[1], b);
  compare(&c, work);
  free(c.tokens[0].items);
  free(c.tokens[1].items);
}
