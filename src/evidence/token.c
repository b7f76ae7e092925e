#include "evidence/token.h"

#include "base/digit.h"
#include "evidence/date.h"

static bool is_hex(char c)
{
  return digit_is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_word(char c)
{
  return digit_is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_path(char c)
{
  return is_word(c) || (c && strchr("/.+-~@%=#", c));
}

static size_t token_run(struct str s, bool (*fits)(char))
{
  size_t n = 0;

  while (n < s.len && fits(s.ptr[n]))
    n++;
  return n;
}

static size_t uuid_length(struct str s)
{
  static const size_t groups[] = { 8, 4, 4, 4, 12 };
  size_t at = 0;

  for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
    if (i && (at >= s.len || s.ptr[at++] != '-'))
      return 0;
    if (token_run(str_skip(s, at), is_hex) != groups[i])
      return 0;
    at += groups[i];
  }
  return at < s.len && is_word(s.ptr[at]) ? 0 : at;
}

static size_t hash_length(struct str s)
{
  static const size_t lengths[] = { 32, 40, 56, 64, 96, 128 };
  const size_t n = token_run(s, is_hex);

  if (n < s.len && is_word(s.ptr[n]))
    return 0;
  for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
    if (n == lengths[i])
      return n;
  return 0;
}

/* 10 digits are seconds, 13 milliseconds, 16 micro-, 19 nanoseconds; a fraction may follow. */
static size_t epoch_length(struct str s)
{
  size_t n = token_run(s, digit_is_decimal);
  size_t fraction;
  uint64_t seconds = 0;

  if ((n != 10 && n != 13 && n != 16 && n != 19) || (n < s.len && is_word(s.ptr[n])) ||
      !str_to_u64((struct str) { s.ptr, 10 }, UINT64_MAX, &seconds) ||
      seconds < UINT64_C(1000000000) || seconds > UINT64_C(2100000000))
    return 0;
  fraction =
      n == 10 && n < s.len && s.ptr[n] == '.' ? token_run(str_skip(s, n + 1), digit_is_decimal) : 0;
  return fraction && fraction <= 9 ? n + 1 + fraction : n;
}

enum { BEHIND_MAX = 64 }; /* bytes that only end a sentence, behind a path whose length is told */

/* From a slash; without what only ends a sentence. 0: it is none, or longer than max bytes. */
static size_t path_length(struct str s, size_t max)
{
  size_t slashes = 0;
  size_t n;

  if (s.len < 2 || s.ptr[1] == '/')
    return 0;
  n = token_run((struct str) { s.ptr, s.len > max ? max + 1 : s.len }, is_path);
  if (n > max)
    return 0;
  while (n && strchr(".=#", s.ptr[n - 1]))
    n--;
  for (size_t i = 0; i < n; i++)
    slashes += s.ptr[i] == '/' && i + 1 < n && s.ptr[i + 1] != '/';
  return slashes >= 2 ? n : 0;
}

/* The length of a path that may begin behind a byte: not in the middle of another, but as a value,
 * or behind its own length, as in a pickle or a class file. */
static size_t path_behind(struct str s, char before)
{
  const size_t told = (unsigned char)before;

  if (!is_path(before) || before == '=')
    return path_length(s, SIZE_MAX - 1);
  return path_length(s, told + BEHIND_MAX) == told ? told : 0;
}

static bool is_base64(char c)
{
  return digit_is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
         c == '/';
}

static bool is_crypt(char c)
{
  return is_base64(c) || (c && strchr("$.,=-", c));
}

/* "$ID$" and what belongs to it. */
static size_t crypt_length(struct str s)
{
  size_t id = 1;

  while (id < s.len && id < 5 &&
         (digit_is_decimal(s.ptr[id]) || (s.ptr[id] >= 'a' && s.ptr[id] <= 'z')))
    id++;
  if (s.ptr[0] != '$' || id < 2 || id >= s.len || s.ptr[id] != '$')
    return 0;
  return token_run(str_skip(s, id + 1), is_crypt) >= 16 ? token_run(s, is_crypt) : 0;
}

/* Where there is none: none begins before *none, either, since it would end there, too, and have
 * fewer characters of each kind. */
static size_t random_length(struct str s, const char **none)
{
  size_t digits = 0;
  size_t lower = 0;
  size_t upper = 0;
  size_t end;
  size_t n;

  if (s.ptr[0] == '/' || (*none && s.ptr < *none))
    return 0;
  n = end = token_run(s, is_base64);
  for (size_t i = 0; i < n; i++) {
    digits += digit_is_decimal(s.ptr[i]);
    lower += s.ptr[i] >= 'a' && s.ptr[i] <= 'z';
    upper += s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
  }
  while (end < s.len && end < n + 2 && s.ptr[end] == '=')
    end++;
  if (n >= 16 && digits && lower >= 2 && upper >= 2 && !(end < s.len && is_word(s.ptr[end])))
    return end;
  *none = s.ptr + n;
  return 0;
}

static size_t known_length(struct str s, struct token_place *place, enum token_kind *kind)
{
  static const struct {
    enum token_kind kind;
    size_t (*length)(struct str s);
  } kinds[] = {
    { TOKEN_UUID, uuid_length }, { TOKEN_DATE, date_length },   { TOKEN_EPOCH, epoch_length },
    { TOKEN_HASH, hash_length }, { TOKEN_CRYPT, crypt_length },
  };
  const char before = place->before;
  size_t n;

  if (s.ptr[0] == '/' && (n = path_behind(s, before))) {
    *kind = TOKEN_PATH;
    return n;
  }
  /* "D:20261128…" and "_2026…" are dates; "v12026…" is none. */
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    if (is_word(before) && before != '_' &&
        !(digit_is_decimal(s.ptr[0]) && !digit_is_decimal(before) && kinds[i].kind == TOKEN_EPOCH))
      continue;
    if ((n = kinds[i].length(s))) {
      *kind = kinds[i].kind;
      return n;
    }
  }
  if (is_word(before) && before != '_')
    return 0;
  *kind = TOKEN_RANDOM;
  return random_length(s, &place->no_random);
}

bool token_next(struct str *text, struct token_place *place, struct token *out)
{
  size_t n;

  if (!text->len)
    return false;
  n = known_length(*text, place, &out->kind);
  if (!n) {
    n = token_run(*text, is_word);
    /* Letters and digits apart, so that a date that follows a word is seen. */
    out->kind = n ? TOKEN_WORD : TOKEN_OTHER;
    n = n ? n : 1;
  }
  out->text = (struct str) { text->ptr, n };
  /* What follows the letter of an option ("-I/usr/include") is its value. */
  if (n != 1 || place->before != '-' || !is_word(text->ptr[0]))
    place->before = text->ptr[n - 1];
  else
    place->before = ' ';
  *text = str_skip(*text, n);
  return true;
}
