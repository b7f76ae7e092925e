#include "image/json_lexer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digit.h"
#include "base/escape.h"
#include "image/json.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define MARK "\xef\xb7\x90"        /* U+FDD0 */

/* Decimal fractions of no more digits than that are different doubles where they differ (DBL_DIG).
 */
enum { EXACT_DIGITS = 15 };

int json_lexer_fail(const struct json_lexer *lexer, const char *fmt, ...)
{
  char message[300];
  int line = 1;
  int column = 1;
  va_list args;

  for (const char *at = lexer->start; at < lexer->rest.ptr; at++) {
    column = *at == '\n' ? 1 : column + 1;
    line += *at == '\n';
  }
  va_start(args, fmt);
  vsnprintf(message, sizeof(message), fmt, args);
  va_end(args);
  return error_set(lexer->err, ERROR_CORRUPT, "JSON: line %d, column %d: %s", line, column,
                   message);
}

int json_lexer_peek(struct json_lexer *lexer)
{
  while (lexer->rest.len && memchr(" \t\r\n", lexer->rest.ptr[0], 4))
    lexer->rest = str_skip(lexer->rest, 1);
  return lexer->rest.len ? (unsigned char)lexer->rest.ptr[0] : -1;
}

static int unexpected(struct json_lexer *lexer, const char *expected)
{
  if (json_lexer_peek(lexer) < 0)
    return json_lexer_fail(lexer, "expected %s, found the end", expected);
  return json_lexer_fail(lexer, "expected %s, found byte 0x%02x", expected,
                         (unsigned char)lexer->rest.ptr[0]);
}

int json_lexer_expect(struct json_lexer *lexer, char byte)
{
  const char expected[] = { '\'', byte, '\'', '\0' };

  if (json_lexer_peek(lexer) != byte)
    return unexpected(lexer, expected);
  lexer->rest = str_skip(lexer->rest, 1);
  return 0;
}

int json_lexer_word(struct json_lexer *lexer, const char *word)
{
  if (!str_has_prefix(lexer->rest, str_of(word)))
    return unexpected(lexer, "a value");
  lexer->rest = str_skip(lexer->rest, strlen(word));
  return 0;
}

/* ---- strings ---- */

static void put_rune(struct buf *out, uint32_t rune)
{
  if (rune < 0x80) {
    buf_putc(out, (char)rune);
  } else if (rune < 0x800) {
    buf_putc(out, (char)(0xc0 | rune >> 6));
    buf_putc(out, (char)(0x80 | (rune & 0x3f)));
  } else if (rune < 0x10000) {
    buf_putc(out, (char)(0xe0 | rune >> 12));
    buf_putc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
    buf_putc(out, (char)(0x80 | (rune & 0x3f)));
  } else {
    buf_putc(out, (char)(0xf0 | rune >> 18));
    buf_putc(out, (char)(0x80 | (rune >> 12 & 0x3f)));
    buf_putc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
    buf_putc(out, (char)(0x80 | (rune & 0x3f)));
  }
}

/* \uXXXX at the start of text. */
static bool hex_escape(struct str text, uint32_t *out)
{
  uint32_t value = 0;

  if (text.len < 6 || text.ptr[0] != '\\' || text.ptr[1] != 'u')
    return false;
  for (size_t i = 2; i < 6; i++) {
    const int digit = digit_hex_value(text.ptr[i]);

    if (digit < 0)
      return false;
    value = value << 4 | (uint32_t)digit;
  }
  *out = value;
  return true;
}

static int read_unicode_escape(struct json_lexer *lexer)
{
  uint32_t rune;
  uint32_t low;

  if (!hex_escape(lexer->rest, &rune))
    return json_lexer_fail(lexer, "invalid escape: expected four hexadecimal digits");
  lexer->rest = str_skip(lexer->rest, 6);
  if (rune >= 0xd800 && rune < 0xdc00 && hex_escape(lexer->rest, &low) && low >= 0xdc00 &&
      low < 0xe000) {
    lexer->rest = str_skip(lexer->rest, 6);
    put_rune(&lexer->string, 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00));
  } else if (rune >= 0xd800 && rune < 0xe000) {
    buf_puts(&lexer->string, REPLACEMENT);
  } else {
    put_rune(&lexer->string, rune);
  }
  return 0;
}

static int read_escape(struct json_lexer *lexer)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char bytes[] = "\"\\/\b\f\n\r\t";
  const char letter = (char)(lexer->rest.len > 1 ? lexer->rest.ptr[1] : '\0');
  const char *found = letter ? strchr(letters, letter) : NULL;

  if (letter == 'u')
    return read_unicode_escape(lexer);
  if (!found)
    return json_lexer_fail(lexer, "invalid escape");
  buf_putc(&lexer->string, bytes[found - letters]);
  lexer->rest = str_skip(lexer->rest, 2);
  return 0;
}

static void read_character(struct json_lexer *lexer)
{
  uint32_t rune;
  size_t len = utf8_decode(lexer->rest, &rune);

  if (len)
    buf_add(&lexer->string, lexer->rest.ptr, len);
  else
    buf_puts(&lexer->string, REPLACEMENT);
  lexer->rest = str_skip(lexer->rest, len ? len : 1);
}

/* How many bytes at the start of text stand for themselves. */
static size_t json_lexer_plain(struct str text)
{
  size_t n = 0;

  while (n < text.len && (unsigned char)(text.ptr[n] - 0x20) < 0x60 && text.ptr[n] != '"' &&
         text.ptr[n] != '\\')
    n++;
  return n;
}

int json_lexer_string(struct json_lexer *lexer)
{
  if (json_lexer_peek(lexer) != '"')
    return unexpected(lexer, "a string");
  lexer->rest = str_skip(lexer->rest, 1);
  buf_clear(&lexer->string);
  while (lexer->rest.len && lexer->rest.ptr[0] != '"') {
    const unsigned char byte = (unsigned char)lexer->rest.ptr[0];
    const size_t plain = json_lexer_plain(lexer->rest);

    if (plain) {
      buf_add(&lexer->string, lexer->rest.ptr, plain);
      lexer->rest = str_skip(lexer->rest, plain);
      continue;
    }
    if (byte < 0x20)
      return json_lexer_fail(lexer, "control character 0x%02x in a string", byte);
    if (byte != '\\')
      read_character(lexer);
    else if (read_escape(lexer) < 0)
      return -1;
  }
  if (!lexer->rest.len)
    return json_lexer_fail(lexer, "expected '\"', found the end");
  lexer->rest = str_skip(lexer->rest, 1);
  return 0;
}

static json_t *json_lexer_checked(struct json_lexer *lexer, json_t *value)
{
  if (!value)
    error_set(lexer->err, ERROR_LIMIT, "out of memory");
  return value;
}

json_t *json_lexer_string_value(struct json_lexer *lexer)
{
  struct str string = buf_str(&lexer->string);
  AUTO_FREE char *marked = NULL;

  if (!str_has_prefix(string, STR(MARK)))
    return json_lexer_checked(lexer, json_stringn(string.len ? string.ptr : "", string.len));
  lexer->n_marked++;
  marked = xmalloc(string.len + strlen(MARK));
  memcpy(marked, MARK, strlen(MARK));
  memcpy(marked + strlen(MARK), string.ptr, string.len);
  return json_lexer_checked(lexer, json_stringn(marked, string.len + strlen(MARK)));
}

/* ---- numbers ---- */

static size_t digits_at(struct str text)
{
  size_t n = 0;

  while (n < text.len && text.ptr[n] >= '0' && text.ptr[n] <= '9')
    n++;
  return n;
}

/* The number at the start of text: its length, 0 if there is none. */
static size_t number_length(struct str text, bool *is_integer)
{
  struct str rest = text;
  size_t n;

  *is_integer = true;
  rest = str_skip(rest, str_has_prefix(rest, STR("-")));
  n = digits_at(rest);
  if (n == 0)
    return 0;
  rest = str_skip(rest, rest.ptr[0] == '0' ? 1 : n); /* what follows a leading 0 is for others */
  if (str_has_prefix(rest, STR(".")) && digits_at(str_skip(rest, 1))) {
    *is_integer = false;
    rest = str_skip(rest, 1 + digits_at(str_skip(rest, 1)));
  }
  if (rest.len && (rest.ptr[0] == 'e' || rest.ptr[0] == 'E')) {
    struct str exponent = str_skip(rest, 1);

    exponent = str_skip(exponent, exponent.len && strchr("+-", exponent.ptr[0]) ? 1 : 0);
    if (digits_at(exponent)) {
      *is_integer = false;
      rest = str_skip(exponent, digits_at(exponent));
    }
  }
  return text.len - rest.len;
}

/* Whether different numbers of so many digits are different doubles. */
static bool is_exact(const char *text, double value)
{
  size_t digits = 0;

  for (; *text && *text != 'e' && *text != 'E'; text++)
    digits += *text >= (digits ? '0' : '1') && *text <= '9';
  return digits <= EXACT_DIGITS && (digits ? isnormal(value) : value == 0);
}

json_t *json_lexer_number(struct json_lexer *lexer)
{
  bool is_integer;
  size_t len = number_length(lexer->rest, &is_integer);
  struct str number = { lexer->rest.ptr, len };
  AUTO_FREE char *text = NULL;
  int64_t integer;
  double real;

  if (!len) {
    unexpected(lexer, "a value");
    return NULL;
  }
  lexer->rest = str_skip(lexer->rest, len);
  if (is_integer && str_to_i64(number, &integer))
    return json_lexer_checked(lexer, json_integer(integer));
  text = str_dup(number);
  real = strtod(text, NULL); /* the program never sets a locale */
  if (!is_integer && is_exact(text, real))
    return json_lexer_checked(lexer, json_real(real));
  lexer->n_marked++;
  buf_clear(&lexer->string);
  buf_puts(&lexer->string, MARK);
  buf_add_str(&lexer->string, number);
  return json_lexer_checked(lexer, json_stringn(lexer->string.ptr, lexer->string.len));
}

bool json_is_digits(const json_t *value)
{
  const char *text = json_string_value(value);
  const size_t mark = strlen(MARK);

  return text && strncmp(text, MARK, mark) == 0 && strncmp(text + mark, MARK, mark) != 0;
}

struct str json_digits(const json_t *value)
{
  return str_skip((struct str) { json_string_value(value), json_string_length(value) },
                  strlen(MARK));
}
